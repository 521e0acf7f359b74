"""How far a run of the catalogue loader is."""

from enum import StrEnum


class LoadStatus(StrEnum):
    """A run waits, works, and ends one way or the other."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
