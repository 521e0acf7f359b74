"""Full text search over the stored vectors of `core.db.search_vector`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.dialects.postgresql import REGCONFIG
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.sql.expression import cast
from sqlalchemy.types import Boolean

UNDOTTED = str.maketrans("ёЁ", "еЕ")
"""As in `core.db.search_vector`."""


def matches(vector: ColumnElement[Any] | QueryableAttribute[Any], words: str) -> ColumnElement[bool]:
    """True where all of `words` occur, stemmed as Russian or as English; quotes and minus work as on the web."""
    words = words.translate(UNDOTTED)
    russian = func.websearch_to_tsquery(cast("russian", REGCONFIG), words)
    english = func.websearch_to_tsquery(cast("english", REGCONFIG), words)
    return vector.bool_op("@@")(russian.op("||")(english)).cast(Boolean)
