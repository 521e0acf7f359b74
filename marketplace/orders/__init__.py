"""Orders: work that somebody needs and somebody does, with its history, reviews and counters."""
