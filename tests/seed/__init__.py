"""The demo data: its words, its plans and both ways into the database."""
