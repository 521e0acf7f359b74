"""Packed content, unpacked piece by piece: a few bytes that stand for gigabytes never become them."""

from __future__ import annotations

import zlib

PIECE = 64 * 1024
GZIP, ZLIB, RAW = 31, 15, -15
"""What zlib calls its three wrappings."""


class Unpacker:
    """Unpacks what `encoding` names ("gzip", "deflate" or nothing), up to `most_bytes` altogether."""

    def __init__(self, encoding: str, most_bytes: int) -> None:
        name = encoding.strip().lower()
        if name in ("gzip", "x-gzip"):
            self._wrapping: int | None = GZIP
        elif name == "deflate":
            self._wrapping = ZLIB
        elif name in ("", "identity"):
            self._wrapping = None
        else:
            raise ValueError("an encoding that nobody asked for")
        self._most = most_bytes
        self._content = bytearray()
        self._stream = None if self._wrapping is None else zlib.decompressobj(self._wrapping)

    def feed(self, part: bytes) -> None:
        """Takes the next part; raises OverflowError when that is too much, ValueError when it is damaged."""
        if self._stream is None:
            self._add(part)
            return
        try:
            while part:
                part = self._unpack(part)
        except zlib.error:
            raise ValueError("damaged") from None

    def finish(self) -> bytes:
        """Everything; raises ValueError when the end is missing."""
        if self._stream is not None and self._content and not self._stream.eof:
            raise ValueError("cut off")
        return bytes(self._content)

    def _unpack(self, part: bytes) -> bytes:
        """Unpacks one piece and returns what is left of `part`."""
        assert self._stream is not None
        if self._stream.eof:
            # Several packed files one after the other are one file; zeros after the last are padding.
            part = part.lstrip(b"\0")
            if not part:
                return b""
            self._stream = zlib.decompressobj(self._wrapping or GZIP)
        try:
            piece = self._stream.decompress(part, PIECE)
        except zlib.error:
            if self._wrapping != ZLIB or self._content:
                raise
            # Half of the servers that say deflate mean it without its wrapping.
            self._wrapping = RAW
            self._stream = zlib.decompressobj(RAW)
            piece = self._stream.decompress(part, PIECE)
        self._add(piece)
        return self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def _add(self, piece: bytes) -> None:
        if len(self._content) + len(piece) > self._most:
            raise OverflowError
        self._content += piece
