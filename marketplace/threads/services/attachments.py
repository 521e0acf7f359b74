"""Files on threads: checked by what they contain, kept under random names, removed from the disk with their rows.

A file is written before its row, and again removed unless the transaction is committed:

    with stored(uploads, folder) as files:
        services.attach_files(thread_id, files, by=account)
        db.session.commit()

A row never points to a file that is not there. The other way round, a process that is killed between the two leaves a
file that no row names; it harms nobody and nobody can guess its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from marketplace.accounts.models import Account
from marketplace.accounts.services import record_audit
from marketplace.core import clock, file_types, files, pictures
from marketplace.core.db import db
from marketplace.core.errors import N_, Invalid, NotAllowed
from marketplace.threads import policies, queries
from marketplace.threads.errors import (
    EndingRefused,
    FileDeleted,
    FileEmpty,
    FileRefused,
    FileTooLarge,
    NoSuchFile,
    PictureRefused,
    ThreadIsFull,
    TooManyFiles,
)
from marketplace.threads.models import FILE_NAME_LENGTH, Attachment, Comment

MEGABYTE = 1024 * 1024
MAX_BYTES = 20 * MEGABYTE
MAX_FILES_AT_ONCE = 10
MAX_FILES = 300
"""On one thread, deleted ones included, so that its page has an end."""

PICTURES = (file_types.JPEG, file_types.PNG, file_types.WEBP)


@dataclass(frozen=True)
class Upload:
    """A file as somebody sends it: what they call it, and its bytes, which are read one file at a time."""

    name: str
    stream: IO[bytes]


@dataclass(frozen=True)
class StoredFile:
    """A file that is on the disk and has no row yet."""

    name: str
    stored_name: str
    media_type: str
    size: int


def file_folder(media_path: str) -> Path:
    """Where below MEDIA_PATH the files of threads are."""
    return Path(media_path) / "attachments"


def thumbnail_name(stored_name: str) -> str:
    """Under which name a picture's thumbnail lies beside it."""
    return f"{stored_name}{pictures.THUMB_SUFFIX}"


@contextmanager
def stored(uploads: Sequence[Upload], folder: Path) -> Iterator[list[StoredFile]]:
    """Checks the files and writes them below `folder`; whatever leaves the block by an error removes them again.

    Raises Invalid for the field `files`, with words that name the file.
    """
    if len(uploads) > MAX_FILES_AT_ONCE:
        raise TooManyFiles(field="files", limit=MAX_FILES_AT_ONCE)
    with ExitStack() as undo:
        kept = []
        for upload in uploads:
            content = upload.stream.read(MAX_BYTES + 1)
            name, kind = check_file(upload.name, content)
            stored_name = files.random_name()
            undo.callback(remove_file, folder, stored_name)
            if kind in PICTURES:
                files.write(folder, thumbnail_name(stored_name), _thumbnail(name, content))
            files.write(folder, stored_name, content)
            kept.append(StoredFile(name, stored_name, kind.media_type, len(content)))
        yield kept
        undo.pop_all()


def check_file(sent_name: str, content: bytes) -> tuple[str, file_types.FileType]:
    """The tidied name and the kind of a file; raises Invalid for what we do not keep."""
    name = file_types.clean_name(sent_name)
    shown = name[:FILE_NAME_LENGTH] or "?"
    if not content:
        raise FileEmpty(field="files", name=shown)
    if len(content) > MAX_BYTES:
        raise FileTooLarge(field="files", name=shown, limit=MAX_BYTES // MEGABYTE)
    ending = file_types.ending_of(name)
    kind = file_types.recognise(content, ending)
    if kind is None:
        raise FileRefused(field="files", name=shown)
    if ending and ending not in kind.endings:
        raise EndingRefused(field="files", name=shown, ending=kind.endings[0])
    return file_types.named(name, kind, FILE_NAME_LENGTH), kind


def _thumbnail(name: str, content: bytes) -> bytes:
    try:
        return pictures.read_picture(content).thumb
    except Invalid:
        raise PictureRefused(
            field="files",
            name=name,
            megabytes=pictures.MAX_BYTES // MEGABYTE,
            megapixels=pictures.MAX_PIXELS // 10**6,
        ) from None


def attach_files(
    thread_id: int, kept: Sequence[StoredFile], *, by: Account, comment: Comment | None = None
) -> list[Attachment]:
    """Rows for files that are on the disk, on the thread or on one of its comments.

    Its caller holds the lock of the thread, so that the limit is counted once.
    """
    if kept and queries.file_count(thread_id) + len(kept) > MAX_FILES:
        raise ThreadIsFull(field="files", limit=MAX_FILES)
    rows = [
        Attachment(
            thread_id=thread_id,
            comment_id=comment.id if comment else None,
            uploader_id=by.id,
            name=file.name,
            stored_name=file.stored_name,
            media_type=file.media_type,
            size=file.size,
        )
        for file in kept
    ]
    db.session.add_all(rows)
    db.session.flush()
    return rows


def refuse_deleting_file(attachment: Attachment, comment: Comment | None, *, by: Account) -> None:
    """Raises what `delete_file` would; the page that asks before it calls it too."""
    if not policies.may_delete(by, attachment):
        raise NotAllowed(N_("Only who sent a file may delete it."))
    if attachment.deleted_at is not None:
        raise FileDeleted
    if not policies.may_open(by, attachment, comment):
        raise NoSuchFile


def delete_file(attachment: Attachment, comment: Comment | None, *, by: Account) -> str:
    """Whoever sent it, or an admin, deletes a file: a trace stays. `attachment` is locked.

    Returns the name that the door hands to `remove_file` once it has committed.
    """
    refuse_deleting_file(attachment, comment, by=by)
    attachment.deleted_at = clock.now()
    if by.id != attachment.uploader_id:
        record_audit("delete", attachment, before={"name": attachment.name}, by=by)
    db.session.flush()
    return attachment.stored_name


def remove_file(folder: Path, stored_name: str) -> None:
    """Forgets the file and its thumbnail; it is no mistake when they are gone."""
    files.remove(folder, stored_name)
    files.remove(folder, thumbnail_name(stored_name))
