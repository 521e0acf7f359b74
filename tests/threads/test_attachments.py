"""Files on the disk: what is refused leaves nothing, what is kept tells nothing, and nothing stays without its row."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from marketplace.core import pictures
from marketplace.core.errors import Invalid
from marketplace.threads.errors import (
    EndingRefused,
    FileEmpty,
    FileRefused,
    FileTooLarge,
    PictureRefused,
    TooManyFiles,
)
from marketplace.threads.services import MAX_BYTES, remove_file, stored, thumbnail_name
from tests.threads import specimens
from tests.threads.specimens import upload


def on_disk(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_kept_file_lies_under_a_name_that_says_nothing(tmp_path: Path) -> None:
    with stored([upload("../Смета.pdf", specimens.PDF)], tmp_path) as kept:
        pass
    (file,) = kept
    assert (file.name, file.media_type, file.size) == ("Смета.pdf", "application/pdf", len(specimens.PDF))
    (path,) = on_disk(tmp_path)
    assert path.name == file.stored_name
    assert path.read_bytes() == specimens.PDF
    assert "pdf" not in str(path.relative_to(tmp_path))


def test_the_same_file_twice_is_two_files(tmp_path: Path) -> None:
    with stored([upload("a.pdf", specimens.PDF)] * 1 + [upload("a.pdf", specimens.PDF)], tmp_path) as kept:
        pass
    assert len({file.stored_name for file in kept}) == 2


def test_a_thumbnail_holds_nothing_but_its_pixels(tmp_path: Path) -> None:
    content = specimens.photo_with_place()
    assert b"SECRET-PLACE" in content
    with stored([upload("photo.jpg", content)], tmp_path) as kept:
        pass
    paths = {path.name: path for path in on_disk(tmp_path)}
    thumb = paths[thumbnail_name(kept[0].stored_name)]
    assert b"SECRET-PLACE" not in thumb.read_bytes()
    with Image.open(thumb) as image:
        assert max(image.size) <= pictures.THUMB_SIDE


def test_an_error_in_the_block_removes_what_was_written(tmp_path: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        stored([upload("a.pdf", specimens.PDF), upload("b.png", specimens.picture())], tmp_path),
    ):
        assert len(on_disk(tmp_path)) == 3
        raise ZeroDivisionError
    assert on_disk(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("empty.txt", b"", FileEmpty),
        ("virus.pdf", specimens.EXECUTABLE, FileRefused),
        ("drawing.png", specimens.SVG, FileRefused),
        ("page.txt", specimens.PAGE, FileRefused),
        ("run.sh", b"#!/bin/sh\necho", FileRefused),
        ("run.bat", b"@echo off\r\ndel *", EndingRefused),
        ("script.js", b"alert(1)", EndingRefused),
        ("page.html", b"just words", EndingRefused),
        ("program.jar", specimens.packed("META-INF/MANIFEST.MF"), EndingRefused),
        ("invoice\u202efdp.exe", specimens.PDF, EndingRefused),
        ("document.docm", specimens.document(), EndingRefused),
        ("macros.docx", specimens.document("word/document.xml", "word/vbaProject.bin"), FileRefused),
        ("broken.png", specimens.picture()[:40], PictureRefused),
        ("huge.txt", b"x" * (MAX_BYTES + 1), FileTooLarge),
    ],
)
def test_a_refused_file_is_named_and_takes_the_others_with_it(
    tmp_path: Path, name: str, content: bytes, error: type[Invalid]
) -> None:
    with (
        pytest.raises(error) as refused,
        stored([upload("good.pdf", specimens.PDF), upload(name, content)], tmp_path),
    ):
        pytest.fail("it was let through")
    assert refused.value.field == "files"
    assert refused.value.values["name"] == name.replace("\u202e", "")
    assert on_disk(tmp_path) == []


def test_the_largest_file_is_kept(tmp_path: Path) -> None:
    with stored([upload("log.txt", b"x" * MAX_BYTES)], tmp_path) as kept:
        pass
    assert kept[0].size == MAX_BYTES


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    # A PNG whose head promises a hundred thousand pixels in each direction.
    content = bytearray(specimens.picture())
    content[16:24] = (100_000).to_bytes(4, "big") * 2
    with pytest.raises(PictureRefused), stored([upload("large.png", bytes(content))], tmp_path):
        pytest.fail("it was let through")
    assert on_disk(tmp_path) == []


def test_ten_files_at_a_time(tmp_path: Path) -> None:
    files = [upload(f"{number}.txt", b"x") for number in range(11)]
    with pytest.raises(TooManyFiles), stored(files, tmp_path):
        pytest.fail("they were let through")
    assert on_disk(tmp_path) == []
    with stored(files[:10], tmp_path) as kept:
        pass
    assert len(kept) == 10


def test_a_removed_file_takes_its_thumbnail_along_and_may_be_gone(tmp_path: Path) -> None:
    with stored([upload("b.png", specimens.picture())], tmp_path) as kept:
        pass
    for _ in range(2):
        remove_file(tmp_path, kept[0].stored_name)
    assert on_disk(tmp_path) == []
