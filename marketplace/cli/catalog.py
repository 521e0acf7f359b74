"""`flask catalog load`: products out of pages, feeds and lists of other sites, or out of files."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click
from flask import current_app
from flask.cli import with_appcontext

from marketplace.core.errors import DomainError
from seed.catalog.loading import PICTURE, Options, Report
from seed.catalog.reading import FORMATS
from seed.catalog.runs import category_of, load_source, run_load

MOST = 2000
DEAREST = 1_000_000_000
RANGE = re.compile(r"(\d{1,9})\.\.(\d{1,9})")
SHOWN_REASONS = 30


class PriceRange(click.ParamType[tuple[int, int]]):
    """`100..5000`: two whole numbers, the smaller one first."""

    name = "A..B"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """The two numbers."""
        found = RANGE.fullmatch(str(value))
        if found is None or int(found[1]) > int(found[2]):
            self.fail(f"{value!r} is not a range such as 100..5000", param, ctx)
        return int(found[1]), int(found[2])


@click.group()
def catalog() -> None:
    """Fills the catalogue of products."""


@catalog.command()
@click.argument("source", metavar="URL|FILE")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="auto", show_default=True)
@click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="How many items at most.")
@click.option("--category", metavar="SLUG", help="The category of the products.")
@click.option("--dry-run", is_flag=True, help="Say what would come of it and change nothing.")
@click.option("--select", multiple=True, metavar="FIELD=CSS", help="Where a field stands on a page: name, price, …")
@click.option("--map", "mapping", multiple=True, metavar="FIELD=PATH", help="Where a field stands in JSON: cost.value")
@click.option("--random-price", type=PriceRange(), help="Invent prices for items that have none.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number invents other prices.")
@with_appcontext
def load(
    source: str,
    format_: str,
    limit: int,
    category: str | None,
    dry_run: bool,
    select: Sequence[str],
    mapping: Sequence[str],
    random_price: tuple[int, int] | None,
    seed: int,
) -> None:
    """Load products from a page, a feed or a list in JSON, at a web address or in a file.

    The same source may be loaded again and again: products are brought up to date and none is added twice.
    """
    try:
        options = Options(
            format=format_,
            limit=limit,
            category_id=None if category is None else category_of(category),
            select=_pairs(select),
            mapping=_pairs(mapping),
            random_price=random_price,
            seed=seed,
        )
        report = load_source(source, options, dry_run=dry_run)
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    _show(report, dry_run=dry_run)


@catalog.command(hidden=True)
@click.argument("load_id", type=int)
@with_appcontext
def run(load_id: int) -> None:
    """Do a run that the desk has asked for."""
    try:
        run_load(load_id)
    except DomainError as error:
        raise click.ClickException(str(error)) from None


def _pairs(given: Sequence[str]) -> tuple[str, ...]:
    """`name=a price=b` in one word or in several; blanks belong to selectors, so only those before a field divide."""
    return tuple(pair for text in given for pair in re.split(r"\s+(?=[a-z]+=(?!=))", text.strip()) if pair)


def _show(report: Report, *, dry_run: bool) -> None:
    """The counts, then the reasons."""
    rows = {
        "found": report.found,
        "read": report.total,
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.same,
        "skipped": report.skipped,
        "pictures missing": sum(reason.kind == PICTURE for reason in report.reasons),
    }
    for name, count in rows.items():
        click.echo(f"{name:<17}{count:>6}")
    foreign = [(code, count) for code, count in sorted(report.currencies.items()) if code not in ("", own_currency())]
    if foreign:
        counted = ", ".join(f"{code} {count}" for code, count in foreign)
        click.echo(f"Prices in other currencies, taken over as they are: {counted}")
    for reason in report.reasons[:SHOWN_REASONS]:
        what = f"{reason.what} (its picture)" if reason.kind == PICTURE else reason.what
        click.echo(f"  {what}: {reason}")
    if len(report.reasons) > SHOWN_REASONS:
        click.echo(f"  … and {len(report.reasons) - SHOWN_REASONS} more")
    if dry_run:
        click.echo("A dry run: nothing was changed.")


def own_currency() -> str:
    """The currency of all prices here."""
    return str(current_app.config["CURRENCY"])
