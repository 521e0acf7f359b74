"""The shared form fields: what they read, what they refuse and that they never lose what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.validators import InputRequired, Optional

from marketplace.web.fields import DayField, LinkField, LinksField, MoneyField, PhoneField, WholeField
from marketplace.web.language import LOCALE_COOKIE


class EveryField(Form):
    """One field of each kind."""

    price = MoneyField("Price", validators=[Optional()])
    price_from = MoneyField("Price from", minimum=Decimal(0), maximum=Decimal(100))
    fee = MoneyField("Fee", validators=[InputRequired()])
    day = DayField("Day", validators=[Optional()])
    link = LinkField("Site")
    links = LinksField("Links", limit=3)
    phone = PhoneField("Phone")
    whole = WholeField("Whole", validators=[Optional()])


@pytest.fixture(params=["ru", "en"])
def locale(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def visit(shared_app: Flask, locale: str) -> Iterator[None]:
    with shared_app.test_request_context(headers={"Cookie": f"{LOCALE_COOKIE}={locale}"}), force_locale(locale):
        yield


def sent(**values: str) -> EveryField:
    form = EveryField(MultiDict({"fee": "1", **values}))
    form.validate()
    return form


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1500", "1500"),
        ("1 499,90", "1499.90"),
        ("1 499,90", "1499.90"),
        ("1 499,90", "1499.90"),
        ("1499.90", "1499.90"),
        ("1,499.90", "1499.90"),
        ("1.499,90", "1499.90"),
        ("1 234 567", "1234567"),
        ("1,234,567", "1234567"),
        ("0,5", "0.5"),
        ("  12 500 ₽ ", "12500"),
        ("1500 руб.", "1500"),
        ("$15.50", "15.50"),
        ("1000000000", "1000000000"),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, amount: str) -> None:
    form = sent(price=text)
    assert (form.price.data, form.errors) == (Decimal(amount), {})


@pytest.mark.parametrize(
    "text",
    [
        *("NaN", "sNaN", "inf", "-inf", "Infinity", "1e5", "1E+2", "0x10", "1_000", "²", "١٢٣", "five", "+5", "--5"),
        *("-1", "-1 500,50", "−3", "0", "0,00", "1.999", "1,9999", "14 99", "1 49", "1,49,900", "5,", ",5", "5.", "."),
        *("1000000000.01", "9" * 30, "9" * 5000, "1₽499", "1 000 000 000 000", "1;2", "<b>5</b>"),
    ],
)
def test_what_is_no_amount_is_refused_with_one_clear_line_and_kept_as_typed(text: str) -> None:
    form = sent(price=text)
    assert form.price.data is None
    assert len(form.errors["price"]) == 1
    assert form.price._value() == text


def test_a_lone_comma_before_three_digits_groups_only_where_the_language_groups_so(locale: str) -> None:
    form = sent(price="1,499")
    if locale == "en":
        assert form.price.data == Decimal(1499)
    else:
        assert form.price.data is None and "price" in form.errors


def test_an_amount_is_shown_in_the_language_and_reads_back(locale: str) -> None:
    form = EveryField(data={"price": Decimal("1499.90"), "fee": Decimal("1500.00")})
    assert form.price._value() == {"ru": "1499,90", "en": "1499.90"}[locale]
    assert form.fee._value() == "1500"
    assert sent(price=form.price._value()).price.data == Decimal("1499.90")


def test_an_amount_keeps_to_its_bounds() -> None:
    assert sent(price_from="0").price_from.data == 0
    assert sent(price_from="100").price_from.data == 100
    assert "price_from" in sent(price_from="100.01").errors
    assert sent(price="").price.data is None
    assert "fee" in sent(fee=" ").errors
    assert "1499" in sent(fee="many").fee.errors[0], "why it cannot be read, not that it is required"


def test_a_field_that_was_not_sent_keeps_what_was_there() -> None:
    stored = {"price": Decimal(5), "day": date(2030, 1, 2), "link": "https://a.example", "links": ["https://b.example"]}
    form = EveryField(MultiDict({"fee": "1"}), data=stored)
    assert form.validate()
    assert {name: form.data[name] for name in stored} == stored


@pytest.mark.parametrize(
    ("text", "day"), [("2030-01-31", date(2030, 1, 31)), (" 2030-01-31 ", date(2030, 1, 31)), ("", None)]
)
def test_a_day_is_read(text: str, day: date | None) -> None:
    form = sent(day=text)
    assert (form.day.data, form.errors) == (day, {})


@pytest.mark.parametrize(
    "text",
    [
        "31.01.2030",
        "2030-02-30",
        "2030-13-01",
        "20300131",
        "2030-W05-4",
        "0001-01-01",
        "9999-12-31",
        "²030-01-01",
        "x" * 9999,
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    form = sent(day=text)
    assert form.day.data is None
    assert len(form.errors["day"]) == 1
    assert form.day._value() == text


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://example.com", "https://example.com"),
        ("http://example.com:8080/a?b=c#d", "http://example.com:8080/a?b=c#d"),
        ("HTTPS://Example.com/A", "HTTPS://Example.com/A"),
        ("github.com/somebody", "https://github.com/somebody"),
        ("example.com:8080/a", "https://example.com:8080/a"),
        ("пример.рф/работы", "https://пример.рф/работы"),
        ("", ""),
    ],
)
def test_a_web_address_is_read(text: str, link: str) -> None:
    form = sent(link=text)
    assert (form.link.data, form.errors) == (link, {})


@pytest.mark.parametrize(
    "text",
    [
        *(
            "javascript:alert(1)",
            "JaVaScRiPt://example.com/%0aalert(1)",
            "data:text/html,hi",
            "ftp://example.com",
            "//example.com",
        ),
        *(
            "https://",
            "https:///path",
            "http://a b.example",
            "https://user:word@example.com",
            "https://good.example@evil.example",
        ),
        *(
            "https://example.com\\@evil.example",
            "http://[::1",
            "http://example.com:99999",
            "word",
            "/local",
            'https://e.com/"onclick=',
        ),
        *("https://example.com/" + "a" * 300, "https://exa\u202emple.com", "mailto:a@example.com", "vbscript:x.yy"),
    ],
)
def test_what_is_no_web_address_is_refused(text: str) -> None:
    form = sent(link=text, links=f"https://example.com\n{text}")
    assert len(form.errors["link"]) == 1
    assert "2" in form.links.errors[0], "the message names the line"
    assert form.link._value() == text


def test_links_come_one_per_line_without_blanks_and_repetitions() -> None:
    form = sent(links="https://a.example\r\n\r\n  b.example/x  \r\nhttps://a.example\r\n")
    assert (form.links.data, form.errors) == (["https://a.example", "https://b.example/x"], {})
    assert sent(links="").links.data == []
    assert "links" in sent(links="\n".join(f"https://{number}.example" for number in range(4))).errors
    shown = EveryField(data={"links": ["https://a.example", "https://b.example"]})
    assert shown.links._value() == "https://a.example\nhttps://b.example"


@pytest.mark.parametrize("text", ["+7 912 345-67-89", "8 (800) 555 35 35", "12345", ""])
def test_a_phone_number_is_read(text: str) -> None:
    form = sent(phone=text)
    assert (form.phone.data, form.errors) == (text, {})


@pytest.mark.parametrize(
    "text", ["call me", "1234", "+", "1" * 16, "٠١٢٣٤٥٦", "+7 912 345<script>", "tel:+79123456789"]
)
def test_what_is_no_phone_number_is_refused(text: str) -> None:
    form = sent(phone=text)
    assert len(form.errors["phone"]) == 1
    assert form.phone._value() == text


@pytest.mark.parametrize(("text", "number"), [("0", 0), (" 42 ", 42), ("-7", -7), ("9" * 18, 10**18 - 1), ("", None)])
def test_a_whole_number_is_read(text: str, number: int | None) -> None:
    form = sent(whole=text)
    assert (form.whole.data, form.errors) == (number, {})


@pytest.mark.parametrize("text", ["1.5", "1e3", "²", "١٢", "0x10", "1_000", "NaN", "9" * 19, "9" * 400, "9" * 5000])
def test_what_is_no_whole_number_or_a_monstrous_one_is_refused(text: str) -> None:
    form = sent(whole=text)
    assert form.whole.data is None
    assert len(form.errors["whole"]) == 1
    assert f'value="{text}"' in form.whole()
