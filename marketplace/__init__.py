"""Podryad: a self-hosted marketplace of orders."""
