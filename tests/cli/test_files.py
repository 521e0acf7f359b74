"""`flask files sweep`: what nobody names and is old goes, everything else stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

from flask import Flask

from marketplace.catalog import services
from marketplace.core import files, pictures
from marketplace.core.db import db
from marketplace.threads.services import file_folder, thumbnail_name
from tests.catalog.shelf import keeper, picture, product
from tests.people import People
from tests.threads import specimens
from tests.web.talking import file_on, media, on_disk

__all__ = ["media"]

TWO_DAYS = 2 * 24 * 3600


def sweep(app: Flask) -> str:
    result = app.test_cli_runner().invoke(args=["files", "sweep"])
    assert result.exit_code == 0, result.output
    return result.output.strip()


def age(media: Path) -> None:
    """Everything on the disk was written two days ago."""
    then = time.time() - TWO_DAYS
    for path in media.rglob("*"):
        if path.is_file():
            os.utime(path, (then, then))


def orphans(media: Path) -> None:
    """Files as processes leave them that are killed: a picture, an attachment with its thumbnail, an upload, a half."""
    pictures.store(pictures.folder(str(media)), picture("green"))
    name = files.random_name()
    files.write(file_folder(str(media)), name, b"x")
    files.write(file_folder(str(media)), thumbnail_name(name), b"x")
    files.write(media / "loads", files.random_name(), b"x")
    half = files.place(file_folder(str(media)), files.random_name())
    half.parent.mkdir(parents=True, exist_ok=True)
    half.with_name(f".{half.name}.{'0' * 16}").write_bytes(b"x")


def test_what_nobody_names_goes_once_it_is_old(app: Flask, people: People, media: Path) -> None:
    made = product(people, pictures=[picture("red"), picture("blue")])
    for colour in ("red", "blue"):
        pictures.store(pictures.folder(str(media)), picture(colour))
    order = people.order()
    file_on(order, order.customer, media, "a.png", specimens.picture())
    age(media)
    kept = on_disk(media)
    orphans(media)
    (media / "README").write_text("not ours")
    young = on_disk(media)
    assert sweep(app) == "removed: pictures 0, attachments 0, files of the loader 0, halves 0"
    assert on_disk(media) == young
    age(media)
    assert sweep(app) == "removed: pictures 1, attachments 1, files of the loader 1, halves 1"
    assert on_disk(media) == sorted([*kept, "README"])
    services.remove_picture(made.id, made.pictures[0].id, by=keeper(people))
    db.session.commit()
    assert sweep(app).startswith("removed: pictures 1, attachments 0")
    assert len(on_disk(media)) == len(kept) - 2 + 1


def test_an_attachment_whose_file_outlived_it_goes(app: Flask, people: People, media: Path) -> None:
    order = people.order()
    file = file_on(order, order.customer, media, "a.png", specimens.picture())
    file.deleted_at = file.created_at
    db.session.commit()
    age(media)
    assert sweep(app).startswith("removed: pictures 0, attachments 1")
    assert on_disk(media) == []


def test_nothing_is_there_to_be_swept(app: Flask, media: Path) -> None:
    assert sweep(app).startswith("removed: pictures 0")
