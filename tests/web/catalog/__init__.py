"""Tests of the pages of the catalogue."""
