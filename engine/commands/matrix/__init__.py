"""The matrix of a case, and how its letters change."""
