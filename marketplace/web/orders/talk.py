"""Routes of what is said about one order, and of the files that belong to it."""
