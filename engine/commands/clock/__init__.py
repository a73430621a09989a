"""The acts on a clock, and what it does by itself."""
