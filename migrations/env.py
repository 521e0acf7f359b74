"""How Alembic reaches the application's database and models."""

from __future__ import annotations

from logging.config import fileConfig
from typing import Any

from alembic import context
from flask import current_app

from marketplace.core.money import Money

config = context.config
if config.config_file_name is not None:
    fileConfig(config.config_file_name, disable_existing_loggers=False)

database = current_app.extensions["migrate"].db


def skip_empty(migration_context: Any, revision: Any, directives: list[Any]) -> None:
    """Writes no revision file when nothing differs."""
    if getattr(config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Revisions must not import the application, which will have moved on: Money is written as what it is stored as."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Money) else False


def run_migrations() -> None:
    """Runs them on a connection of the application's engine, all in one transaction."""
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_item=render_item,
            process_revision_directives=skip_empty,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations need a database: offline mode would only guess at what is there.")
run_migrations()
