"""The saved samples bring thirty products each, with pictures; twice adds nothing, and broken items say why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import ROOT
from marketplace.catalog.models import Product, ProductPicture
from marketplace.core.db import db
from seed.catalog.loading import ITEM, PICTURE, Options
from seed.catalog.reading import HTML, JSON, RSS, Source, detect
from seed.catalog.runs import SAMPLES, load_samples, load_source

KINDS = {
    "desks-plain-cards.html": HTML,
    "electronics.json": JSON,
    "gear.atom": RSS,
    "news.rss": RSS,
    "stationery-windows-1251.htm": HTML,
    "tools-json-ld.html": HTML,
}
FEWEST = 30


def number(model: type[Product] | type[ProductPicture]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_every_sample_is_tested() -> None:
    assert {path.name for path in SAMPLES.iterdir() if path.is_file()} == set(KINDS)
    for name, kind in KINDS.items():
        content = (SAMPLES / name).read_bytes()
        assert detect(Source(content), content.decode("latin-1")) == kind


@pytest.mark.parametrize("name", KINDS)
def test_a_sample_brings_thirty_products_with_pictures_and_twice_adds_nothing(
    app: Flask, media: Path, name: str, figure: Callable[[str], None]
) -> None:
    options = Options(random_price=(100, 5000), seed=7) if name == "news.rss" else Options()
    report = load_source(str(SAMPLES / name), options)
    assert report.added == number(Product) >= FEWEST
    assert report.added + report.skipped == report.total == report.found
    assert report.skipped == sum(reason.kind == ITEM for reason in report.reasons) >= 1
    assert number(ProductPicture) >= FEWEST
    described = select(func.count()).select_from(Product).where(Product.description != "")
    assert db.session.scalar(described) == report.added
    again = load_source(str(SAMPLES / name), options)
    assert (again.added, again.updated, again.same) == (0, 0, report.added)
    assert number(Product) == report.added
    figure(f"D5: {name}: {report.added} products of {report.found} items, again: {again.added} added")


def test_reasons_name_what_is_broken(app: Flask, media: Path) -> None:
    report = load_source(str(SAMPLES / "tools-json-ld.html"), Options())
    said = {reason.what: str(reason) for reason in report.reasons}
    assert said["Лестница на заказ"] == "Its price is no number: по запросу RUB."
    assert said["Дрель-шуруповёрт «Бриз-12» аккумуляторная"] == "The source has it twice: the first one counts."
    assert sum(reason.kind == PICTURE for reason in report.reasons) == 2
    assert (SAMPLES / "../../../../etc/passwd").resolve() != SAMPLES


def test_windows_1251_is_read_as_russian(app: Flask, media: Path) -> None:
    load_source(str(SAMPLES / "stationery-windows-1251.htm"), Options())
    product = db.session.scalars(select(Product).where(Product.name == "Лоток для бумаг, 3 яруса")).one()
    assert (int(product.price), product.unit, product.description) == (1090, "шт.", "Металлическая сетка")


def test_a_dry_run_says_the_same_and_changes_nothing(app: Flask, media: Path) -> None:
    path = str(SAMPLES / "electronics.json")
    dry = load_source(path, Options(), dry_run=True)
    assert number(Product) == number(ProductPicture) == 0
    assert not media.exists()
    real = load_source(path, Options())
    assert (dry.added, dry.skipped) == (real.added, real.skipped)


def test_the_demo_gets_fifty_products_with_pictures_the_same_ones_each_time(app: Flask, media: Path) -> None:
    assert load_samples() == number(Product) == 50
    names = list(db.session.scalars(select(Product.name).order_by(Product.id)))
    with_pictures = select(func.count(func.distinct(ProductPicture.product_id)))
    assert db.session.scalar(with_pictures) == 50
    assert load_samples() == 50
    assert list(db.session.scalars(select(Product.name).order_by(Product.id))) == names
    assert len(set(names)) == 50
    assert load_samples(7) == 7
    assert load_samples(110) == number(Product) == 110


def test_the_pictures_of_the_samples_are_few_and_small() -> None:
    pictures = list((SAMPLES / "pictures").iterdir())
    assert sum(path.stat().st_size for path in pictures) < 300_000
    named = b"".join((SAMPLES / name).read_bytes() for name in KINDS)
    assert [path.name for path in pictures if path.name.encode() not in named] == []
    assert SAMPLES.is_relative_to(ROOT / "seed")
