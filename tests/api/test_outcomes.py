"""What a request does besides the database happens once its fate is known, and never changes the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from marketplace.api.protocol.outcomes import after_commit, settled, until_commit


@contextmanager
def block(seen: list[str]) -> Iterator[str]:
    """Notes how it was left."""
    try:
        yield "kept"
    except BaseException:
        seen.append("undone")
        raise
    seen.append("left")


def test_after_the_commit_everything_is_done(app: Flask) -> None:
    seen: list[str] = []
    with app.test_request_context(), settled():
        after_commit(seen.append, "first noted")
        assert until_commit(block(seen)) == "kept"
        after_commit(seen.append, "noted next")
        seen.append("commit")
    assert seen == ["commit", "left", "first noted", "noted next"]


def test_an_error_undoes_and_lets_nothing_happen(app: Flask) -> None:
    seen: list[str] = []
    with app.test_request_context(), pytest.raises(ZeroDivisionError), settled():
        after_commit(seen.append, "first noted")
        until_commit(block(seen))
        raise ZeroDivisionError
    assert seen == ["undone"]


@pytest.mark.parametrize("failure", [PermissionError("read-only"), RuntimeError("can't start new thread")], ids=repr)
def test_what_fails_after_the_commit_is_noted_and_not_told(
    app: Flask, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    seen: list[str] = []

    def refuse() -> None:
        raise failure

    with app.test_request_context(), settled():
        until_commit(block(seen))
        after_commit(refuse)
        after_commit(seen.append, "the next one")
    assert "not done after a commit" in caplog.text
    assert seen == ["left", "the next one"]
