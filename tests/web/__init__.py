"""Tests of what the faces share."""
