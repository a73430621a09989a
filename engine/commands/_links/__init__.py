"""What sending links needs while a case moves."""
