"""What files are is read from their content, and their names are made harmless."""

from __future__ import annotations

import struct
import time
import zlib
from io import BytesIO

import openpyxl
import pytest

from marketplace.core import file_types
from marketplace.core.file_types import clean_name, ending_of, named, recognise
from tests.threads import specimens


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (specimens.picture("JPEG"), "image/jpeg"),
        (specimens.picture("PNG"), "image/png"),
        (specimens.picture("WEBP"), "image/webp"),
        (specimens.GIF, "image/gif"),
        (specimens.PDF, "application/pdf"),
        (specimens.MP4, "video/mp4"),
        ("Привет, мир\r\n\tend".encode(), "text/plain"),
        ("\ufeffС меткой".encode(), "text/plain"),
        ("Привет из старой кодировки".encode("cp1251"), "text/plain"),
        (b"1 < 2 and 3 > 2", "text/plain"),
        (specimens.packed("a.txt"), "application/zip"),
        (specimens.packed(), "application/zip"),
        (specimens.document(), file_types.DOCX.media_type),
        (specimens.document("xl/workbook.xml"), file_types.XLSX.media_type),
        (specimens.document("ppt/presentation.xml"), file_types.PPTX.media_type),
        (specimens.open_document("application/vnd.oasis.opendocument.text"), file_types.ODT.media_type),
        (specimens.open_document("application/vnd.oasis.opendocument.spreadsheet"), file_types.ODS.media_type),
        # A picture with something behind it is still sent as a picture.
        (specimens.picture("PNG") + specimens.PAGE, "image/png"),
    ],
)
def test_a_kept_kind_is_known_by_its_content(content: bytes, media_type: str) -> None:
    kind = recognise(content)
    assert kind is not None
    assert kind.media_type == media_type


def test_a_real_workbook_is_a_workbook() -> None:
    target = BytesIO()
    openpyxl.Workbook().save(target)
    assert recognise(target.getvalue()) is file_types.XLSX


def test_the_ending_tells_tables_from_other_text() -> None:
    assert recognise(b"a;b\n1;2\n", "csv") is file_types.CSV
    assert recognise(specimens.PDF, "csv") is file_types.PDF


@pytest.mark.parametrize(
    "content",
    [
        b"",
        specimens.EXECUTABLE,
        b"\x7fELF\x02\x01\x01" + b"\x00" * 60,
        b"#!/bin/sh\nrm -rf /\n",
        specimens.SVG,
        b"  \n<svg onload=alert(1)>",
        b"\xef\xbb\xbf<html>",
        b"words first <script>alert(1)</script>",
        specimens.PAGE,
        b"<?php system($_GET['x']);",
        specimens.PAGE.decode().encode("utf-16"),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500,
        b"Rar!\x1a\x07\x01\x00",
        b"\x1f\x8b\x08\x00",
        b"\x00\x00\x00\x18ftypheic" + b"\x00" * 20,
        b"text with a \x00 in it",
        b"half a letter \xd0\x98\x98",
        specimens.document("word/document.xml", "word/vbaProject.bin"),
        b"PK\x03\x04" + b"x" * 100,
        specimens.packed("a")[:-10],
    ],
)
def test_what_is_not_on_the_list_is_unknown(content: bytes) -> None:
    assert recognise(content) is None
    assert recognise(content, "txt") is None


def test_a_bomb_is_told_from_its_list_and_never_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    content = specimens.bomb()

    def unpack(*_: object, **__: object) -> None:
        raise AssertionError("somebody unpacks it")

    for name in ("decompress", "decompressobj"):
        monkeypatch.setattr(zlib, name, unpack)
    assert recognise(content) is file_types.ZIP


def test_a_list_without_end_is_not_read_to_its_end() -> None:
    entry = b"PK\x01\x02" + b"\x00" * 42
    number = 60_000
    start = 4
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, number, number, len(entry) * number, start, 0)
    # Of this process, so that a busy machine does not matter.
    began = time.process_time()
    assert recognise(b"PK\x03\x04" + entry * number + tail) is None
    assert time.process_time() - began < 0.2


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_damaged_archive_is_refused_and_breaks_nothing(cut: int) -> None:
    content = specimens.open_document("application/vnd.oasis.opendocument.text")
    recognise(content[:cut])
    recognise(content[:cut] + b"\xff\xff\xff\xff" + content[cut + 4 :])


@pytest.mark.parametrize(
    ("sent", "clean"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\fakepath\\..\\Смета.pdf", "Смета.pdf"),
        ("..", ""),
        (".htaccess", "htaccess"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "ab Set-Cookie: x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("  Отчёт   за год .pdf ", "Отчёт за год .pdf"),
        ('он "сказал".pdf', 'он "сказал".pdf'),
    ],
)
def test_a_name_is_one_harmless_line(sent: str, clean: str) -> None:
    assert clean_name(sent) == clean


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.PDF", "pdf"), ("Plan v1.2", ""), ("21.11.2026", ""), ("a.tar.gz", "gz"), ("x", ""), ("x.", ""), ("", "")],
)
def test_an_ending_starts_with_a_letter(name: str, ending: str) -> None:
    assert ending_of(name) == ending


def test_a_name_keeps_its_ending_and_gets_one_when_it_has_none() -> None:
    assert named("a.PDF", file_types.PDF, 200) == "a.PDF"
    assert named("Plan v1.2", file_types.PDF, 200) == "Plan v1.2.pdf"
    assert named("", file_types.PNG, 200) == "file.png"
    assert named("photo.png", file_types.JPEG, 200) == "photo.png"
    long = named("я" * 500 + ".pdf", file_types.PDF, 200)
    assert len(long) == 200
    assert long.endswith("я.pdf")
