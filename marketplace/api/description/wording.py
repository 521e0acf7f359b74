"""What the description says in words: of the whole API, of its parts, and of the refusals that operations share."""

from __future__ import annotations

from typing import Any, NamedTuple

TAGS = {
    "auth": "Becoming known: registration, and the tokens by which every other operation knows its caller.",
    "me": "What the caller says of themselves.",
    "board": "Open orders, for everybody to look at.",
    "orders": "Orders that the caller may see, and posting new ones.",
    "acts": "What is done with an order. `actions` of an order names those that the caller may do now.",
    "lines": "What an order consists of.",
    "offers": "What performers would do an order for.",
    "talk": "Comments and files of an order.",
    "events": "What happens, in the order in which it happens.",
    "catalog": "Categories and products, and the loader that reads products elsewhere.",
    "performers": "Who does the work, and what customers say of it.",
    "users": "Accounts, for staff.",
}
"""The parts, in the order in which somebody new reads them."""

ABOUT = """Orders and all that belongs to them, for programs.

**Signing in.** `POST /auth/login` gives an access token for 15 minutes and a refresh token for 30 days. Send the access
token as `Authorization: Bearer …`; cookies count for nothing here. `POST /auth/refresh` gives the next pair. A refresh
token is good for one use: one that comes twice signs the program out. Tokens die at `POST /auth/logout` and `DELETE
/me/sessions`, when the password or the role changes, when an admin signs the person out or blocks them, and when the
program has asked for nothing for 30 days.

**Errors** are problem details (RFC 9457), `application/problem+json`. `type` says what was refused in a word that does
not change, `errors` what is wrong with each field. Words are in the language of `Accept-Language` (ru, en), without it
in that of the account, and else in that of the site.

**Sending twice.** Every POST takes an `Idempotency-Key`. For 24 hours the same request under the same key has one
effect and the same answer; another request under it is a 422, one that comes while the first is at work a 409. Answers
that hold tokens are not kept: a repetition gets a new access token with the same refresh token, as long as nobody has
used that.

**Changing what somebody else changes.** Single things have an `ETag`. Send it as `If-Match` with a PATCH, or the DELETE
of a line, and get a 412 when it is not the same any more; send it as `If-None-Match` with a GET and get a 304 when it
is. What would not be compared is a 400.

**Limits.** `RateLimit` of every answer says how many requests are left (`r`) and for how many seconds (`t`). A 429
and a 503 say in `Retry-After` how many seconds to wait. Registering, signing in, refreshing, changing the password and
giving orders back have limits of their own.

**Values.** Money is text, `"1499.90"`. Moments are RFC 3339 in UTC, days are `2030-01-31`. Lists come in pages: send
`next_cursor` back as `cursor`, to the same list with the same filters and order; any other refuses it. Unknown fields
and parameters are refused.
"""


class Refusal(NamedTuple):
    """What a status means here, and what such an answer looks like."""

    words: str
    title: str
    detail: str
    kind: str = "about:blank"
    errors: dict[str, list[str]] | None = None

    @property
    def example(self) -> dict[str, Any]:
        """The answer, apart from its status."""
        found = {"type": self.kind, "title": self.title, "detail": self.detail, "request_id": "3f0c6a52b1d94e7a"}
        return found if self.errors is None else {**found, "errors": self.errors}


KIND = "urn:podryad:problem:"

REFUSALS = {
    400: Refusal("What was sent cannot be understood.", "The request is not right", "The body is not JSON."),
    401: Refusal(
        "No access token, or one that is not valid any more.",
        "Sign in first",
        "Sign in and send the access token: Authorization: Bearer …",
    ),
    403: Refusal(
        "The caller may not do this.",
        "You may not do this",
        "Your account does not allow this.",
        KIND + "not-allowed",
    ),
    404: Refusal(
        "There is no such thing, or none that the caller may know of.",
        "There is nothing here",
        "There is no such order, or it is not open to you.",
        KIND + "no-such-order",
    ),
    408: Refusal(
        "The body did not come in time; the connection is closed.",
        "That took too long",
        "What you sent did not arrive in time. Send it again.",
    ),
    409: Refusal(
        "Not possible in the present state, or the first request with this key is still at work.",
        "Somebody was quicker, or it is too late",
        "The order is already in progress.",
        KIND + "illegal-step",
    ),
    411: Refusal(
        "The length of the body is not given.",
        "The request does not say how long it is",
        "Say in Content-Length how long the body is.",
    ),
    412: Refusal(
        "It is not in the state that If-Match names.",
        "It is not the same any more",
        "It is not the same any more",
    ),
    413: Refusal(
        "The body is too large.",
        "That is too much",
        "The body is larger than this address takes.",
    ),
    414: Refusal("The address is too long.", "The address is too long", "Send fewer or shorter parameters."),
    415: Refusal(
        "The body is of another type than documented.",
        "This kind of content is not accepted",
        "Send JSON: Content-Type: application/json.",
    ),
    422: Refusal(
        "A field or a parameter is not right; `errors` say which.",
        "Something in the input is wrong",
        "What was sent cannot be read. See “errors”.",
        KIND + "fields-refused",
        {"verbose": ["There is no such field."]},
    ),
    429: Refusal(
        "Too many requests; Retry-After says when to go on.",
        "Too many attempts",
        "Too many requests. Wait a moment.",
    ),
    503: Refusal(
        "The database does not answer; Retry-After says when to try again.",
        "The database does not answer",
        "The database does not answer",
    ),
}
"""Everything that operations refuse with."""

SUCCESSES = {
    200: "As asked.",
    201: "It is there now; Location says where.",
    202: "It has begun and goes on by itself; Location says where to watch it.",
    204: "Done; there is nothing to say.",
    304: "It is still as If-None-Match names it.",
}
