"""Measures in rounds: every pair takes its turn in each, so that a busy moment of the machine hits all alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

BURST = 5
WARM_UP = 3


@dataclass
class Pair:
    """A floor and what stands on it: both are called with the number of the turn. Times are in ms."""

    floor: Callable[[int], object]
    ours: Callable[[int], object]
    floor_times: list[float] = field(default_factory=list)
    our_times: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Our median in medians of the floor."""
        return median(self.our_times) / median(self.floor_times)


def measure(pairs: Sequence[Pair], rounds: int) -> None:
    """`rounds` rounds in which each pair alternates BURST times, after WARM_UP rounds that do not count.

    Several times, because the first call after a change of pairs finds the processor's caches full of another one.
    """
    gc.collect()
    gc.freeze()
    for number in range(WARM_UP + rounds):
        for pair in pairs:
            for turn in range(number * BURST, (number + 1) * BURST):
                floor, ours = _timed(pair.floor, turn), _timed(pair.ours, turn)
                if number >= WARM_UP:
                    pair.floor_times.append(floor)
                    pair.our_times.append(ours)


def turns(rounds: int) -> int:
    """How often each of a pair is called in so many rounds."""
    return (WARM_UP + rounds) * BURST


def percentile_95(times: Sequence[float]) -> float:
    """What 95 of 100 stay below."""
    return quantiles(times, n=20)[-1]


def spread(times: Sequence[float], parts: int = 10) -> tuple[float, float]:
    """The lowest and the highest median among `parts` stretches of the run, in parts of the whole run's median."""
    length = max(1, len(times) // parts)
    medians = [median(times[start : start + length]) for start in range(0, length * parts, length)]
    return min(medians) / median(times), max(medians) / median(times)


def _timed(thing: Callable[[int], object], turn: int) -> float:
    started = time.perf_counter()
    thing(turn)
    return (time.perf_counter() - started) * 1000
