"""What is traded: for now the categories of work and who works in them."""
