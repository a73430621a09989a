"""The ways in: with a password, by an identity provider, and the second factor."""
