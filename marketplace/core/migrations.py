"""Whether a database stands where the migrations of this release end."""

from functools import cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def is_current(connection: Connection, folder: str) -> bool:
    """Whether every migration of the folder, and none unknown to it, has been applied; asks the database."""
    return frozenset(MigrationContext.configure(connection).get_current_heads()) == _heads(folder)


@cache
def _heads(folder: str) -> frozenset[str]:
    return frozenset(ScriptDirectory(folder).get_heads())
