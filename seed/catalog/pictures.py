"""The pictures of loaded items: read through the same guard as pages, or from beside the file that names them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

from marketplace.catalog.errors import NoTimeForPicture, PictureOutside
from marketplace.core.errors import DomainError
from marketplace.core.fetch import Fetcher, NoAnswer, TooSlow
from marketplace.core.pictures import MAX_BYTES, Picture, read_picture
from seed.catalog.sources import is_address

MOST_PER_ITEM = 4
MOST_REMEMBERED = 40
PATIENCE = 3
"""How often a server may fail to answer before it is not asked any more."""


class PictureReader:
    """Reads the pictures that the items of one source name; those that many items share, once."""

    def __init__(self, fetcher: Fetcher, folder: Path | None) -> None:
        self._fetcher = fetcher
        self._folder = folder.resolve() if folder is not None else None
        self._known: dict[str, Picture | DomainError] = {}
        self._silent: Counter[str] = Counter()

    def read(self, reference: str) -> Picture:
        """The picture; raises DomainError, which says why there is none."""
        if reference not in self._known:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.pop(next(iter(self._known)))
            try:
                self._known[reference] = read_picture(self._content(reference))
            except DomainError as error:
                self._known[reference] = error
        known = self._known[reference]
        if isinstance(known, DomainError):
            raise known
        return known

    def _content(self, reference: str) -> bytes:
        if not is_address(reference):
            return self._beside(reference)
        host = urlsplit(reference).netloc
        if self._silent[host] >= PATIENCE:
            raise NoTimeForPicture(name=reference[:200])
        try:
            return self._fetcher.fetch(reference).content
        except (TooSlow, NoAnswer):
            self._silent[host] += 1
            raise

    def _beside(self, reference: str) -> bytes:
        """A file in the folder of the source's own file, or below it; links out of there count as outside."""
        refused = PictureOutside(name=reference[:200])
        if self._folder is None or "\0" in reference or "://" in reference or reference.startswith("//"):
            raise refused
        try:
            path = (self._folder / unquote(reference.partition("?")[0].partition("#")[0])).resolve()
            if not path.is_relative_to(self._folder) or not path.is_file() or path.stat().st_size > MAX_BYTES:
                raise refused
            return path.read_bytes()
        except (OSError, ValueError):
            raise refused from None
