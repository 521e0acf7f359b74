"""Files on disk: written whole or not at all, under names that say nothing, spread over folders."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

NAME = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]{1,12})?")
UNFINISHED = re.compile(rf"\.{NAME.pattern}\.[0-9a-f]{{16}}")


def digest_name(content: bytes) -> str:
    """The name that content is stored under when the same content shall be stored once: its SHA-256."""
    return hashlib.sha256(content).hexdigest()


def random_name() -> str:
    """A name that nobody can guess."""
    return secrets.token_hex(32)


def place(folder: Path, name: str) -> Path:
    """Where the file called `name` (64 hex digits, maybe with a suffix) is kept below `folder`."""
    if not NAME.fullmatch(name):
        raise ValueError("not the name of a stored file")
    return folder / name[:2] / name


def write(folder: Path, name: str, content: bytes) -> Path:
    """Stores `content` as `name`; readers see all of it or nothing. What is there already is left alone."""
    path = place(folder, name)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{name}.{secrets.token_hex(8)}")
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    return path


def remove(folder: Path, name: str) -> None:
    """Forgets the file; it is no mistake when there is none."""
    place(folder, name).unlink(missing_ok=True)


def older(folder: Path, seconds: float) -> Iterator[tuple[str, Path]]:
    """The files below `folder` that were written before so many seconds: the name that each was given, and where it is.

    Halves of files that nobody finished writing are among them, under the names of what they were to be.
    """
    limit = time.time() - seconds
    for path in sorted(folder.glob("[0-9a-f][0-9a-f]/*")):
        name = path.name[1:-17] if UNFINISHED.fullmatch(path.name) else path.name
        try:
            is_old = NAME.fullmatch(name) is not None and path.stat().st_mtime < limit
        except FileNotFoundError:
            continue
        if is_old:
            yield name, path
