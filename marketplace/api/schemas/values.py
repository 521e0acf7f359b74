"""The kinds of values of which everything that goes in and out is made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

from flask_babel import gettext as _
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.config import JsonDict
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from marketplace.core.money import MAX_AMOUNT
from marketplace.core.text import is_storable, one_line, tidy
from marketplace.web.fields import DAY, EARLIEST, LATEST

AMOUNT = r"^((0|[1-9][0-9]{0,8})(\.[0-9]{1,2})?|1000000000(\.00?)?)$"
PRICE = r"^([1-9][0-9]{0,8}(\.[0-9]{1,2})?|0\.(0[1-9]|[1-9][0-9]?)|1000000000(\.00?)?)$"
WHOLE_AMOUNT = "^(0|[1-9][0-9]{0,8}|1000000000)$"
SLUG = "^[a-z0-9-]+$"
RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
ANY_MOMENT: JsonDict = {"type": "string", "format": "date-time", "examples": ["2030-01-31T12:00:00Z"]}
NEAR_DAY = "^(19|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}$"
# White space and what core.text takes out of a text: every tool reads these escapes alike.
NOT_BLANK = (
    r"[^\s\u0000-\u001f\u007f-\u009f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e"
    r"\u2060-\u2064\u2066-\u2069\u3164\ufeff\uffa0]"
)
# What the description calls an integer may have a point with nothing behind it.
DIGITS = re.compile(r"-?[0-9]+(\.0+)?")
WHOLE: tuple[Any, ...] = (int, int | None)
MAX_ID = 2**63 - 1
# What checkboxes of pages send is taken as well, so that the address of a page can be asked here.
FLAGS = {"true": True, "false": False, "y": True}
DEFAULT_LIMIT, MAX_LIMIT = 25, 100
MAX_WORDS = 100
"""Characters of what is looked for in texts."""

MAX_SLUG = 100


@dataclass(frozen=True)
class Written:
    """What the validators of a text ask of it, in the words of the description."""

    pattern: str

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(core), "pattern": self.pattern}


class Answer(BaseModel):
    """What the API answers: checked when it is made, so that it is what the description says."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)


class Body(BaseModel):
    """What a program sends. A field that is not documented is refused: it was meant to do something."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """Parameters of an address; they are text, so numbers are read out of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _in_digits(cls, value: Any, info: ValidationInfo) -> Any:
        """Numbers as everybody spells them: pydantic reads those of Python too, `1_0` and blanks around."""
        kind = cls.model_fields[info.field_name or ""].annotation
        if kind in WHOLE and isinstance(value, str) and not DIGITS.fullmatch(value):
            raise ValueError(_("This is not a whole number."))
        return value


def left_out(**about: Any) -> Any:
    """A field of a PATCH: whoever leaves it out leaves it as it is (`model_fields_set`), null is a wrong value."""
    # What a factory makes is not described: some clients would send it.
    return Field(default_factory=lambda: None, **about)


def _flag(value: Any) -> Any:
    return FLAGS.get(value, "") if isinstance(value, str) else value


def _storable(text: str) -> str:
    if not is_storable(text):
        raise ValueError(_("The text holds characters that cannot be stored (NUL or broken Unicode)."))
    return text


def _said(text: str) -> str:
    if not tidy(text):
        raise ValueError(_("Write something."))
    return text


def _visible(text: str) -> str:
    _storable(text)
    # Some invisible characters count as letters, so they go first.
    line = one_line(text)
    if not any(character.isalnum() for character in line):
        raise ValueError(_("Write something with letters in it."))
    return line


def _amount(value: Any) -> Decimal:
    amount = Decimal(value)
    if amount > MAX_AMOUNT:
        raise ValueError(_("The amount is too large."))
    return amount


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise ValueError(_("The amount must be more than zero."))
    return value


def _written_day(value: Any) -> Any:
    # Pydantic would read any number as seconds since 1970; and what is strict takes no text after a function.
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value if DAY.fullmatch(value) else "")
    except ValueError:
        raise ValueError(_("This is not a day such as 2030-01-31.")) from None


def _near(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise ValueError(_("The day is too far away."))
    return day


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _moment(value: Any) -> Any:
    """Text as RFC 3339 has it, and no number of seconds; what lies outside of all calendars is their edge."""
    parts = RFC_3339.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        return value if value is None else _no_moment()
    day, minute, second, fraction, zone = parts.groups("")
    # A leap second is none of ours.
    second = "59" if second == "60" else second
    try:
        read = datetime.fromisoformat(f"{day}T{minute}:{second}{fraction}{zone.upper()}")
    except ValueError:
        return _no_moment()
    try:
        return read.astimezone(UTC)
    except OverflowError:
        return datetime(1, 1, 1, tzinfo=UTC) if read.year == 1 else datetime(9999, 12, 31, tzinfo=UTC)


def _no_moment() -> NoReturn:
    raise ValueError(_("This is not a moment such as 2030-01-31T12:00:00Z."))


Text = Annotated[str, AfterValidator(_storable)]
"""Any text that can be stored."""

Words = Annotated[str, StringConstraints(pattern=NOT_BLANK), AfterValidator(_storable), AfterValidator(_said)]
"""Text that is not blank."""

ONE_LINE = AfterValidator(_visible)
"""Behind the limits of a text: makes it one line, which has at least one letter or digit. What is cut away counts."""

AmountText = Annotated[
    str,
    StringConstraints(pattern=AMOUNT),
    WithJsonSchema({"type": "string", "pattern": AMOUNT, "examples": ["1499.90"]}),
]

if TYPE_CHECKING:
    # The text is checked as text; what the field holds then is the amount.
    MoneyIn = Decimal
    PriceIn = Decimal
else:
    MoneyIn = Annotated[AmountText, AfterValidator(_amount)]
    """An amount as text, "1499.90", for reading: the value is a Decimal."""

    PriceIn = Annotated[AmountText, AfterValidator(_amount), AfterValidator(_positive), Written(PRICE)]
    """`MoneyIn` above zero."""

Money = Annotated[
    Decimal,
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$", "examples": ["1499.90"]}),
]
"""An amount in the site's currency, always with two decimal places."""

Moment = Annotated[datetime, AfterValidator(_utc), Field(examples=["2030-01-31T12:00:00Z"])]
"""RFC 3339 in UTC."""

MomentIn = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema(ANY_MOMENT)]
"""A moment of any zone, for reading."""

Day = Annotated[date, Field(examples=["2030-01-31"])]
"""A calendar day."""

DayIn = Annotated[
    date, BeforeValidator(_written_day), AfterValidator(_near), Written(NEAR_DAY), Field(examples=["2030-01-31"])
]
"""A calendar day for reading, also out of an address; no other age than the pages take."""

Flag = Annotated[bool, BeforeValidator(_flag)]
"""true or false as a parameter; `y` is what a checkbox sends."""

Id = Annotated[int, Field(ge=1, le=MAX_ID, examples=[7])]

Links = Annotated[
    dict[str, str],
    Field(description="Addresses of what belongs to it.", examples=[{"self": "/api/v1/orders/7"}]),
]


NextCursor = Annotated[
    str | None,
    Field(description="To be sent as `cursor` for the next page, with the same filters; null on the last one."),
]


class Paged(Query):
    """Which part of a list."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="How many items at most.")
    cursor: str | None = Field(None, max_length=200, description="`next_cursor` of the page before, of this list.")
