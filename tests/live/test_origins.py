"""Which pages are of this site: by the name that the browser asked for, seen through as many proxies as there are."""

from __future__ import annotations

import pytest

from marketplace.live.origins import is_own_page

SITE = {"host": "orders.example", "origin": "https://orders.example"}


@pytest.mark.parametrize(
    ("headers", "hops", "trusted", "own"),
    [
        (SITE, 0, None, True),
        (SITE, 0, ["orders.example"], True),
        (SITE, 0, ["another.example"], False),
        ({"host": "orders.example"}, 0, None, False),
        ({"origin": "https://orders.example"}, 0, None, False),
        ({"host": "orders.example:443", "origin": "https://orders.example"}, 0, None, True),
        ({"host": "orders.example:80", "origin": "https://orders.example"}, 0, None, False),
        ({"host": "orders.example:8000", "origin": "http://orders.example:8000"}, 0, None, True),
        ({"host": "orders.example:8000", "origin": "http://orders.example"}, 0, None, False),
        ({"host": "ORDERS.example", "origin": "http://orders.EXAMPLE"}, 0, ["orders.example"], True),
        ({"host": "[::1]:8000", "origin": "http://[::1]:8000"}, 0, None, True),
        ({"host": "orders.example", "origin": "https://orders.example.evil.example"}, 0, None, False),
        ({"host": "orders.example", "origin": "https://evil.example"}, 0, None, False),
        ({"host": "evil.example", "origin": "https://evil.example"}, 0, ["orders.example"], False),
        ({"host": "orders.example", "origin": "null"}, 0, None, False),
        ({"host": "orders.example", "origin": "ftp://orders.example"}, 0, None, False),
        ({"host": "orders.example", "origin": "https://orders.example:x"}, 0, None, False),
        ({"host": "orders.example:x", "origin": "https://orders.example"}, 0, None, False),
        ({"host": "[", "origin": "https://["}, 0, None, False),
        # Behind a proxy the name is the one that the proxy was asked for; nobody else may say so.
        ({**SITE, "host": "inner:8000", "x-forwarded-host": "orders.example"}, 1, None, True),
        ({**SITE, "host": "inner:8000", "x-forwarded-host": "orders.example"}, 0, None, False),
        ({**SITE, "x-forwarded-host": "evil.example", "origin": "https://evil.example"}, 0, None, False),
        (
            {"host": "inner", "x-forwarded-host": "evil.example, orders.example", "origin": "https://evil.example"},
            1,
            None,
            False,
        ),
    ],
)
def test_a_page_is_ours(headers: dict[str, str], hops: int, trusted: list[str] | None, own: bool) -> None:
    assert is_own_page(headers, {"PROXY_HOPS": hops, "TRUSTED_HOSTS": trusted}) is own
