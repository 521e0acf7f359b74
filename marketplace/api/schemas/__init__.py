"""What goes in and out of the API, as pydantic models: they check, they write, and they are the description."""
