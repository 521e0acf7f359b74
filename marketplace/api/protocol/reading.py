"""What a program sends, read strictly: one meaning or a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from math import isfinite
from typing import Any, NoReturn, TypeVar, get_origin
from urllib.parse import unquote_to_bytes

from flask import request
from flask_babel import gettext as _
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from marketplace.api.protocol.errors import FieldsRefused
from marketplace.api.schemas.values import AMOUNT, NOT_BLANK, SLUG, WHOLE_AMOUNT, Paged
from marketplace.core.errors import N_
from marketplace.core.text import is_storable

Shape = TypeVar("Shape", bound=BaseModel)

JSON = "application/json"
UNSTORABLE = N_("The text holds characters that cannot be stored (NUL or broken Unicode).")
OTHERWISE = N_("This is not what the description asks for.")
MOST_DIGITS = 400
"""Of a whole number: more than any that fits a double has, and few enough to be read quickly."""


def read_body(shape: type[Shape]) -> Shape:
    """The JSON object that was sent, as `shape`. Where every field may be left out, so may the body.

    A 415 for another type, a 400 for what is no JSON, FieldsRefused for JSON that is not the shape.
    """
    raw = sent_json(optional=is_optional(shape))
    try:
        return shape.model_validate_json(raw or b"{}")
    except ValidationError as error:
        # It is JSON, as we know by now; pydantic goes less deep.
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            raise BadRequest(_("The JSON is nested too deeply.")) from None
        raise FieldsRefused(explained(error)) from None


def sent_json(*, optional: bool = False) -> bytes:
    """The body, checked to be JSON that everybody reads alike; b"" when there is none and that is fine."""
    raw = request.get_data()
    if not raw and not request.mimetype and optional:
        return b""
    refuse_packed()
    if request.mimetype != JSON:
        raise UnsupportedMediaType(_("Send JSON: Content-Type: application/json."))
    refuse_charset()
    if not raw and optional:
        return b""
    try:
        sent = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_without_repetition,
            parse_constant=_refuse_constant,
            parse_float=_number,
            parse_int=_whole,
        )
        return json.dumps(sent, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise FieldsRefused({_broken_place(sent): [_(UNSTORABLE)]}) from None
    except RecursionError:
        raise BadRequest(_("The JSON is nested too deeply.")) from None
    except ValueError as error:
        words = str(error) if isinstance(error, Refused) else _("The body is not JSON.")
        raise BadRequest(words) from None


def refuse_charset() -> None:
    """Refuses a body that says of itself that it is not UTF-8: it would be read as something else than was meant."""
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(_("Send the body in UTF-8."))


def refuse_packed() -> None:
    """Refuses a body that would have to be unpacked first: nobody would know how large it is."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType(_("Send the body unpacked, without Content-Encoding."))


@cache
def is_optional(shape: type[BaseModel]) -> bool:
    """True when every field may be left out."""
    return not any(field.is_required() for field in shape.model_fields.values())


def read_query(shape: type[Shape]) -> Shape:
    """The parameters of the address as `shape`; several of one name only where it takes a list.

    What `may_be_empty` and is counts as left out.
    """
    refuse_broken_address()
    several = {name for name, field in shape.model_fields.items() if get_origin(field.annotation) is list}
    values: dict[str, Any] = {}
    for name, given in request.args.lists():
        if name not in several and len(given) > 1:
            raise FieldsRefused({name: [_("Give this parameter once.")]})
        if given != [""] or not may_be_empty(shape, name):
            values[name] = given if name in several else given[0]
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        raise FieldsRefused(explained(error)) from None


def may_be_empty(shape: type[BaseModel], name: str) -> bool:
    """True for a parameter that the form on the page of a list sends also when there is nothing in its field.

    Not for what has several values, which are checkboxes there, nor for what no page asks for.
    """
    field = shape.model_fields.get(name)
    return issubclass(shape, Paged) and field is not None and get_origin(field.annotation) is not list


def refuse_broken_address() -> None:
    """Refuses bytes behind the question mark that are no UTF-8: what they stand for would be a guess."""
    try:
        unquote_to_bytes(request.query_string).decode()
    except UnicodeDecodeError:
        raise BadRequest(_(UNSTORABLE)) from None


def refuse_query() -> None:
    """For operations that take no parameters: one that is there was meant to do something."""
    refuse_broken_address()
    if request.args:
        raise FieldsRefused({name: [_("There is no such parameter.")] for name in request.args})


def refuse_conditions(*names: str) -> None:
    """Refuses conditions that nobody would compare: who names one relies on it (RFC 9110, section 13.1)."""
    for name in names:
        if name in request.headers:
            raise BadRequest(_("This request takes no %(name)s.", name=name))


def refuse_body() -> None:
    """For operations that take no body; an empty object, which many libraries send, says nothing either."""
    sent = request.get_data()
    if sent and not (request.mimetype == JSON and sent.strip() == b"{}"):
        raise BadRequest(_("This request takes no body."))


def explained(error: ValidationError) -> dict[str, list[str]]:
    """What is wrong with each field, in the language of the caller."""
    found: dict[str, list[str]] = {}
    for detail in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in detail["loc"]) or "body"
        found.setdefault(place, []).append(told(detail))
    return found


def told(detail: ErrorDetails) -> str:
    """What is wrong, in words of ours: those of pydantic are English, and about Python."""
    values: Mapping[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return _("This field is needed.")
        case "extra_forbidden":
            return _("There is no such field.")
        case "string_too_long" | "too_long":
            return _("This is longer than %(limit)s.", limit=values["max_length"])
        case "string_pattern_mismatch" if values["pattern"] == AMOUNT:
            return _("This is not an amount such as 1499.90.")
        case "string_pattern_mismatch" if values["pattern"] == WHOLE_AMOUNT:
            return _("This is not an amount in whole units such as 1500.")
        case "string_pattern_mismatch" if values["pattern"] == SLUG:
            return _("Use small Latin letters, digits and hyphens.")
        case "string_pattern_mismatch" if values["pattern"] == NOT_BLANK:
            return _("Write something.")
        case "string_too_short" | "too_short":
            return _("This is shorter than %(limit)s.", limit=values["min_length"])
        case "greater_than_equal":
            return _("This is less than %(limit)s.", limit=values["ge"])
        case "less_than_equal":
            return _("This is more than %(limit)s.", limit=values["le"])
        case "enum" | "literal_error":
            # "'customer' or 'performer'" it says, in English.
            return _("Choose one of: %(values)s.", values=values["expected"].replace(" or ", ", "))
        case "value_error":
            return str(values["error"])
        case "list_type":
            return _("This is not a list.")
        case "model_type" | "dict_type" | "model_attributes_type":
            return _("This is not an object.")
        case "string_type" | "string_unicode":
            return _("This is not text.")
        case "int_type" | "int_parsing" | "int_from_float" | "int_parsing_size":
            return _("This is not a whole number.")
        case "bool_type" | "bool_parsing":
            return _("This is neither true nor false.")
        case "date_parsing" | "date_from_datetime_parsing" | "date_from_datetime_inexact" | "date_type":
            return _("This is not a day such as 2030-01-31.")
        case "datetime_parsing" | "datetime_from_date_parsing" | "datetime_type" | "timezone_aware":
            return _("This is not a moment such as 2030-01-31T12:00:00Z.")
        case _other:
            return _(OTHERWISE)


class Refused(ValueError):
    """JSON that some readers would take for something else; its text is for the caller."""


def _without_repetition(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Refused(_("A field is given twice."))
    return made


def _number(text: str) -> float:
    """JSON has one kind of numbers: 9.0 is as whole as 9."""
    number = float(text)
    if not isfinite(number):
        raise Refused(_("A number in the JSON is too large."))
    return int(number) if number.is_integer() else number


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise Refused(_("A number in the JSON is too large."))
    return int(text)


def _broken_place(sent: Any) -> str:
    """Where the first text with half a character stands; a name that has one cannot be told, so its object is."""
    rest: list[tuple[str, Any]] = [("", sent)]
    while rest:
        place, value = rest.pop()
        if isinstance(value, str) and not is_storable(value):
            break
        if isinstance(value, dict):
            if not all(map(is_storable, value)):
                break
            rest += [(f"{place}.{name}", inner) for name, inner in reversed(value.items())]
        elif isinstance(value, list):
            rest += [(f"{place}.{number}", inner) for number, inner in reversed(list(enumerate(value)))]
    return place.removeprefix(".") or "body"


def _refuse_constant(name: str) -> NoReturn:
    raise Refused(_("%(name)s is not JSON.", name=name))
