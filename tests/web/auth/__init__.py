"""Tests of signing in, registering, passwords and devices."""
