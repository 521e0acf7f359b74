"""Bodies of several parts, multipart/form-data: files, and what is said about them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from flask import request
from flask_babel import gettext as _
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.formparser import FormDataParser

from marketplace.api.protocol.errors import FieldsRefused
from marketplace.api.protocol.reading import explained, refuse_charset, refuse_packed
from marketplace.api.schemas.values import DIGITS

Shape = TypeVar("Shape", bound=BaseModel)

MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Parts:
    """What an operation takes: `limit` bytes in all, 1 to `most` files in parts called `field`, and maybe `words`.

    `words` is what may be said in parts without a file: a body without objects and lists in it.
    """

    limit: int
    most: int
    field: str = "files"
    words: type[BaseModel] | None = None


class StrictParser(FormDataParser):
    """Refuses parts that cannot be read, which would else be as if nobody had sent any; `field` is where files go."""

    def __init__(self, field: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.field = field
        self.silent = False

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """The parts, as its parent gives them."""
        try:
            return super().parse(*args, **kwargs)
        except ValueError:
            words = _("The parts cannot be read: send them whole, with their headers in UTF-8.")
            raise FieldsRefused({self.field: [words]}) from None


def is_multipart() -> bool:
    """True when the body says of itself that it has several parts."""
    return request.mimetype == MULTIPART


def expect_parts(parts: Parts) -> None:
    """Lets the body, which must be of several parts, have as many bytes as these may."""
    refuse_packed()
    if not is_multipart():
        raise UnsupportedMediaType(_("Send files: Content-Type: multipart/form-data."))
    refuse_charset()
    request.max_content_length = parts.limit
    request.form_data_parser_class = partial(StrictParser, parts.field)  # type: ignore[assignment]  # called, no more


def read_words(shape: type[Shape]) -> Shape:
    """What is said in the parts without a file, as `shape`; FieldsRefused when it is not."""
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    for name, given in request.form.lists():
        if len(given) > 1:
            errors[name] = [_("Give this parameter once.")]
        # Nothing but text goes in parts, and what is to be a number is one when it is written as one.
        is_whole = name in shape.model_fields and shape.model_fields[name].annotation is int
        values[name] = int(given[0]) if is_whole and _is_number(given[0]) else given[0]
    if errors:
        raise FieldsRefused(errors)
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        raise FieldsRefused(explained(error)) from None


def read_files(field: str, *, besides: Collection[str] = ()) -> list[FileStorage]:
    """The files that were sent under the name `field`, at least one; other parts than `besides` are refused."""
    known = {field, *besides}
    sent = (*request.form, *request.files)
    errors = {name or "body": [_("There is no such field.")] for name in sent if name not in known}
    errors |= {name: [_("This is not text.")] for name in besides if name in request.files}
    if field in request.form:
        errors[field] = [_("This is not a file: give the part a file name.")]
    found = request.files.getlist(field)
    if not found and field not in errors:
        errors[field] = [_("This field is needed.")]
    if errors:
        raise FieldsRefused(errors)
    return found


def read_file(field: str, *, besides: Collection[str] = ()) -> FileStorage:
    """The one file that was sent under the name `field`."""
    found = read_files(field, besides=besides)
    if len(found) > 1:
        raise FieldsRefused({field: [_("Send one file.")]})
    return found[0]


def _is_number(text: str) -> bool:
    return DIGITS.fullmatch(text) is not None and len(text) < 20 and "." not in text
