"""The tables that a run ends with."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from benchmarks.board import BoardCase
from benchmarks.rounds import Pair, percentile_95, spread

BOARD_AIM, GROWTH_AIM, QUERIES_AIM, TAKE_AIM = 2.0, 1.3, 4, 3.0


def print_board(cases: Sequence[BoardCase]) -> None:
    """One line per page and size; `x first` compares with the same page at the smallest size."""
    smallest = {_page(row): row.p50 for row in sorted(cases, key=lambda row: -row.size)}
    order = list(dict.fromkeys(map(_page, cases)))
    print(f"\n{'board':45} {'orders':>9} {'cards':>5} {'queries':>7}", end=" ")
    print(f"{'floor p50':>9} {'p50 ms':>7} {'p95 ms':>7} {'x floor':>7} {'x first':>7}")
    for row in sorted(cases, key=lambda row: (order.index(_page(row)), row.size)):
        name = row.case.name + (", signed in" if row.case.signed_in else "")
        growth = row.p50 / smallest[_page(row)]
        print(f"{name:45} {row.size:>9,} {row.cards:>5} {row.queries:>7} {median(row.pair.floor_times):>9.2f}", end=" ")
        print(f"{row.p50:>7.2f} {percentile_95(row.pair.our_times):>7.2f} {row.pair.ratio:>7.2f} {growth:>7.2f}")


def print_taking(takes: Sequence[tuple[int, Pair, int]]) -> None:
    """One line per size."""
    print(f"\n{'take':45} {'orders':>9} {'':>5} {'queries':>7}", end=" ")
    print(f"{'floor p50':>9} {'p50 ms':>7} {'p95 ms':>7} {'x floor':>7}")
    for size, pair, statements in takes:
        print(f"{'':45} {size:>9,} {'':>5} {statements:>7} {median(pair.floor_times):>9.2f}", end=" ")
        print(f"{median(pair.our_times):>7.2f} {percentile_95(pair.our_times):>7.2f} {pair.ratio:>7.2f}")


def print_verdict(cases: Sequence[BoardCase], takes: Sequence[tuple[int, Pair, int]]) -> None:
    """What was aimed at and what was reached, and how much of it may be noise."""
    smallest = {_page(row): row.p50 for row in sorted(cases, key=lambda row: -row.size)}
    again = [row for row in cases if len(row.case.addresses) == 1]
    anew = [row for row in cases if row not in again]
    lowest, highest = zip(*(spread(row.pair.floor_times) for row in cases), strict=True)
    print(f"\naims: board {BOARD_AIM} x its floor, {GROWTH_AIM} x the smallest size, {QUERIES_AIM} queries;", end=" ")
    print(f"take {TAKE_AIM} x its floor")
    for signed_in, who in ((False, "a guest"), (True, "a performer")):
        newest = [row.pair.ratio for row in cases if _page(row) == ("newest", signed_in)]
        print(f"newest page, {who}: {min(newest):.2f} to {max(newest):.2f} x its floor")
    for rows, what in ((again, "pages asked for again"), (anew, "pages never asked for before")):
        ratios = [row.pair.ratio for row in rows]
        growth = [row.p50 / smallest[_page(row)] for row in rows]
        print(f"{what}: {min(ratios):.2f} to {max(ratios):.2f} x their floors,", end=" ")
        print(f"at most {max(growth):.2f} x the smallest size, at most {max(row.queries for row in rows)} queries")
    ratios = [pair.ratio for _, pair, _ in takes]
    print(f"take: {min(ratios):.2f} to {max(ratios):.2f} x its floor")
    print(f"noise: a tenth of the run alone puts a floor at {min(lowest):.2f} to {max(highest):.2f} x its own median")


def _page(row: BoardCase) -> tuple[str, bool]:
    return row.case.name, row.case.signed_in
