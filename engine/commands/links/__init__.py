"""Links for people without account: invitations to a mandate."""
