"""What a request does besides the database: kept or undone as soon as it is known what became of the request.

A view does not commit, so it cannot say itself when it is over. It hands that over:

    kept = until_commit(services.stored(uploads, folder()))       # the files go again unless the commit succeeds
    after_commit(forget, stored_name)                             # the file goes once the commit has succeeded
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import ParamSpec, TypeVar

from flask import g

from marketplace.web.requestlog import request_id

log = logging.getLogger("marketplace.api")

Value = TypeVar("Value")
Arguments = ParamSpec("Arguments")


@contextmanager
def settled() -> Iterator[None]:
    """Around a view and its commit: an error that leaves the block means that there is no effect."""
    acts: list[Callable[[], object]] = []
    with ExitStack() as stack:
        g.outcome, g.afterwards = stack, acts
        yield
    # No act is among the contexts: what goes wrong with it must not undo what belongs to the commit.
    for act in acts:
        try:
            act()
        except Exception as failure:
            log.error("not done after a commit", extra={"fields": {"request_id": request_id()}}, exc_info=failure)


def until_commit(context: AbstractContextManager[Value]) -> Value:
    """Enters `context` and leaves it after the commit, or by the error because of which there is none."""
    stack: ExitStack = g.outcome
    return stack.enter_context(context)


def after_commit(act: Callable[Arguments, object], *values: Arguments.args, **named: Arguments.kwargs) -> None:
    """Does it when everything is committed and kept, and not at all otherwise; several in the order of the calls.

    The effect is there by then and the caller is told so: whatever goes wrong is noted for whoever runs the site.
    """
    acts: list[Callable[[], object]] = g.afterwards
    acts.append(partial(act, *values, **named))
