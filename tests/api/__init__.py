"""The JSON API, as a program sees it."""
