"""Files that products share, under many hands: none is missing that a row names, none stays that no row names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask

from marketplace.accounts.models import Account
from marketplace.catalog import queries, services
from marketplace.catalog.models import ProductPicture
from marketplace.catalog.services.pictures import hold_files
from marketplace.core import pictures as store
from marketplace.core.db import db
from marketplace.core.pictures import Picture
from marketplace.web import pictures
from tests.catalog.shelf import picture, product
from tests.people import People
from tests.races.crowd import PATIENCE, Crowd

PARALLEL = 8
COLOURS = [f"#{number * 16:02x}8040" for number in range(6)]


@pytest.fixture
def folder(race_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files of this test are."""
    monkeypatch.setitem(race_app.config, "MEDIA_PATH", str(tmp_path))
    return store.folder(str(tmp_path))


def is_there(folder: Path, one: Picture) -> bool:
    return store.stored(folder, one.digest).exists() and store.stored(folder, one.digest, thumb=True).exists()


def is_named(one: Picture) -> bool:
    db.session.rollback()
    return queries.find_picture(one.digest) is not None


def remove(product_id: int, by: Account) -> None:
    """As the doors do it."""
    row = db.session.query(ProductPicture).filter_by(product_id=product_id).one()
    digest = services.remove_picture(product_id, row.id, by=by)
    db.session.commit()
    pictures.forget([digest])


def add(product_id: int, one: Picture, by: Account) -> None:
    """As the doors do it."""
    services.add_pictures(product_id, [one], by=by)
    with pictures.kept([one]):
        db.session.commit()


def test_the_last_of_many_who_remove_a_shared_picture_takes_its_file_away(race_app: Flask, folder: Path) -> None:
    people = People(race_app)
    managers = [people.manager().id for _ in range(PARALLEL)]
    with Crowd(race_app, PARALLEL) as crowd:
        for colour in COLOURS:
            one = picture(colour)
            store.store(folder, one)
            mine = dict(zip(managers, [product(people, pictures=[one]).id for _ in managers], strict=True))
            db.session.rollback()

            def act(by: Account, mine: dict[int, int] = mine) -> None:
                remove(mine[by.id], by)

            assert crowd.at_once(managers, act) == [None] * PARALLEL
            assert (is_named(one), is_there(folder, one)) == (False, False)


def meeting(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch, hold: Callable[..., None]) -> tuple[bool, bool]:
    """One removes the last picture that names a file while another adds it: is it named, and there, afterwards?

    The file is taken away just when the other one has found it on the disk and has not committed.
    """
    people = People(app)
    one = picture("teal")
    store.store(folder, one)
    old, new = product(people, pictures=[one]).id, product(people).id
    remover, adder = people.manager().id, people.manager().id
    db.session.rollback()
    found, gone = Barrier(2), Barrier(2)
    write = store.store

    def look_and_wait(place: Path, what: Picture) -> None:
        write(place, what)
        found.wait(PATIENCE)
        gone.wait(PATIENCE)

    def act(by: Account) -> None:
        if by.id == adder:
            add(new, one, by)
            return
        found.wait(PATIENCE)
        remove(old, by)
        gone.wait(PATIENCE)

    with monkeypatch.context() as patched, Crowd(app, 2) as crowd:
        patched.setattr("marketplace.web.pictures.pictures.store", look_and_wait)
        patched.setattr("marketplace.catalog.services.pictures.hold_files", hold)
        assert crowd.at_once([remover, adder], act) == [None, None]
    return is_named(one), is_there(folder, one)


def test_a_file_stays_that_somebody_is_just_adding_again(
    race_app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert meeting(race_app, folder, monkeypatch, hold_files) == (True, True)


def test_it_would_be_missing_if_nobody_held_it(race_app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert meeting(race_app, folder, monkeypatch, lambda digests: None) == (True, False)


def test_adding_and_removing_at_once_leaves_what_is_named_and_nothing_else(race_app: Flask, folder: Path) -> None:
    people = People(race_app)
    managers = [people.manager().id for _ in range(PARALLEL)]
    with Crowd(race_app, PARALLEL) as crowd:
        for colour in COLOURS:
            one = picture(colour)
            store.store(folder, one)
            # Half of the products have it and lose it, the others get it.
            numbers = [product(people, pictures=[one] if n % 2 else []).id for n in range(PARALLEL)]
            mine = dict(zip(managers, enumerate(numbers), strict=True))
            db.session.rollback()

            def act(by: Account, one: Picture = one, mine: dict[int, tuple[int, int]] = mine) -> None:
                number, product_id = mine[by.id]
                if number % 2:
                    remove(product_id, by)
                else:
                    add(product_id, one, by)

            assert crowd.at_once(managers, act) == [None] * PARALLEL
            assert (is_named(one), is_there(folder, one)) == (True, True)
            losing = dict(zip(managers[: PARALLEL // 2], numbers[::2], strict=True))

            def lose(by: Account, losing: dict[int, int] = losing) -> None:
                remove(losing[by.id], by)

            assert crowd.at_once(list(losing), lose) == [None] * len(losing)
            assert (is_named(one), is_there(folder, one)) == (False, False)
