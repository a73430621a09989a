"""The responsibility matrix: of a procedure, of a case, of many; and what a changed letter does."""
