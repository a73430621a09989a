"""Letters laid over the matrix of a case, or put in force on many; no command by themselves."""
