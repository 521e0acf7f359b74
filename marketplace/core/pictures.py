"""Pictures from outside: known by what they contain, measured before they are decoded, and kept only as we drew them.

Nothing of an accepted file is stored but its pixels: it is encoded anew, so what was hidden in it (where a photo was
taken, a script behind the picture) is gone.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import Lock

from PIL import Image, ImageCms

from marketplace.core import files
from marketplace.core.errors import N_, Invalid

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 25_000_000
LONG_SIDE = 1600
THUMB_SIDE = 320
THUMB_SUFFIX = ".thumb"
FORMATS = ("JPEG", "PNG", "WEBP")
MAX_SCANS = 200
MAX_PROFILE = 4 * 1024 * 1024
QUALITY = 85

ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each way in which a camera may have been held."""

UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    EOFError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Warning,
)
"""How Pillow says that a file is damaged; there is no one class for it."""

# Between once and twice its own limit Pillow would only warn.
warnings.simplefilter("error", Image.DecompressionBombWarning)

_one_at_a_time = Lock()
"""The largest picture takes up to some 400 MB while it is read: several at once must not add up."""


@dataclass(frozen=True)
class Picture:
    """A picture as we keep it. `digest` is the SHA-256 of `content`; the thumbnail has the same media type."""

    content: bytes
    thumb: bytes
    media_type: str
    width: int
    height: int
    digest: str


def read_picture(content: bytes) -> Picture:
    """The picture in `content`, a JPEG, PNG or WebP file whatever its name was; of an animation, the first frame.

    The same content gives the same digest. Raises Invalid for the field `pictures`, with words for the person.
    """
    if len(content) > MAX_BYTES:
        raise _refusal(N_("The picture is larger than %(limit)s MB."), limit=MAX_BYTES // 1024**2)
    if not content:
        raise _refusal(N_("The file is empty."))
    with _one_at_a_time:
        image = _open(content)
        try:
            is_photo = image.format in ("JPEG", "MPO")
            image = _draw(image)
            return _encode(image, is_photo=is_photo)
        except UNREADABLE:
            raise _refusal(N_("The picture is damaged or incomplete.")) from None


def folder(media_path: str) -> Path:
    """Where below the media folder pictures are kept."""
    return Path(media_path) / "pictures"


def store(place: Path, picture: Picture) -> None:
    """Keeps the picture and its thumbnail in the folder `place`, once however often it comes."""
    files.write(place, picture.digest + THUMB_SUFFIX, picture.thumb)
    files.write(place, picture.digest, picture.content)


def forget(place: Path, digest: str) -> None:
    """Takes the picture and its thumbnail out of the folder `place`; it is no mistake when they are gone."""
    files.remove(place, digest)
    files.remove(place, digest + THUMB_SUFFIX)


def stored(place: Path, digest: str, *, thumb: bool = False) -> Path:
    """The file of a picture, or of its thumbnail, in the folder `place`."""
    return files.place(place, digest + THUMB_SUFFIX if thumb else digest)


def _refusal(message: str, **values: object) -> Invalid:
    return Invalid(message, field="pictures", **values)


def _open(content: bytes) -> Image.Image:
    """The file with its head read and nothing decoded; refuses what is too large to be decoded."""
    _refuse_large(_webp_size(content))
    # A scan of a progressive JPEG takes a few bytes and goes over the whole picture; cameras write about ten.
    if content.startswith(b"\xff\xd8") and content.count(b"\xff\xda") > MAX_SCANS:
        raise _refusal(N_("The picture is damaged or incomplete."))
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except UNREADABLE:
        raise _refusal(N_("This is not a picture that we can read: choose a JPEG, PNG or WebP file.")) from None
    _refuse_large(image.size)
    return image


def _refuse_large(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise _too_large()


def _too_large() -> Invalid:
    return _refusal(N_("The picture has more than %(limit)s megapixels: make it smaller."), limit=MAX_PIXELS // 10**6)


def _webp_size(content: bytes) -> tuple[int, int]:
    """Width and height from the head of a WebP file, (0, 0) for others: Pillow makes room before it lets us ask."""
    head = content[:30].ljust(30, b"\0")
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return 0, 0
    kind = head[12:16]
    if kind == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF


def _draw(image: Image.Image) -> Image.Image:
    """The pixels, upright, in the colours of screens (RGB, or RGBA where it is transparent), at our size at most."""
    size = _fitted(image.size, LONG_SIDE)
    # A large photo is decoded at a half, a quarter or an eighth at once.
    image.draft(None, size)
    profile = image.info.get("icc_profile")
    turn = TURNS.get(_orientation(image))
    image.load()
    image = _plain(image, profile)
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return image if turn is None else image.transpose(turn)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except UNREADABLE:
        # Damaged notes of a camera are no reason to refuse its photo.
        return 1


def _plain(image: Image.Image, profile: object) -> Image.Image:
    """`image` as RGB or RGBA with eight bits per colour."""
    if image.mode.startswith("I;16"):
        # Pillow would cut sixteen bits off instead of scaling them.
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    elif image.mode in ("I", "F"):
        image = image.convert("L")
    if isinstance(profile, bytes) and image.mode in ("RGB", "CMYK") and len(profile) <= MAX_PROFILE:
        image = _in_screen_colours(image, profile)
    if image.mode == "RGBA" or image.mode == "LA" or "transparency" in image.info:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
        lightest = image.getchannel("A").getextrema()
        return image if lightest[0] != 255 else image.convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _in_screen_colours(image: Image.Image, profile: bytes) -> Image.Image:
    """The colours as the picture's own profile means them; without a usable profile, as they are."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
    except (ImageCms.PyCMSError, *UNREADABLE):
        return image


def _fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """`size` made smaller, never larger, until its long side is `side`."""
    ratio = min(1.0, side / max(size))
    return max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio))


def _encode(image: Image.Image, *, is_photo: bool) -> Picture:
    kind = "WEBP" if image.mode == "RGBA" else "JPEG"
    thumb = image.resize(_fitted(image.size, THUMB_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    content = _file(image, kind, is_photo)
    return Picture(
        content=content,
        thumb=_file(thumb, kind, is_photo),
        media_type=f"image/{kind.lower()}",
        width=image.width,
        height=image.height,
        digest=files.digest_name(content),
    )


def _file(image: Image.Image, kind: str, is_photo: bool) -> bytes:
    """The image as a file that holds nothing but it."""
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    target = BytesIO()
    if kind == "JPEG":
        # Drawings and screenshots have edges that coarse colours would blur.
        clean.save(target, kind, quality=QUALITY, optimize=True, progressive=True, subsampling=2 if is_photo else 0)
    else:
        clean.save(target, kind, quality=QUALITY, method=4)
    return target.getvalue()
