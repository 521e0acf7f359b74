"""What tests measured, printed at the end of the run: a zero is worth what its n says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

LINES = pytest.StashKey[list[str]]()
SENT = "figures"


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Notes one line for the end of the run."""
    return request.config.stash.setdefault(LINES, []).append


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker sends its lines to whoever prints them."""
    sent: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if sent is not None:
        sent[SENT] = session.config.stash.get(LINES, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes the lines of a worker; one that crashed has sent none."""
    node.config.stash.setdefault(LINES, []).extend(getattr(node, "workeroutput", {}).get(SENT, []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints the noted lines, in an order that no worker's haste changes, above pytest's own last line."""
    lines = config.stash.get(LINES, [])
    if lines:
        terminalreporter.section("figures")
        for line in sorted(lines):
            terminalreporter.write_line(line)
