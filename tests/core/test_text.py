"""Text from outside: what cannot be stored is known as such, control characters and stray blanks go."""

from __future__ import annotations

import unicodedata

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql

from marketplace.core.db import db
from marketplace.core.text import is_storable, one_line, tidy

anything = st.text(st.characters())


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "x\udfff", "\udc80\ud83d"])
def test_nul_and_lone_surrogates_cannot_be_stored(text: str) -> None:
    assert not is_storable(text)


@given(anything)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_called_storable_comes_back_from_the_database_unchanged(app: Flask, text: str) -> None:
    if is_storable(text):
        assert db.session.scalar(sql("SELECT CAST(:text AS text)"), {"text": text}) == text


@given(anything)
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert one_line(one_line(text)) == one_line(text)


@given(anything)
def test_tidy_text_has_no_control_characters_but_line_ends_and_tabs(text: str) -> None:
    assert not {character for character in tidy(text) if ord(character) < 128 and is_control(character)} - {"\n", "\t"}
    assert not {character for character in one_line(text) if ord(character) < 128 and is_control(character)}
    assert tidy(text) == tidy(text).strip()


def is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


@pytest.mark.parametrize(
    ("text", "tidied", "folded"),
    [
        (None, "", ""),
        (" \t\n ", "", ""),
        ("  a\r\nb\rc\n ", "a\nb\nc", "a b c"),
        ("two\u00a0 words\u2003here", "two\u00a0 words\u2003here", "two words here"),
        ("be\x07ll\x1b[31m", "bell[31m", "bell[31m"),
        ("Заказ\tна  сайт", "Заказ\tна  сайт", "Заказ на сайт"),
        ("e\u0301 👩‍🔧", "e\u0301 👩‍🔧", "e\u0301 👩‍🔧"),
        ("می\u200cخواهم", "می\u200cخواهم", "می\u200cخواهم"),
        ("An\u200bna\ufeff", "Anna", "Anna"),
        ("\u202etxet\u202c \u2066x\u2069\u200f", "txet x", "txet x"),
        ("\u200b\u3164\u2060", "", ""),
        ("a\x9bb\x85c", "ab\x85c", "ab c"),
    ],
)
def test_examples(text: str | None, tidied: str, folded: str) -> None:
    assert tidy(text) == tidied
    assert one_line(text) == folded
