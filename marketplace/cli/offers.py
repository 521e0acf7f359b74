"""`flask offers expire`, for cron: `*/10 * * * * flask offers expire`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from marketplace.core.db import db
from marketplace.orders.services import expire_offers


@click.group()
def offers() -> None:
    """Looks after offers that performers have sent."""


@offers.command()
@with_appcontext
def expire() -> None:
    """Notes that the time of offers is over. Pages tell so at once; this lets their orders wait for others again."""
    noted = 0
    while found := expire_offers():
        noted += found
        # Batch by batch: nobody waits for orders that are done with.
        db.session.commit()
    click.echo(f"{noted} offers expired.")
