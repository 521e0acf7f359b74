"""What the site promises to whoever means harm: who gets in, what leaks, what breaks it."""
