"""Routes of the products."""
