"""What a file from outside is, by what it contains. Nothing is unpacked or run, and what is not on the list is unknown.

Of a ZIP file only the list of its contents is read, so a bomb stays packed.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from marketplace.core.text import one_line


@dataclass(frozen=True)
class FileType:
    """A kind of file that we keep; its name ends in one of `endings`, the first of which is the usual one."""

    media_type: str
    endings: tuple[str, ...]


# Programs look into pictures themselves: a JPEG called .png opens everywhere.
_PICTURE_ENDINGS = ("jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif")

JPEG = FileType("image/jpeg", _PICTURE_ENDINGS)
PNG = FileType("image/png", ("png", *_PICTURE_ENDINGS))
WEBP = FileType("image/webp", ("webp", *_PICTURE_ENDINGS))
GIF = FileType("image/gif", ("gif", *_PICTURE_ENDINGS))
PDF = FileType("application/pdf", ("pdf",))
TEXT = FileType("text/plain", ("txt", "log", "md", "tsv"))
CSV = FileType("text/csv", ("csv",))
ZIP = FileType("application/zip", ("zip",))
MP4 = FileType("video/mp4", ("mp4", "m4v"))
_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = FileType(f"{_OOXML}wordprocessingml.document", ("docx",))
XLSX = FileType(f"{_OOXML}spreadsheetml.sheet", ("xlsx",))
PPTX = FileType(f"{_OOXML}presentationml.presentation", ("pptx",))
ODT = FileType("application/vnd.oasis.opendocument.text", ("odt",))
ODS = FileType("application/vnd.oasis.opendocument.spreadsheet", ("ods",))

_BY_START = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
)
_MAIN_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
_OPEN_DOCUMENTS = {kind.media_type.encode(): kind for kind in (ODT, ODS)}
_MP4_BRANDS = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"})

MAX_ENTRIES = 20_000
_END_RECORD = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s24x3H12x")
_END = b"PK\x05\x06"
_LONGEST_COMMENT = 65_535

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP_FIRST = re.compile(r"<[?!a-z]|#!", re.IGNORECASE)
_MARKUP = re.compile(r"<(script|html|head|body|svg|iframe|object|embed|meta|style)\b", re.IGNORECASE)
_LOOKED_AT = 4096

_ENDING = re.compile(r"\.([A-Za-z][A-Za-z0-9]{0,9})")


def recognise(content: bytes, ending: str = "") -> FileType | None:
    """The kind of file that `content` is, None for anything we do not keep; `ending` only tells CSV from other text."""
    for start, kind in _BY_START:
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp":
        return MP4 if content[8:12] in _MP4_BRANDS else None
    if content.startswith((b"PK\x03\x04", _END)):
        return _kind_of_zip(content)
    if _is_plain_text(content):
        return CSV if ending == "csv" else TEXT
    return None


def clean_name(text: str) -> str:
    """The name of a file as somebody sent it, as one line without path, control and direction characters."""
    name = one_line(re.split(r"[/\\]", text)[-1])
    return name.strip(". ")


def ending_of(name: str) -> str:
    """What the name says that the file is, in small letters; empty when it says nothing ("Plan v1.2")."""
    found = _ENDING.search(name, max(name.rfind("."), 0))
    return found[1].lower() if found and found.end() == len(name) else ""


def named(name: str, kind: FileType, limit: int) -> str:
    """`name` with an ending of its kind, cut before the ending so that it has `limit` characters at most."""
    ending = ending_of(name)
    stem, kept = (name[: -len(ending) - 1], name[-len(ending) :]) if ending in kind.endings else (name, kind.endings[0])
    return f"{stem[: limit - len(kept) - 1].rstrip('. ') or 'file'}.{kept}"


def _kind_of_zip(content: bytes) -> FileType | None:
    names = _zip_names(content)
    if names is None:
        return None
    lower = {name.lower() for name in names}
    # Programs inside of documents run when these are opened.
    if any(name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/")) for name in lower):
        return None
    if "[content_types].xml" in lower:
        return next((kind for part, kind in _MAIN_PARTS.items() if part in lower), ZIP)
    # The first entry of an OpenDocument file is its media type, not compressed.
    size, name_length, extra_length = struct.unpack_from("<18xL4xHH", content.ljust(30, b"\0"))
    start = 30 + name_length + extra_length
    if content[30 : 30 + name_length] == b"mimetype" and "content.xml" in lower:
        return _OPEN_DOCUMENTS.get(content[start : start + min(size, 100)], ZIP)
    return ZIP


def _zip_names(content: bytes) -> list[str] | None:
    """The names in the list at the end of a ZIP file; None when the list is damaged or too long."""
    end = content.rfind(_END, max(0, len(content) - _LONGEST_COMMENT - _END_RECORD.size))
    if end < 0 or end + _END_RECORD.size > len(content):
        return None
    _mark, _disk, _first_disk, _here, number, size, start, _comment = _END_RECORD.unpack_from(content, end)
    if number > MAX_ENTRIES or start + size > end:
        return None
    names: list[str] = []
    for _entry in range(number):
        if start + _ENTRY.size > end:
            return None
        mark, name_length, extra_length, comment_length = _ENTRY.unpack_from(content, start)
        if mark != b"PK\x01\x02":
            return None
        start += _ENTRY.size
        names.append(content[start : start + name_length].decode("utf-8", "replace"))
        start += name_length + extra_length + comment_length
    return names


def _is_plain_text(content: bytes) -> bool:
    """Text in UTF-8 or in the old Russian code page, not a page, a drawing or a script in disguise."""
    if not content or _CONTROL.search(content):
        return False
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1251")
        except UnicodeDecodeError:
            return False
    head = text[:_LOOKED_AT].lstrip()
    return not (_MARKUP_FIRST.match(head) or _MARKUP.search(head))
