"""Live pages: who is told what, and that nothing is lost."""
