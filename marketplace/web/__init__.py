"""The pages: one package per face, and what all faces share."""
