"""`make bench [SIZES=1000,100000] [ROUNDS=60] [KEEP=folder]`: measures, then prints what was measured."""

from __future__ import annotations

import os
import platform
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.api import api_cases, print_api
from benchmarks.board import board_cases
from benchmarks.cases import common_words
from benchmarks.live import live_figures, print_live
from benchmarks.market import open_market
from benchmarks.order_list import list_cases, print_lists
from benchmarks.report import print_board, print_taking, print_verdict
from benchmarks.rounds import measure, turns
from benchmarks.taking import taking

SIZES = "1000,100000,1000000"
ROUNDS = "60"
TAKE_ROUNDS = 40
LIST_ROUNDS = 8


def main() -> None:
    """Loads all sizes first, so that one run measures them side by side."""
    sizes = sorted({int(size) for size in os.environ.get("SIZES", SIZES).split(",")})
    rounds = int(os.environ.get("ROUNDS", ROUNDS))
    with ExitStack() as stack:
        folder = os.environ.get("KEEP") or stack.enter_context(tempfile.TemporaryDirectory(prefix="podryad-bench-"))
        markets = [stack.enter_context(open_market(size, Path(folder))) for size in sizes]
        safety = markets[0].ask(
            "SELECT name || ' ' || setting FROM pg_settings WHERE name ~ '^(fsync|synchronous_commit)$'"
        )
        print(f"Python {platform.python_version()}, {os.cpu_count()} processors, {', '.join(row[0] for row in safety)}")
        words = common_words(markets[0])
        cases = [case for market in markets for case in board_cases(market, turns(rounds), words)]
        measure([case.pair for case in cases], rounds)
        print_board(cases)
        lists = [case for market in markets for case in list_cases(market)]
        measure([case.pair for case in lists], min(rounds, LIST_ROUNDS))
        print_lists(lists)
        takes = [(market.size, *taking(market, turns(TAKE_ROUNDS))) for market in markets]
        measure([pair for _, pair, _ in takes], TAKE_ROUNDS)
        print_taking(takes)
        asked = [(market.size, case) for market in markets for case in api_cases(market, turns(TAKE_ROUNDS))]
        measure([case.pair for _, case in asked], TAKE_ROUNDS)
        print_api(asked)
        print_live(live_figures(markets[0]))
        print_verdict(cases, takes)


if __name__ == "__main__":
    main()
