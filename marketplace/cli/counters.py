"""`flask counters check` and `flask counters rebuild`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from marketplace.core.db import db
from marketplace.orders.queries.counters import OWNERS, differences, missing_rows
from marketplace.orders.services import rebuild_counters


@click.group()
def counters() -> None:
    """Counts again what listeners count as they go."""


@counters.command()
@with_appcontext
def check() -> None:
    """Prints every counter that does not equal its recount; exits 1 when there is any."""
    found = 0
    for table in OWNERS:
        missing = missing_rows(table)
        if missing:
            found += missing
            click.echo(f"{table}: {missing} rows are missing")
    for row in differences():
        if row.kept == -1:
            continue
        found += 1
        click.echo(f"{row.table} {row.row_id} {row.counter}: kept {row.kept}, counted {row.counted}")
    if found:
        click.echo(f"{found} differences. Mend them with: flask counters rebuild")
        raise SystemExit(1)
    click.echo("All counters equal their recount.")


@counters.command()
@with_appcontext
def rebuild() -> None:
    """Sets every counter to its recount."""
    touched = rebuild_counters()
    db.session.commit()
    click.echo(f"{touched} counters mended.")
