"""Races: many at the same moment, committed for real, each once more with its guard off to show that it can fail."""
