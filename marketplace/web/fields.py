"""Form fields that every face shares: money, days, web addresses, phone numbers; each says what it cannot read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import get_decimal_symbol
from flask_babel import gettext as _
from wtforms import Field, IntegerField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice as SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.widgets import DateInput

from marketplace.core.money import MAX_AMOUNT
from marketplace.core.text import one_line
from marketplace.web.language import select_locale

CENT = Decimal("0.01")
LONGEST_AMOUNT = 40
# \d would let in the digits of every script.
PLAIN = re.compile(r"[0-9]+([.,][0-9]{1,2})?")
SPACED = re.compile(r"[0-9]{1,3}( [0-9]{3})+([.,][0-9]{1,2})?")
COMMAS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,2})?")
DOTS = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]{1,2}")
ONE_COMMA = re.compile(r"[0-9]{1,3},[0-9]{3}")
TOO_FINE = re.compile(r"[0-9 ]+[.,][0-9]{3,}")
NEGATIVE = re.compile(r"[-\N{MINUS SIGN}] ?[0-9][0-9 .,]*")
CURRENCY_SIGN = re.compile(r"^[$€₽] ?| ?(₽|руб\.?|р\.?|€|\$)$", re.IGNORECASE)

WHOLE = re.compile(r"-?[0-9]{1,18}")

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
HOST_FIRST = re.compile(r"[^\s/:@?#]+\.[^\s/:@?#.]{2,}(:[0-9]{1,5})?([/?#]|$)")
LONGEST_LINK = 300

PHONE = re.compile(r"\+?[0-9 ().\-]+")
PHONE_DIGITS = range(5, 16)


def parse_amount(text: str, *, comma_groups: bool) -> Decimal:
    """`text` as an amount of money with at most two decimals.

    Takes what people type: "1 499,90", "1499.90", "1,499.90", "1.499,90 ₽". A lone comma before three digits is one
    and a half things at once: it groups where the language groups so (`comma_groups`), else it is refused.
    Raises ValueError with words for the person.
    """
    # split() knows the narrow and the non-breaking blanks too.
    clean = CURRENCY_SIGN.sub("", " ".join(text.split()), count=1)
    if len(clean) > LONGEST_AMOUNT:
        raise ValueError(_("The amount is too large."))
    if NEGATIVE.fullmatch(clean):
        raise ValueError(_("The amount cannot be negative."))
    if SPACED.fullmatch(clean) or PLAIN.fullmatch(clean):
        number = clean.replace(" ", "").replace(",", ".")
    elif COMMAS.fullmatch(clean) and (comma_groups or not ONE_COMMA.fullmatch(clean)):
        number = clean.replace(",", "")
    elif DOTS.fullmatch(clean):
        number = clean.replace(".", "").replace(",", ".")
    elif TOO_FINE.fullmatch(clean):
        raise ValueError(_("An amount has at most two digits after the decimal point."))
    else:
        raise ValueError(_("Enter an amount, for example %(example)s.", example=write_amount(Decimal("1499.90"))))
    return Decimal(number)


def write_amount(amount: Decimal) -> str:
    """`amount` as a person of the present language would type it; without groups, so that it reads back anywhere."""
    plain = f"{amount:.2f}".removesuffix(".00")
    return plain.replace(".", get_decimal_symbol(select_locale()))


class MoneyField(StringField):
    """An amount in the site's currency: a Decimal with at most two decimals, or None when left empty."""

    def __init__(self, *args: Any, minimum: Decimal = CENT, maximum: Decimal = MAX_AMOUNT, **kwargs: Any) -> None:
        kwargs["render_kw"] = {"inputmode": "decimal", "autocomplete": "off", **kwargs.get("render_kw", {})}
        super().__init__(*args, **kwargs)
        self.minimum = minimum
        self.maximum = maximum

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if not valuelist:
            return
        self.data: Any = None
        if not str(valuelist[0]).strip():
            # InputRequired would take blanks for an answer.
            self.raw_data = [""]
            return
        amount = parse_amount(str(valuelist[0]), comma_groups=select_locale() != "ru")
        if amount < self.minimum:
            if self.minimum == CENT:
                raise ValueError(_("The amount must be more than zero."))
            raise ValueError(_("The amount must be at least %(minimum)s.", minimum=write_amount(self.minimum)))
        if amount > self.maximum:
            raise ValueError(_("The amount is too large."))
        self.data = amount

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else write_amount(self.data)


class WholeField(IntegerField):
    """A whole number in plain digits, short enough for every column and for arithmetic; None when left empty."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if not valuelist:
            return
        self.data = None
        text = str(valuelist[0]).strip()
        if not text:
            self.raw_data = [""]
            return
        if not WHOLE.fullmatch(text):
            raise ValueError(_("Enter a whole number."))
        self.data = int(text)


class DayField(Field):
    """A calendar day, as HTML's date inputs send it: a date, or None when left empty."""

    widget = DateInput()

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if not valuelist:
            return
        self.data = None
        text = str(valuelist[0]).strip()
        if not text:
            self.raw_data = [""]
            return
        try:
            day = date.fromisoformat(text) if DAY.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None:
            raise ValueError(_("Enter a day as year, month and day, for example 2030-01-31."))
        if not EARLIEST <= day <= LATEST:
            raise ValueError(_("The day is too far away."))
        self.data = day

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""


def parse_link(text: str) -> str:
    """`text` as an http or https address, with https:// added when somebody left it out.

    Raises ValueError with words for the person.
    """
    if len(text) > LONGEST_LINK:
        raise ValueError(_("The address is longer than %(limit)s characters.", limit=LONGEST_LINK))
    if HOST_FIRST.match(text):
        text = f"https://{text}"
    refusal = ValueError(_("Enter a web address such as https://example.com."))
    if not SCHEME.match(text) or any(character.isspace() or not character.isprintable() for character in text):
        raise refusal
    try:
        parts = urlsplit(text)
        # Reading the port is what finds a wrong one.
        is_fine = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise refusal from None
    # `user@host` makes an address look like another one.
    if not is_fine or "@" in parts.netloc or "\\" in text or any(mark in text for mark in "<>\"'`"):
        raise refusal
    return text


class LinkField(StringField):
    """One http or https address; "" when left empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["render_kw"] = {"inputmode": "url", "autocomplete": "url", **kwargs.get("render_kw", {})}
        super().__init__(*args, **kwargs)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if not valuelist:
            return
        # Not tidied: an address with something invisible in it is refused, not mended into another one.
        text = str(valuelist[0]).strip()
        self.data = parse_link(text) if text else ""

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self.data or ""


class LinksField(TextAreaField):
    """Several http or https addresses, one per line: a list without repetitions."""

    def __init__(self, *args: Any, limit: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limit = limit

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if not valuelist:
            return
        self.data: Any = []
        for number, line in enumerate(map(str.strip, str(valuelist[0]).splitlines()), 1):
            if not line:
                continue
            try:
                link = parse_link(line)
            except ValueError as error:
                raise ValueError(_("Line %(number)s: %(problem)s", number=number, problem=error)) from None
            if link not in self.data:
                self.data.append(link)
            if len(self.data) > self.limit:
                raise ValueError(_("At most %(limit)s addresses.", limit=self.limit))

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "\n".join(self.data or [])


def parse_phone(text: str) -> str:
    """`text` as a telephone number with five to fifteen digits; "" for blanks.

    Raises ValueError with words for the person.
    """
    phone = one_line(text)
    digits = sum(character.isdigit() for character in phone)
    if phone and not (PHONE.fullmatch(phone) and digits in PHONE_DIGITS):
        raise ValueError(_("Enter a phone number with its code, for example +7 912 345-67-89."))
    return phone


class PhoneField(TelField):
    """A telephone number as people write it, with five to fifteen digits; "" when left empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["render_kw"] = {"autocomplete": "tel", **kwargs.get("render_kw", {})}
        super().__init__(*args, **kwargs)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if not valuelist:
            return
        self.data = parse_phone(str(valuelist[0]))

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self.data or ""
