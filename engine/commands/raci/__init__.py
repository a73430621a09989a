"""What the matrix asks beside the work itself: the approval of whoever answers for it."""
