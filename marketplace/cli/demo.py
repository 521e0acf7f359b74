"""`flask demo`: fills an empty database with people, orders and their history."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from seed.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, DemoRefused, load_demo


@click.command()
@click.option("--orders", default=2000, show_default=True, type=click.IntRange(min=0), help="How many orders.")
@click.option("--people", default=200, show_default=True, type=click.IntRange(min=10), help="How many people.")
@click.option("--seed", default=1, show_default=True, type=int, help="Another number makes other data.")
@with_appcontext
def demo(orders: int, people: int, seed: int) -> None:
    """Fill an empty database with demo data. Above 20 000 orders it is copied in, not acted out."""
    try:
        done = load_demo(orders, people, seed, report=_show)
    except DemoRefused as error:
        raise click.ClickException(str(error)) from None
    _show(1, 1)
    click.echo(f"\n{done.people} people and {done.orders} orders in {done.seconds:.1f} s.")
    click.echo(f"Sign in as {', '.join(DEMO_ACCOUNTS)} with the password {DEMO_PASSWORD}.")


def _show(done: int, total: int) -> None:
    """One line that overwrites itself."""
    click.echo(f"\rLoading demo data: {100 * done // max(1, total)} %", nl=False)
