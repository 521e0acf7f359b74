"""Lets a process end together with the one that started it, even when that one is killed; Linux only."""

import ctypes
import sys

PR_SET_PDEATHSIG = 1

# Looked up here and not after a fork, where only the simplest calls are safe.
_libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None


def end_with_parent(signal_number: int) -> None:
    """Have the kernel send this process the signal when its parent dies; elsewhere than on Linux nothing happens."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal_number)
