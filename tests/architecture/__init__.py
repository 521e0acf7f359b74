"""The shape of the house, checked."""
