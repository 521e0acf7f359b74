"""Values that nobody types by accident, and how to send them byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote_from_bytes

from werkzeug.test import TestResponse

VALUES: tuple[str, ...] = (
    # What PostgreSQL or UTF-8 cannot hold, and what looks like it.
    *("\x00", "a\x00b", "\ud800", "a\udfff", "\ufffe\uffff", "\u202egnp.exe", "\u200b", "\x1b[2J", "e\u0301" * 60),
    # Numbers that are none, too large, or digits to Python and nobody else.
    *("-1", "0", "-0", "²", "١٢", "1_000", "0x10", "1e5", "1e400", "NaN", "sNaN", "-inf", "Infinity", "0.001", "-5"),
    *(str(2**31), str(2**63 - 1), str(2**63), str(2**70), "9" * 400, "1.", ".", "+", "true", "None", "null"),
    # Days that no calendar has or no column takes.
    *("0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2030-02-30", "2030-01-31T00:00", "-2030-01-31"),
    # Text for other languages than ours.
    *(
        "'; DROP TABLE orders; --",
        "\\",
        "%",
        "%s%n%(x)s",
        "{{7*7}}",
        "${7*7}",
        "{0.__class__}",
        "<script>alert(1)</script>",
    ),
    *("(((", "a & | ! b", '"unclosed', "<->", "a:*", "[[[[", "{}", "../../etc/passwd", "file:///etc/passwd"),
    *(
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http://[::1",
        "/%0d%0aX: y",
    ),
    *("\r\nSet-Cookie: a=b", "\n\n\n", " ", "", "x" * 3000, "я" * 3000, "👩\u200d👩\u200d👧" * 20),
    # Cursors: base64 of nothing, of nonsense, of wrong types, of deep nesting.
    *("=", "AAAA", "W10", "WzEsMl0", "WyIyMDMwLTAxLTAxIiwgMV0", "e30", "bnVsbA", "WyJOYU4iLCIxIl0", "W1tbW1tbW1tbW1tb"),
    # [2**70, 1]: a sort key that no column holds.
    "WzExODA1OTE2MjA3MTc0MTEzMDM0MjQsMV0",
    # ["0001-01-01T00:00:00+23:59", 1] and ["9999-12-31T23:59:59-23:59", 1]: moments outside of what UTC can say.
    *("WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwgMV0", "WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTIzOjU5IiwgMV0"),
)

EXPLAINED = ('class="error-code', 'role="alert"', "invalid-feedback", "notice-", '"error":')
FORM = "application/x-www-form-urlencoded"


def query(values: Mapping[str, str]) -> str:
    """The values as the part of an address behind the question mark; lone surrogates are sent as they are."""
    return "&".join(f"{escape(name)}={escape(value)}" for name, value in values.items())


def escape(text: str) -> str:
    """Percent-encoded, even when it is no Unicode."""
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")


def faults(answer: TestResponse) -> list[str]:
    """What is wrong with an answer to hostile input: a 5xx, a refusal without words, a way to another site."""
    found = []
    if answer.status_code >= 500:
        found.append(f"answers {answer.status_code}")
    elif answer.status_code >= 400 and not any(mark in answer.text for mark in EXPLAINED):
        found.append(f"answers {answer.status_code} without saying why")
    location = answer.location or ""
    if location and (not location.startswith("/") or location[1:2] in ("/", "\\")):
        found.append(f"leads to {location}")
    if answer.headers.getlist("Set-Cookie") and any("a=b" in cookie for cookie in answer.headers.getlist("Set-Cookie")):
        found.append("sets a cookie that somebody else wanted")
    return found
