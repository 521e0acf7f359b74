"""Search words as strangers type them: none of them breaks the query."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Text, bindparam, func, select

from marketplace.core.db import db
from marketplace.core.search import matches

VECTOR = func.to_tsvector("russian", "Парсер цен: fix the e-mail report")


def finds(words: str) -> bool | None:
    return db.session.scalar(select(matches(VECTOR, words)))


@pytest.mark.parametrize("between", [*" \t!&|()<>:*\\'_.,/@#+", "", '"', '""', " or ", "\u2010"])
def test_many_minus_signs_are_no_more_than_noise(app: Flask, between: str) -> None:
    # PostgreSQL refuses to nest more than thirty-two negations.
    finds(f"-{between}" * 100)
    assert finds(f"{'-' * 99} report") is not None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("report", True),
        ("report -price", True),
        ("report -парсеры", False),
        ('report -"the e-mail"', False),
        ("report - price", False),
        ("report --цена", False),
        ("e-mail", True),
        ("nothing or report", True),
    ],
)
def test_a_minus_counts_directly_before_what_it_excludes(app: Flask, words: str, found: bool) -> None:
    assert finds(words) is found


def test_a_value_that_is_bound_later_is_cleaned_as_well(app: Flask) -> None:
    statement = select(matches(VECTOR, bindparam("words", type_=Text)))
    assert db.session.scalar(statement, {"words": "report " + "- " * 90})
