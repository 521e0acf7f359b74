"""Tests of talk and files, and specimens of files."""
