"""The part of Flask-WTF that we use; the library ships no types."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf.csrf import CSRFProtect as CSRFProtect
from wtforms import Form
from wtforms.fields import HiddenField

class FlaskForm(Form):
    csrf_token: HiddenField
    form_errors: list[str]
    def __init__(self, formdata: Any = ..., **kwargs: Any) -> None: ...
    def is_submitted(self) -> bool: ...
    def validate_on_submit(self, extra_validators: Mapping[str, Sequence[Any]] | None = ...) -> bool: ...
    def hidden_tag(self, *fields: Any) -> str: ...
