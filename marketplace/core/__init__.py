"""What every noun stands on: database, errors, clock, money. No nouns of the trade."""
