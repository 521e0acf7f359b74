"""The pages of the API's description: open to all, and one of them with a policy that is wider by a word used once."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask import Flask, Response

from marketplace.web.docs.views import DESCRIPTION
from marketplace.web.headers import POLICY, policy, widen_policy
from tests.client import Browser
from tests.people import People

PAGES = ["/swagger", "/redoc"]


def sources(header: str) -> dict[str, str]:
    """The directives of a policy and what each allows."""
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


@pytest.mark.parametrize("path", PAGES)
def test_everybody_reads_about_the_api(path: str, client: Browser, people: People) -> None:
    for _visit in range(2):
        page = BeautifulSoup(client.get(path).text, "html.parser")
        reader = page.select_one("#reader")
        assert reader is not None
        assert reader["data-description"] == DESCRIPTION
        links = {link["href"] for link in page.select(".docs-head a")}
        assert links == {*PAGES, DESCRIPTION}
        current = page.select_one(".docs-head a[aria-current]")
        assert current is not None and current["href"] == path
        assert page.select("footer a[href='/swagger']")
        # News change nothing here, and a page that reloads by itself would lose a token and what has been typed.
        assert not page.select("script[src*='live.js']")
        client.sign_in(people.customer())


def test_the_description_is_where_the_pages_ask_for_it(client: Browser) -> None:
    answer = client.get(DESCRIPTION)
    assert answer.status_code == 200
    assert answer.get_json()["openapi"].startswith("3.1")


def test_the_page_to_try_the_api_needs_no_more_than_others(client: Browser) -> None:
    assert client.get("/swagger").headers["Content-Security-Policy"] == POLICY


def test_the_page_to_read_lets_in_its_own_styles_by_a_word_that_is_new_each_time(client: Browser) -> None:
    seen = set()
    for _visit in range(3):
        answer = client.get("/redoc")
        script = BeautifulSoup(answer.text, "html.parser").select_one("#start-redoc")
        assert script is not None
        nonce = str(script["nonce"])
        assert len(nonce) == 32
        seen.add(nonce)
        wider = {"style-src": f"'self' 'nonce-{nonce}'", "font-src": "'self' data:"}
        assert sources(answer.headers["Content-Security-Policy"]) == sources(POLICY) | wider
        assert client.get("/board").headers["Content-Security-Policy"] == POLICY
    assert len(seen) == 3


def test_a_page_that_fails_is_not_wider_than_others(
    app: Flask, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Response:
        widen_policy(Response(), style_src="'unsafe-inline'")
        raise ZeroDivisionError

    monkeypatch.setitem(app.view_functions, "docs.redoc", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = client.get("/redoc")
    assert answer.status_code == 500
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_a_source_is_added_to_those_that_are_there() -> None:
    answer = Response()
    widen_policy(answer, img_src="blob:", worker_src="blob:")
    wider = sources(answer.headers["Content-Security-Policy"])
    assert wider == sources(POLICY) | {"img-src": "'self' data: blob:", "worker-src": "'self' blob:"}
    assert policy(wider) == answer.headers["Content-Security-Policy"]
