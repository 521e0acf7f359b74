"""A client that a public generator makes of the description, at work."""
