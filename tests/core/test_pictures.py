"""Pictures from outside: only what is one comes in, whatever its name; nothing of it stays but the pixels."""

from __future__ import annotations

import struct
import subprocess
import sys
import time
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from config import ROOT
from marketplace.core import files, pictures
from marketplace.core.errors import Invalid
from marketplace.core.pictures import LONG_SIDE, MAX_PIXELS, MAX_SCANS, THUMB_SIDE, Picture, read_picture

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
GPS = 0x8825


def encoded(image: Image.Image, kind: str, **values: Any) -> bytes:
    target = BytesIO()
    image.save(target, kind, **values)
    return target.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def halves(size: tuple[int, int] = (200, 100)) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return image


def is_near(colour: Any, wanted: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(one - other) <= by for one, other in zip(colour, wanted, strict=True))


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_head(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and has hardly anything behind that."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg_head(width: int, height: int) -> bytes:
    """The same as a JPEG."""
    content = bytearray(encoded(Image.new("RGB", (16, 16)), "JPEG"))
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(content)


def webp_heads(width: int, height: int) -> list[bytes]:
    """The same as WebP, in its three kinds."""
    large = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    lossless = b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little")
    lossy = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height)
    made = []
    for name, content in ((b"VP8X", b"\0\0\0\0" + large), (b"VP8L", lossless), (b"VP8 ", lossy)):
        body = b"WEBP" + name + struct.pack("<I", len(content)) + content + b"\0" * 100
        made.append(b"RIFF" + struct.pack("<I", len(body)) + body)
    return made


def refusal(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        read_picture(content)
    assert refused.value.field == "pictures"
    return str(refused.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_known_by_its_content_and_comes_back_upright_and_measured(kind: str) -> None:
    picture = read_picture(encoded(halves(), kind))
    image = opened(picture.content)
    assert (picture.width, picture.height, picture.media_type) == (200, 100, "image/jpeg")
    assert image.size == (200, 100)
    assert is_near(image.getpixel((20, 50)), (255, 0, 0)) and is_near(image.getpixel((180, 50)), (0, 0, 255))
    assert picture.digest == files.digest_name(picture.content)
    assert opened(picture.thumb).size == (200, 100)


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"<html><script>alert(1)</script></html>",
        b"GIF89a" + b"\0" * 100,
        b"BM" + b"\0" * 100,
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"RIFF\x10\0\0\0WEBPVP8 ",
        b"PK\x03\x04",
        encoded(Image.new("RGB", (8, 8)), "GIF"),
        encoded(Image.new("RGB", (8, 8)), "TIFF"),
        encoded(Image.new("RGB", (8, 8)), "BMP"),
        encoded(Image.new("RGB", (8, 8)), "ICO"),
    ],
)
def test_what_is_no_jpeg_png_or_webp_is_refused(content: bytes) -> None:
    assert "JPEG, PNG or WebP" in refusal(content)


def test_an_empty_and_a_heavy_file_are_refused() -> None:
    assert "empty" in refusal(b"")
    assert "10 MB" in refusal(encoded(halves(), "PNG") + b"\0" * pictures.MAX_BYTES)


@pytest.mark.parametrize(
    "content", [png_head(5200, 5000), jpeg_head(5200, 5000), *webp_heads(5200, 5000)], ids=["png", "jpeg", *"xls"]
)
def test_twenty_six_megapixels_are_refused_without_decoding(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    def decode(*_arguments: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(pictures, "_draw", decode)
    assert "25 megapixels" in refusal(content)


READ = """
import re, sys
from pathlib import Path
from marketplace.core.errors import Invalid
from marketplace.core.pictures import read_picture
content = sys.stdin.buffer.read()
def most():
    # What getrusage tells may be the parent's.
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
before = most()
try:
    picture = read_picture(content)
    outcome = f"{picture.width}x{picture.height}"
except Invalid as error:
    outcome = str(error)
print(most() - before, outcome)
"""


def memory_for(content: bytes) -> tuple[int, str]:
    """How many megabytes a process of its own takes to read the file, and what came of it."""
    command = [sys.executable, "-c", READ]
    done = subprocess.run(command, input=content, capture_output=True, check=True, cwd=ROOT, timeout=60, text=False)
    kilobytes, _blank, outcome = done.stdout.decode().strip().partition(" ")
    return int(kilobytes) // 1024, outcome


@pytest.mark.parametrize(
    "content",
    [png_head(60_000, 60_000), png_head(10_000, 10_000), jpeg_head(65_000, 65_000), webp_heads(16_383, 16_383)[0]],
)
def test_a_bomb_is_refused_at_once_and_eats_no_memory(content: bytes) -> None:
    # Of this process, so that a busy machine does not matter.
    started = time.process_time()
    assert "25 megapixels" in refusal(content)
    assert time.process_time() - started < 1
    megabytes, _words = memory_for(content)
    assert megabytes < 20


def test_text_that_unpacks_to_much_eats_no_memory() -> None:
    plain = encoded(halves(), "PNG")
    at = plain.index(b"IDAT") - 4
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 200_000_000))
    megabytes, _words = memory_for(plain[:at] + bomb + plain[at:])
    assert megabytes < 20


@pytest.mark.parametrize(("mode", "kind"), [("RGB", "JPEG"), ("RGBA", "PNG"), ("P", "PNG"), ("RGBA", "WEBP")])
def test_the_largest_picture_takes_a_bounded_amount_of_memory(mode: str, kind: str) -> None:
    content = encoded(Image.new(mode, (5000, 5000)), kind, **({"method": 0} if kind == "WEBP" else {}))
    assert MAX_PIXELS == 5000 * 5000
    megabytes, outcome = memory_for(content)
    assert outcome == f"{LONG_SIDE}x{LONG_SIDE}"
    assert megabytes < 500


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    plain = encoded(halves((64, 64)), "JPEG", progressive=True)
    at = plain.rindex(b"\xff\xda")
    refusal(plain[:-2] + plain[at:-2] * (MAX_SCANS + 1) + plain[-2:])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_picture_is_refused(kind: str) -> None:
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    content = encoded(noise, kind)
    for part in (0.3, 0.6, 0.95):
        refusal(content[: int(len(content) * part)])


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.data())
def test_damage_is_refused_or_read_and_never_fails(kind: str, data: st.DataObject) -> None:
    content = bytearray(encoded(halves((60, 40)), kind, exif=exif(6)))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert isinstance(read_picture(bytes(content)), Picture)
    except Invalid as error:
        assert error.field == "pictures"


def exif(orientation: int) -> Image.Exif:
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x010E] = "taken at home"
    notes.get_ifd(GPS)[1] = "N"
    return notes


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_a_photo_was_taken_is_gone(kind: str) -> None:
    extra: dict[str, Any] = {"comment": b"taken at home"} if kind == "JPEG" else {}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = encoded(halves(), kind, exif=exif(1), icc_profile=profile, **extra)
    assert b"taken at home" in content
    picture = read_picture(content)
    for file in (picture.content, picture.thumb):
        assert b"taken at home" not in file and b"Exif" not in file and b"ICC" not in file
        assert not dict(opened(file).getexif())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [(1, (200, 100), "left"), (3, (200, 100), "right"), (6, (100, 200), "top"), (8, (100, 200), "bottom")],
)
def test_a_photo_stands_as_the_camera_was_held(kind: str, orientation: int, size: tuple[int, int], red_at: str) -> None:
    picture = read_picture(encoded(halves(), kind, exif=exif(orientation)))
    assert (picture.width, picture.height) == size
    width, height = size
    places = {
        "left": (10, height // 2),
        "right": (width - 10, height // 2),
        "top": (width // 2, 10),
        "bottom": (width // 2, height - 10),
    }
    for file in (picture.content, picture.thumb):
        assert is_near(opened(file).convert("RGB").getpixel(places[red_at]), (255, 0, 0))


def test_a_large_picture_is_made_smaller_and_a_small_one_stays() -> None:
    large = read_picture(encoded(halves((4000, 1000)), "JPEG"))
    assert (large.width, large.height) == (LONG_SIDE, 400)
    assert opened(large.thumb).size == (THUMB_SIDE, 80)
    small = read_picture(encoded(halves((10, 10)), "PNG"))
    assert (small.width, small.height) == (10, 10)
    line = read_picture(encoded(Image.new("RGB", (30_000, 1)), "PNG"))
    assert (line.width, line.height) == (LONG_SIDE, 1)


def test_of_an_animation_the_first_frame_is_kept() -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue", "green")]
    for kind in ("PNG", "WEBP"):
        moving = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
        picture = read_picture(moving)
        image = opened(picture.content)
        assert getattr(image, "n_frames", 1) == 1
        assert is_near(image.convert("RGB").getpixel((15, 15)), (255, 0, 0))


def test_transparency_stays_and_what_is_opaque_becomes_a_jpeg() -> None:
    clear = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    clear.paste((0, 0, 255, 255), (0, 0, 20, 40))
    picture = read_picture(encoded(clear, "PNG"))
    image = opened(picture.content)
    assert (picture.media_type, image.mode) == ("image/webp", "RGBA")
    assert image.getchannel("A").getextrema() == (0, 255)
    assert read_picture(encoded(Image.new("RGBA", (40, 40), "red"), "PNG")).media_type == "image/jpeg"
    palette = clear.quantize(8)
    assert read_picture(encoded(palette, "PNG")).media_type == "image/webp"


def test_colours_of_other_kinds_are_those_that_one_sees() -> None:
    grey16 = Image.new("I;16", (20, 20), 32_896)
    assert is_near(opened(read_picture(encoded(grey16, "PNG")).content).convert("RGB").getpixel((5, 5)), (128,) * 3)
    cmyk = Image.new("CMYK", (20, 20), (0, 255, 255, 0))
    assert is_near(opened(read_picture(encoded(cmyk, "JPEG")).content).getpixel((5, 5)), (255, 0, 0), by=20)
    for mode, colour in (("1", 1), ("L", 255), ("P", 0), ("LA", (255, 255))):
        assert read_picture(encoded(Image.new(mode, (20, 20), colour), "PNG")).width == 20


def test_a_damaged_colour_profile_is_no_reason_to_refuse() -> None:
    content = encoded(halves(), "PNG", icc_profile=b"nonsense" * 40)
    assert is_near(opened(read_picture(content).content).getpixel((20, 50)), (255, 0, 0))


def test_the_same_content_gives_the_same_digest_and_is_stored_once(tmp_path: Path) -> None:
    first, second = (read_picture(encoded(halves(), "PNG")) for _ in range(2))
    assert first == second
    place = pictures.folder(str(tmp_path))
    pictures.store(place, first)
    written = pictures.stored(place, first.digest).stat()
    pictures.store(place, second)
    assert pictures.stored(place, first.digest).stat() == written
    assert pictures.stored(place, first.digest).read_bytes() == first.content
    assert pictures.stored(place, first.digest, thumb=True).read_bytes() == first.thumb
    assert sorted(path.name for path in place.rglob("*") if path.is_file()) == [first.digest, f"{first.digest}.thumb"]


@pytest.mark.parametrize("digest", ["../../etc/passwd", "x" * 64, "", "a" * 63, "A" * 64])
def test_a_digest_leads_nowhere_else(tmp_path: Path, digest: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        pictures.stored(tmp_path, digest)
