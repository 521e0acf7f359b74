"""Requests that nobody thought of, made up from the description of the API, sent in everybody's name."""
