"""What people write is text on the page; only our own links, names and line breaks are markup."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask

from marketplace.web.markup import file_size, shortened, talk


def parsed(text: str) -> Tag:
    page = BeautifulSoup(f"<p>{talk(text)}</p>", "html.parser").p
    assert page is not None
    return page


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1) data:text/html,<b> vbscript:x //evil.example file:///etc/passwd ftp://x.example",
        "http://",
        "https://@evil.example",
        "https://shop.example@evil.example/",
        "http://[::1",
        "http://a.example:99999999/",
        "http://:80/",
        "xhttps://a.example/",
        "<a href='javascript:x'>",
    ],
)
def test_what_is_no_safe_address_stays_text(text: str) -> None:
    page = parsed(text)
    assert page.find_all(True) == []
    assert page.get_text() == text


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://a.example/x?y=1&z=<2>.", "https://a.example/x?y=1&z="),
        ("(http://a.example/b_(c))", "http://a.example/b_(c)"),
        ("http://a.example/(b)!?", "http://a.example/(b)"),
        ("HTTPS://A.Example:8443/ok,", "HTTPS://A.Example:8443/ok"),
        ("«https://пример.рф/страница»", "https://пример.рф/страница"),
        ("http://a.example/\"onmouseover='alert(1)'", "http://a.example/"),
    ],
)
def test_an_address_becomes_a_link_that_is_nobodys_recommendation(text: str, address: str) -> None:
    page = parsed(text)
    (link,) = page.find_all(True)
    assert link.name == "a"
    assert link.attrs == {"href": address, "rel": ["nofollow", "noopener", "noreferrer", "ugc"]}
    assert page.get_text().replace(shortened(address), address) == text


def test_a_long_link_is_shown_short_and_never_without_the_end_of_its_host() -> None:
    long = "https://a.example/" + "x" * 300
    assert len(shortened(long)) == 60
    assert shortened(f"https://bank.example.{'a' * 100}.evil.example/").endswith("aaa.evil.example")
    assert shortened("http://a.example/") == "a.example"


def test_lines_break_and_names_are_marked_and_nothing_else() -> None:
    made = talk("Hi @Ivan <Petrov>\n\n@ivan & https://a.example/@Ivan", ["Ivan", "Ivan <Petrov>"])
    assert made == (
        'Hi <b class="mention">@Ivan &lt;Petrov&gt;</b><br><br><b class="mention">@ivan</b> &amp; '
        '<a href="https://a.example/@Ivan" rel="nofollow noopener noreferrer ugc">a.example/@Ivan</a>'
    )


def test_brackets_without_end_take_no_time() -> None:
    assert "<a " in talk("http://a.example/" + ")" * 4900)


@pytest.mark.parametrize(
    ("size", "words"), [(1, "1 byte"), (1023, "1,023 bytes"), (1536, "1.5 kB"), (20 * 1024**2, "20 MB")]
)
def test_a_size_is_told_in_the_unit_that_fits(app: Flask, size: int, words: str) -> None:
    with app.test_request_context():
        assert file_size(size) == words
