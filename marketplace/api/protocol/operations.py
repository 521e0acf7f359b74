"""Operations: what the API does, each declared once, with all that its callers and its description need.

    @operation("POST", "/orders/<id:order_id>/take", tag="orders", body=Take, answer=OrderOut, errors=(403, 404, 409))
    def take_order(order_id: int, body: Take) -> OrderOut:
        '''Take an order.

        What the description says of it.
        '''

The function calls services and returns what to show; it does not commit. Around it stand the gate, the strict reading
of query and body, the one commit, Idempotency-Key for POST, and ETag with 304 for GET. What a view does besides the
database it hands to `outcomes`, which waits for that commit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import cleandoc
from typing import Any, TypeVar

from flask import Response, request
from pydantic import BaseModel
from werkzeug.exceptions import PreconditionFailed
from werkzeug.wrappers import Response as WerkzeugResponse

from marketplace.api.protocol import outcomes, reading, repeating
from marketplace.api.protocol.blueprint import blueprint
from marketplace.api.protocol.parts import Parts, expect_parts, is_multipart, read_words
from marketplace.core.db import db
from marketplace.web.guards import SIGNED_IN, Gate, declare

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Operation:
    """One method at one address. `errors` are the statuses that it refuses with, besides those that all share."""

    name: str
    method: str
    rule: str
    tag: str
    summary: str
    description: str
    gate: Gate
    answer: type[BaseModel] | None
    status: int
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    errors: tuple[int, ...]
    parts: Parts | None
    """What a body of several parts holds, where it may be or has to be one."""

    asks: Callable[..., object] | None
    """Called with the ids of the address before files are read: refuses those who may not send any."""

    media_type: str
    """Of the answer."""

    is_tagged: bool
    """The answer has an ETag: it is one thing, not a list."""

    is_secret: bool
    """The answer holds secrets, so it is not kept for a repeated request."""

    asks_who: bool
    """The access token counts; where it does not, a program that always sends its own is not turned away for it."""


OPERATIONS: dict[str, Operation] = {}
"""All of them by name, which is the operationId too."""


def operation(
    method: str,
    rule: str,
    *,
    tag: str,
    answer: type[BaseModel] | None = None,
    status: int | None = None,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    gate: Gate = SIGNED_IN,
    errors: tuple[int, ...] = (),
    parts: Parts | None = None,
    asks: Callable[..., object] | None = None,
    media_type: str = "application/json",
    is_tagged: bool = False,
    is_secret: bool = False,
    asks_who: bool = True,
) -> Callable[[View], View]:
    """Declares the function below as an operation; its docstring is the summary and the description."""

    def declare_view(view: View) -> View:
        summary, _blank, description = cleandoc(view.__doc__ or "").partition("\n\n")
        made = Operation(
            name=view.__name__,
            method=method,
            rule=rule,
            tag=tag,
            summary=summary.removesuffix("."),
            description=" ".join(description.split()) or summary,
            gate=gate,
            answer=answer,
            status=status or (204 if answer is None and media_type == "application/json" else 200),
            body=body,
            query=query,
            errors=(*errors, 412) if is_tagged and method == "GET" else errors,
            parts=parts,
            asks=asks,
            media_type=media_type,
            is_tagged=is_tagged,
            is_secret=is_secret,
            asks_who=asks_who,
        )
        if made.name in OPERATIONS:
            raise RuntimeError(f"two operations are called {made.name}")
        OPERATIONS[made.name] = made
        declare(f"{blueprint.name}.{made.name}", gate)
        blueprint.add_url_rule(rule, made.name, _run(made, view), methods=[method])
        return view

    return declare_view


def _run(made: Operation, view: Callable[..., Any]) -> Callable[..., WerkzeugResponse]:
    @wraps(view)
    def run(**values: Any) -> WerkzeugResponse:
        reading.refuse_conditions(*uncompared(made))
        if made.query is not None:
            values["query"] = reading.read_query(made.query)
        else:
            reading.refuse_query()
        if made.parts is not None and (made.body is None or is_multipart()):
            if made.asks is not None:
                made.asks(**values)
            expect_parts(made.parts)
            if made.parts.words is not None:
                values["body"] = read_words(made.parts.words)
        elif made.body is not None:
            values["body"] = reading.read_body(made.body)
        elif made.method != "GET":
            reading.refuse_body()
        if made.method == "GET":
            answer = respond(made, view(**values))
            return conditional(answer) if made.is_tagged else answer
        with outcomes.settled():
            if made.method == "POST" and not made.is_secret:
                return repeating.once(lambda: respond(made, view(**values)))
            answer = respond(made, view(**values))
            db.session.commit()
            return answer

    return run


def uncompared(made: Operation) -> list[str]:
    """Conditions that the operation does not look at although it would matter.

    If-None-Match does not matter where there is something to read: all of it is sent.
    """
    found = [] if 412 in made.errors else ["If-Match"]
    if made.method != "GET":
        found.append("If-None-Match")
    # Nothing of ours says when it was changed last.
    return [*found, "If-Unmodified-Since"]


def respond(made: Operation, shown: BaseModel | Response | None) -> Response:
    """What the view returns as an answer; a new thing says where it is."""
    if isinstance(shown, Response):
        return shown
    if shown is None:
        return Response(status=made.status)
    text = shown.model_dump_json()
    answer = Response(text, made.status, content_type=made.media_type)
    # Conditional requests are worth more than a promise to forget; nobody in between may keep anything.
    answer.headers["Cache-Control"] = "no-store" if made.is_secret else "private, no-cache"
    if made.method == "GET":
        answer.headers["Vary"] = "Accept-Language, Authorization"
    if made.is_tagged:
        answer.set_etag(_tag(text))
    links = getattr(shown, "links", None)
    if made.status in (201, 202) and links:
        answer.headers["Location"] = links["self"]
    return answer


def conditional(answer: Response) -> WerkzeugResponse:
    """The tagged answer, or a 304 without it when that is what the caller has.

    Raises PreconditionFailed where If-Match names another state: what is sent then is no answer but a refusal.
    """
    if "If-Match" not in request.headers:
        return answer.make_conditional(request)
    _refuse_others(answer.get_etag()[0] or "")
    # werkzeug takes the star of If-Match for the name of a state.
    return answer.make_conditional({**request.environ, "HTTP_IF_MATCH": ""})


def require_match(present: BaseModel) -> None:
    """Refuses with 412 when If-Match names another state than the present one, as GET shows it to this caller.

    The caller of this function holds the lock of what is to be changed.
    """
    if "If-Match" in request.headers:
        _refuse_others(_tag(present.model_dump_json()))


def _refuse_others(tag: str) -> None:
    if not request.if_match.contains(tag):
        raise PreconditionFailed


def _tag(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
