"""Ways in: sessions of browsers, and people for whom an identity provider vouches."""
