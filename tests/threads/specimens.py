"""Files of every kind, made in memory: those that are kept and those that are not."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

from PIL import Image

from marketplace.threads.services import Upload

EXECUTABLE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 64 + b"PE\x00\x00" + b"\x00" * 200
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<!DOCTYPE html><title>x</title><script>alert(1)</script>"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00" * 32


def picture(kind: str = "PNG", side: int = 8, **options: object) -> bytes:
    """A picture of one colour."""
    target = BytesIO()
    Image.new("RGB", (side, side), "#0d6b54").save(target, kind, **options)
    return target.getvalue()


def photo_with_place() -> bytes:
    """A JPEG that says where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE 55.7558 N 37.6173 E"
    return picture("JPEG", 64, exif=exif)


def packed(*names: str, first: tuple[str, str] | None = None) -> bytes:
    """A ZIP file with entries of these names; `first` is one that is not compressed."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        if first:
            archive.writestr(zipfile.ZipInfo(first[0]), first[1])
        for name in names:
            archive.writestr(name, "x" * 50)
    return target.getvalue()


def document(part: str = "word/document.xml", *more: str) -> bytes:
    """An office document whose main part is `part`."""
    return packed("[Content_Types].xml", "_rels/.rels", part, *more)


def open_document(media_type: str) -> bytes:
    """A document of the other family."""
    return packed("content.xml", "styles.xml", first=("mimetype", media_type))


def bomb() -> bytes:
    """A ZIP file of a few kilobytes that says, and means, that it holds gigabytes."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\x00" * 5_000_000)
    small = target.getvalue()
    # The same entry under a thousand names, as bombs do.
    start = small.index(b"PK\x01\x02")
    end = small.index(b"PK\x05\x06")
    entry = small[start:end]
    number = 1000
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, number, number, len(entry) * number, start, 0)
    return small[:start] + entry * number + tail


def upload(name: str, content: bytes) -> Upload:
    """A file as a person sends it."""
    return Upload(name, BytesIO(content))
