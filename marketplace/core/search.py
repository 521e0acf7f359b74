"""Full text search over the stored vectors of `core.db.search_vector`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, func
from sqlalchemy.dialects.postgresql import REGCONFIG
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.sql.expression import cast
from sqlalchemy.types import Boolean

from marketplace.core.db import SEARCH_LANGUAGE


def matches(
    vector: ColumnElement[Any] | QueryableAttribute[Any], words: str | BindParameter[str]
) -> ColumnElement[bool]:
    """True where all of `words` occur, stemmed as Russian or as English; quotes and minus work as on the web."""
    # As in `search_vector`.
    undotted = func.translate(words, "ёЁ", "еЕ")
    query = func.websearch_to_tsquery(cast(SEARCH_LANGUAGE, REGCONFIG), undotted)
    return vector.bool_op("@@")(query).cast(Boolean)
