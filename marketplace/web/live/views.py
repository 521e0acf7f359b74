"""Routes of live pages."""
