"""Full text search over the stored vectors of `core.db.search_vector`."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Text, func, type_coerce
from sqlalchemy.dialects.postgresql import REGCONFIG
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.sql.expression import cast
from sqlalchemy.types import Boolean, TypeDecorator

from marketplace.core.db import SEARCH_LANGUAGE

# A minus before nothing: PostgreSQL nests each of them and fails on more than thirty-two.
IDLE_MINUS = re.compile(r'-(?![\w"])')


class Words(TypeDecorator[str]):
    """What somebody typed into a search field; a minus counts only directly before what it excludes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else IDLE_MINUS.sub(" ", value)


def matches(
    vector: ColumnElement[Any] | QueryableAttribute[Any], words: str | BindParameter[str]
) -> ColumnElement[bool]:
    """True where all of `words` occur, stemmed as Russian or as English; quotes and minus work as on the web."""
    # As in `search_vector`.
    undotted = func.translate(type_coerce(words, Words), "ёЁ", "еЕ")
    query = func.websearch_to_tsquery(cast(SEARCH_LANGUAGE, REGCONFIG), undotted)
    return vector.bool_op("@@")(query).cast(Boolean)


def begins(vector: ColumnElement[Any] | QueryableAttribute[Any], words: str) -> ColumnElement[bool]:
    """True where a word begins with each of `words`, as somebody types who has not finished the last one."""
    # Nothing but letters and digits is left to mean something to the parser.
    parts = [f"{word}:*" for word in re.findall(r"[^\W_]+", words.translate(str.maketrans("ёЁ", "еЕ")))]
    stemmed = func.to_tsquery(cast(SEARCH_LANGUAGE, REGCONFIG), " & ".join(parts[:-1]))
    # The beginning of "office" is a word that the search leaves out: as it stands it must count too.
    last = [func.to_tsquery(cast(language, REGCONFIG), "".join(parts[-1:])) for language in (SEARCH_LANGUAGE, "simple")]
    query = stemmed.op("&&")(last[0].op("||")(last[1]))
    return vector.bool_op("@@")(query).cast(Boolean)
