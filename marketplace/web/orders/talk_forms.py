"""Shapes of what people say about an order and of the files that they add."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import MultipleFileField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from marketplace.core.text import tidy
from marketplace.threads.models import TEXT_LENGTH
from marketplace.threads.services import MAX_BYTES, MAX_FILES_AT_ONCE, Upload
from marketplace.web.attachments import uploads_of
from marketplace.web.checking import Form

ACCEPTED = ".jpg,.jpeg,.png,.webp,.gif,.pdf,.txt,.log,.md,.csv,.tsv,.zip,.mp4,.docx,.xlsx,.pptx,.odt,.ods"
"""A hint for the browser's window of files; what counts is what the files contain."""


KINDS = _l(
    "Pictures, PDF, text, CSV, ZIP, MP4, Word, Excel, PowerPoint, OpenDocument. Up to %(size)s MB each, %(number)s at a"
    " time.",
    size=MAX_BYTES // 1024**2,
    number=MAX_FILES_AT_ONCE,
)


def words(value: Any) -> str:
    """Tidy text; a file that was sent under the name of a text is none."""
    return tidy(value) if isinstance(value, str) else ""


class WithFiles(Form):
    """A form that may hold files."""

    files: MultipleFileField

    def uploads(self) -> list[Upload]:
        """What was chosen; a form without files holds one without a name."""
        sent = [file for file in self.files.data or () if isinstance(file, FileStorage) and file.filename]
        return uploads_of(sent)

    def validate_files(self, field: MultipleFileField) -> None:
        """Only their number: what they are is read once, when they are stored."""
        if len(self.uploads()) > MAX_FILES_AT_ONCE:
            raise ValidationError(_("At most %(limit)s files at a time.", limit=MAX_FILES_AT_ONCE))


class CommentForm(WithFiles):
    """What somebody says, with files."""

    text = TextAreaField(
        _l("Comment"),
        id="comment-text",
        filters=[words],
        validators=[DataRequired(_l("Write your comment.")), Length(max=TEXT_LENGTH)],
    )
    files = MultipleFileField(_l("Files"), id="comment-files", description=KINDS, render_kw={"accept": ACCEPTED})


class EditForm(Form):
    """The same in other words."""

    text = TextAreaField(
        _l("Comment"),
        id="comment-text",
        filters=[words],
        validators=[DataRequired(_l("Write your comment.")), Length(max=TEXT_LENGTH)],
    )


class FilesForm(WithFiles):
    """Files for the order itself."""

    files = MultipleFileField(_l("Files"), id="order-files", description=KINDS, render_kw={"accept": ACCEPTED})

    def validate_files(self, field: MultipleFileField) -> None:
        """At least one."""
        super().validate_files(field)
        if not self.uploads():
            raise ValidationError(_("Choose a file."))
