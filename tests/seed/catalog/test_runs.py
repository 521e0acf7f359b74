"""Whole runs: from the command line, and those that the desk asked for."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.catalog import queries, services
from marketplace.catalog.errors import NoSuchLoad, TooManyLoads
from marketplace.catalog.models import CatalogLoad, Product
from marketplace.catalog.states import LoadStatus
from marketplace.core import clock, files
from marketplace.core.db import db
from marketplace.core.errors import Conflict, NotAllowed
from marketplace.core.fetch import Fetcher
from seed.catalog import runs
from seed.catalog.runs import SAMPLES, run_load, uploads_folder
from tests.core.serving import always, serving
from tests.people import People

GOODS = [{"name": f"Desk {n}", "price": n + 1, "sku": f"D-{n}"} for n in range(35)]
OPTIONS = {"format": "auto", "limit": 50, "category_id": None, "random_price": None}
OPEN = Fetcher(permits=lambda _: True, ports=None)


def call(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["catalog", *words])
    return result.exit_code, result.output


def number() -> int:
    return db.session.scalar(select(func.count()).select_from(Product)) or 0


def write(path: Path, value: Any) -> str:
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return str(path)


def asked(people: People, source: str, **options: Any) -> CatalogLoad:
    load = services.start_load(source=source, options=OPTIONS | options, by=people.manager())
    db.session.commit()
    return load


def after(load: CatalogLoad, fetcher: Fetcher | None = None) -> CatalogLoad:
    run_load(load.id, fetcher=fetcher)
    db.session.expire_all()
    return load


def test_the_command_prints_counts_and_reasons(app: Flask, media: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "goods.json", [*GOODS, {"name": "Without a price"}, {"name": "Yen", "price": "$5"}])
    code, words = call(app, "load", path)
    assert code == 0, words
    lines = [line.split() for line in words.splitlines()]
    assert ["found", "37"] in lines and ["added", "36"] in lines and ["skipped", "1"] in lines
    assert "Without a price: It has no price." in words
    assert "USD 1" in words
    assert number() == 36
    assert "unchanged            36" in call(app, "load", path)[1]


def test_the_command_takes_choices(app: Flask, media: Path, tmp_path: Path, people: People) -> None:
    people.category("desks")
    value = {"deep": {"rows": [{"t": f"Desk {n}"} for n in range(9)]}}
    path = write(tmp_path / "goods.txt", value)
    words = ["--format", "json", "--map", "items=deep.rows name=t", "--random-price", "100..200", "--seed", "7"]
    code, said = call(app, "load", path, *words, "--limit", "5", "--category", "desks")
    assert code == 0, said
    products = db.session.scalars(select(Product)).all()
    assert len(products) == 5
    assert all(product.category is not None and product.category.slug == "desks" for product in products)
    assert all(100 <= product.price <= 200 for product in products)


def test_the_command_takes_selectors(app: Flask, media: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "page.html", "".join(f"<p><q>Desk {n}</q> <kbd>{n}5</kbd></p>" for n in range(4)))
    assert call(app, "load", path, "--select", "item=p name=p > q price=kbd")[0] == 0
    assert number() == 4


def test_a_dry_run_changes_nothing(app: Flask, media: Path) -> None:
    code, words = call(app, "load", str(SAMPLES / "electronics.json"), "--dry-run")
    assert code == 0 and "nothing was changed" in words
    assert number() == 0


@pytest.mark.parametrize(
    "words",
    [
        ["no-such-file.html"],
        ["/etc"],
        ["http://127.0.0.1/feed"],
        ["http://localhost:8000/"],
        ["http://169.254.169.254/latest/meta-data/"],
        ["https://user:word@example.com/"],
        ["{samples}/pictures/desk-mint.png"],
        ["{samples}/electronics.json", "--category", "no-such-category"],
        ["{samples}/electronics.json", "--map", "colour=a"],
        ["{samples}/desks-plain-cards.html", "--select", "name=q["],
        ["{samples}/news.rss", "--format", "json"],
    ],
)
def test_what_cannot_be_loaded_is_one_line_and_nothing_is_written(app: Flask, media: Path, words: list[str]) -> None:
    code, said = call(app, "load", *(word.format(samples=SAMPLES) for word in words))
    assert code == 1
    assert said.startswith("Error: ") and said.count("\n") == 1, said
    assert number() == 0


@pytest.mark.parametrize("words", [["--random-price", "5..1"], ["--random-price", "x"], ["--limit", "0"]])
def test_a_wrong_choice_is_said(app: Flask, media: Path, words: list[str]) -> None:
    assert call(app, "load", str(SAMPLES / "electronics.json"), *words)[0] == 2


def test_a_run_reads_an_address_and_says_how_it_went(app: Flask, media: Path, people: People) -> None:
    with serving(always(json.dumps([*GOODS, {"name": "X"}]).encode())) as server:
        load = after(asked(people, server.url("/goods.json")), OPEN)
    assert load.status is LoadStatus.DONE and load.finished_at is not None
    assert (load.total, load.done, load.added, load.updated) == (36, 36, 35, 0)
    assert [reason["what"] for reason in load.skipped] == ["X"]
    assert number() == 35


@pytest.mark.parametrize("source", ["http://127.0.0.1:80/", "http://localhost/", "/etc/passwd", "file:///etc/passwd"])
def test_a_run_never_reads_inside(app: Flask, media: Path, people: People, source: str) -> None:
    load = after(asked(people, source))
    assert load.status is LoadStatus.FAILED
    assert load.error and "passwd" not in load.error
    assert number() == 0


def test_a_run_of_a_damaged_source_fails_in_words(app: Flask, media: Path, people: People) -> None:
    laughs = b'<!DOCTYPE rss [<!ENTITY a "ha">]><rss><channel><item><title>&a;</title></item></channel></rss>'
    with serving(always(laughs)) as server:
        load = after(asked(people, server.url()), OPEN)
    assert load.status is LoadStatus.FAILED
    assert load.error == "The feed declares entities of its own: it is not read."


def test_a_run_reads_a_file_that_was_sent_and_removes_it(app: Flask, media: Path, people: People) -> None:
    name = files.random_name()
    path = files.write(uploads_folder(), name, json.dumps(GOODS).encode())
    old = files.write(uploads_folder(), files.random_name(), b"forgotten")
    os.utime(old, (0, 0))
    load = after(asked(people, "goods.json", file=name))
    assert load.status is LoadStatus.DONE and load.added == 35
    assert not path.exists() and not old.exists()


def test_a_mistake_of_ours_ends_the_run_too(
    app: Flask, media: Path, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(runs, "find_items", fail)
    with serving(always(b"[]")) as server:
        load = asked(people, server.url())
        with pytest.raises(ZeroDivisionError):
            run_load(load.id, fetcher=OPEN)
    db.session.expire_all()
    assert load.status is LoadStatus.FAILED


def test_a_run_is_done_once(app: Flask, media: Path, people: People) -> None:
    with serving(always(json.dumps(GOODS).encode())) as server:
        load = after(asked(people, server.url()), OPEN)
        with pytest.raises(Conflict):
            run_load(load.id, fetcher=OPEN)
        assert len(server.hits) == 1
    with pytest.raises(NoSuchLoad):
        run_load(10**9)
    assert call(app, "run", str(load.id))[0] == 1


def test_only_a_few_runs_go_on_at_once_and_dead_ones_do_not_count(app: Flask, people: People) -> None:
    first = asked(people, "https://a.example/")
    asked(people, "https://b.example/")
    with pytest.raises(TooManyLoads):
        asked(people, "https://c.example/")
    db.session.rollback()
    with clock.fixed(clock.now() + queries.loads.SILENCE + timedelta(seconds=1)):
        assert queries.has_died(first)
        asked(people, "https://c.example/")


def test_only_the_desk_asks_for_runs(app: Flask, people: People) -> None:
    for person in (people.customer(), people.performer(), people.observer()):
        with pytest.raises(NotAllowed):
            services.start_load(source="https://a.example/", options=OPTIONS, by=person)
    assert queries.latest_loads() == []
