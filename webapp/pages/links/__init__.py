"""Links for people without account: sent here, and opened here."""
