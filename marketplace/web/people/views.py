"""Routes of people: the directory of performers, one performer, one's own profile."""

from __future__ import annotations
