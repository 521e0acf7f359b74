"""Tests of the directory, of performers and of profiles."""
