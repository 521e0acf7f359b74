"""Forms that can be checked before they are sent: the same class, at the same address, answers with its errors.

A script posts what has been typed so far with the header `X-Check-Form`; the view fills and validates its form as for
any post, and instead of going on it answers {"errors": {field: [words, …]}}. Nothing is done, and nobody writes the
rules twice.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from marketplace.core.db import db

HEADER = "X-Check-Form"


class FormChecked(Exception):  # no error: it carries the answer past the rest of the view
    """The form has been checked, as it was asked to be; `errors` maps the names of fields to words."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("the form has been checked")
        self.errors = errors


def is_check() -> bool:
    """True when the request asks only what is wrong with its form."""
    return HEADER in request.headers


def answer_check(form: Any) -> None:
    """Ends the request with the mistakes of the form that was posted, when only these were asked for."""
    if is_check() and form.is_submitted():
        form.validate()
        raise FormChecked(dict(_flat(form.errors)))


class Checkable:
    """Makes a form of a library one whose page checks it; stands before that form among the bases."""

    def validate_on_submit(self, *args: Any, **kwargs: Any) -> bool:
        """True for a post without mistakes; ends the request with the mistakes when only these were asked for."""
        answer_check(self)
        return bool(super().validate_on_submit(*args, **kwargs))  # type: ignore[misc]  # of the form that it is mixed into


class Form(Checkable, FlaskForm):
    """A form whose page checks it while it is being filled in."""


def _flat(errors: Any, prefix: str = "") -> list[tuple[str, list[str]]]:
    """Errors of fields inside fields under the names that the inputs have: `lines-0-quantity`."""
    found: list[tuple[str, list[str]]] = []
    for name, value in errors.items():
        path = f"{prefix}{name or ''}"
        if isinstance(value, dict):
            found += _flat(value, f"{path}-")
            continue
        for place, part in enumerate(value):
            if isinstance(part, dict):
                found += _flat(part, f"{path}-{place}-")
        # A list of rows may have errors of its own behind theirs.
        words = [str(part) for part in value if not isinstance(part, dict)]
        if words:
            found.append((path, words))
    return found


def init_app(app: Flask) -> None:
    """Answers checked forms."""
    app.register_error_handler(FormChecked, show_errors)


def show_errors(checked: FormChecked) -> ResponseReturnValue:
    """What is wrong with the form, field by field; the token's own error says that the page must be loaded again."""
    db.session.rollback()
    return jsonify(errors=checked.errors)
