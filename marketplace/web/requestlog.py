"""One structured line per request, with an id that error pages show too; no query, no form, no cookie in it."""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import InstanceState

log = logging.getLogger("marketplace.request")
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
ACCEPTED_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class JsonLines(logging.Formatter):
    """Every record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        # Escaped, because some readers take more characters than `\n` for the end of a line.
        return json.dumps(line)

    def formatException(self, ei: ExcInfo) -> str:
        """The traceback; of an error of the database without the values that it repeats in its message."""
        error = ei[1]
        if error is None or not any(isinstance(one, SQLAlchemyError) for one in chain(error)):
            return super().formatException(ei)
        return "".join(traceback.format_tb(ei[2])) + " <- ".join(map(described, chain(error)))


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from."""
    one: BaseException | None = error
    while one is not None:
        yield one
        one = one.__cause__ or one.__context__


def described(error: BaseException) -> str:
    """What went wrong, in words that hold no row and no parameter of anybody's."""
    name = f"{type(error).__module__}.{type(error).__name__}"
    if not isinstance(error, DBAPIError):
        return name
    diagnosis = getattr(error.orig, "diag", None)
    code = getattr(error.orig, "pgcode", None)
    if diagnosis is None or code is None:
        # It never came to a statement, so there is nothing of one in the message.
        return f"{name}: {error.orig}"
    names = (diagnosis.table_name, diagnosis.column_name, diagnosis.constraint_name)
    return f"{name}: SQLSTATE {code} {' '.join(filter(None, names))} in {error.statement}"


def init_app(app: Flask) -> None:
    """Sets up logging to standard error and the line per request."""
    log_to_stderr(app.config["LOG_LEVEL"])
    app.before_request(start)
    app.after_request(write_line)
    app.context_processor(lambda: {"request_id": request_id()})


def log_to_stderr(level: str) -> None:
    """Everything of ours from this level on, a line each."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("marketplace")
    logger.handlers = [handler]
    logger.setLevel(level)
    logger.propagate = False


def request_id() -> str:
    """The id of the present request: a proxy's when it sent a sane one, else our own."""
    if "request_id" not in g:
        sent = request.headers.get("X-Request-ID", "")
        g.request_id = sent if ACCEPTED_ID.fullmatch(sent) else secrets.token_hex(8)
    return str(g.request_id)


def start() -> None:
    """Notes when the request began."""
    g.request_started = time.perf_counter()


def write_line(response: Response) -> Response:
    """Logs the answered request and names its id in the answer."""
    response.headers["X-Request-ID"] = request_id()
    if request.endpoint == "static" and response.status_code < 400:
        return response
    elapsed = time.perf_counter() - g.get("request_started", time.perf_counter())
    fields = {
        "request_id": request_id(),
        "method": request.method,
        "path": request.path,
        "endpoint": request.endpoint,
        "status": response.status_code,
        "ms": round(elapsed * 1000, 1),
        "address": request.remote_addr,
        "account_id": _account_id(),
    }
    log.info("request", extra={"fields": fields})
    return response


def _account_id() -> int | None:
    """Whose request it is, if it came to asking; from memory, because logging must not be what reads the database."""
    # Everything that the account knows of itself is forgotten after a commit, but not which row it is.
    state = inspect(g.get("_login_user"), raiseerr=False)
    return state.identity[0] if isinstance(state, InstanceState) and state.identity else None
