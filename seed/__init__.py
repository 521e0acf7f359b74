"""Demo data: word lists of our own, the histories made of them, and the two ways into the database."""
