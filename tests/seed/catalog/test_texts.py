"""Bytes become text, and markup becomes words."""

from __future__ import annotations

import time

import pytest

from seed.catalog.encodings import decode
from seed.catalog.texts import cut, plain, plain_line

RUSSIAN = "Привет, мир! Стол письменный, белый. Цена 500 руб."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1251", "koi8-r", "cp866"])
def test_an_encoding_is_known_by_its_mark_or_its_looks(encoding: str) -> None:
    assert decode(RUSSIAN.encode(encoding)) == RUSSIAN


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        ("{}".encode("cp1251"), "text/html; charset=windows-1251"),
        ("{}", "text/html; charset='win-1251'"),
        ('<?xml version="1.0" encoding="windows-1251"?><a>{}</a>', ""),
        ("<html><meta charset=windows-1251>{}", ""),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">{}', "text/html"),
        ("<meta charset=windows-1251>{}", "text/html; charset=no-such-thing"),
        ("<meta charset=windows-1251>{}", "text/html; charset=rot13"),
        ('<?xml version="1.0" encoding="utf-16"?>{}', ""),
    ],
)
def test_an_encoding_is_taken_from_what_is_said(content: str | bytes, content_type: str) -> None:
    text = content.decode() if isinstance(content, bytes) else content
    assert RUSSIAN in decode(text.format(RUSSIAN).encode("cp1251"), content_type)


def test_sound_utf8_is_believed_more_than_a_wrong_header() -> None:
    assert decode(RUSSIAN.encode(), "text/html; charset=windows-1251") == RUSSIAN


def test_western_letters_are_read_too() -> None:
    assert decode("café à la carte".encode("cp1252")) == "café à la carte"
    assert decode("naïve".encode("latin-1"), "text/plain; charset=iso-8859-1") == "naïve"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x80\x81\xff", b"", b"\x00\x01", b"\xef\xbb\xbf\xff"])
def test_no_bytes_are_refused(content: bytes) -> None:
    assert isinstance(decode(content), str)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain words", "plain words"),
        ("<p>Hello &amp; <b>world</b></p><p>Again</p>", "Hello & world\n\nAgain"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>a</li><li>b</li></ul>", "• a\n\n• b"),
        ("x<script>alert('<b>')</script>y<STYLE>p{}</STYLE >z", "xyz"),
        ("x<!-- <b>hidden</b> -->y", "xy"),
        ("3 < 5 and 5 > 3", "3 < 5 and 5 > 3"),
        ("&lt;p&gt;packed &amp;amp; twice&lt;/p&gt;", "packed & twice"),
        ("&laquo;Стол&raquo;&nbsp;&mdash; 5&nbsp;шт.", "«Стол» — 5 шт."),
        ("<script>never closed", ""),
        ("a\x00b\u202ec\u200bd", "abcd"),
        ("<html:p>one</html:p><html:p>two</html:p>", "one\n\ntwo"),
    ],
)
def test_markup_becomes_words(markup: str, text: str) -> None:
    assert plain(markup, 1000).replace("\n\n•", "\n•") == text.replace("\n\n•", "\n•")


def test_lone_surrogates_are_left_out() -> None:
    assert plain("a\ud800b", 10) == "ab"


def test_text_is_cut_between_words() -> None:
    assert cut("one two three four", 14) == "one two three…"
    assert len(plain("слово " * 5000, 200)) <= 200
    assert plain_line("a\n\n b\t c", 100) == "a b c"


@pytest.mark.parametrize(
    "pattern", ["<", "<a", "<!--<b>", "<script>", "&amp;", "<a ", "</p>", "<svg>", "a ", "<br>", "&#"]
)
def test_no_markup_takes_long(pattern: str) -> None:
    started = time.process_time()
    plain(pattern * 300_000, 1000)
    assert time.process_time() - started < 1.5
