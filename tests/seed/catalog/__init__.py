"""The catalogue loader: what it reads, what it refuses, and what becomes of it."""
