"""What is asked of cases that stand below another one: opened for its parties, or raised."""
