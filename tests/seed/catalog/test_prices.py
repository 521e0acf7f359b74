"""Prices in the forms that people and machines write."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from seed.catalog.prices import find_price, named_price, read_price


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1 299,90 руб.", "1299.90", "RUB"),
        ("1\u00a0299,90\u00a0₽", "1299.90", "RUB"),
        ("1\u2009299\u202f900,5 ₽", "1299900.50", "RUB"),
        ("1,299.00", "1299.00", ""),
        ("1.299,00 €", "1299.00", "EUR"),
        ("1.299 €", "1299", "EUR"),
        ("1,299", "1299", ""),
        ("1.299.000 ₸", "1299000", "KZT"),
        ("1'299.50", "1299.50", ""),
        ("от 25 BYN", "25", "BYN"),
        ("Br 25", "25", "BYN"),
        ("бесплатно", "0", ""),
        ("Free", "0", ""),
        ("12 500 – 15 000 ₽", "12500", "RUB"),
        ("от 1 000 до 2 000 руб.", "1000", "RUB"),
        ("100-200", "100", ""),
        ("−20% 1 299 ₽", "1299", "RUB"),
        ("— 1 299 ₽", "1299", "RUB"),
        ("Артикул 12345, цена 1 299 ₽", "1299", "RUB"),
        ("Артикул 12345, цена: 500", "500", ""),
        ("1 299 руб. 90 коп.", "1299.90", "RUB"),
        ("99 коп.", "0.99", "RUB"),
        ("2,5 тыс. руб.", "2500", "RUB"),
        ("1,2 млн ₽", "1200000", "RUB"),
        ("$19.99", "19.99", "USD"),
        ("US$ 1,299", "1299", "USD"),
        ("USD 25", "25", "USD"),
        ("25р", "25", "RUB"),
        ("25 р.", "25", "RUB"),
        ("1 299,-", "1299", ""),
        ("3 000 ₽/мес", "3000", "RUB"),
        ("0,5", "0.50", ""),
        ("10,005 грн", "10005", "UAH"),
        ("0.125", "0.13", ""),
        ("5", "5", ""),
    ],
)
def test_a_price_is_read(text: str, amount: str, currency: str) -> None:
    price = read_price(text)
    assert price is not None
    assert (price.amount, price.currency) == (Decimal(amount), currency)
    assert price.amount == price.amount.quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "по запросу",
        "договорная",
        "Price on request",
        "-100",
        "−5 ₽",
        "20%",
        "∞",
        "NaN",
        "1,2,3",
        "12.10.2026",
        "10:30",
    ],
)
def test_what_is_no_price_is_none(text: str) -> None:
    assert read_price(text) is None


@pytest.mark.parametrize("text", ["Free shipping", "Бесплатная доставка", "бесплатно доставим"])
def test_something_else_that_is_free_is_no_price(text: str) -> None:
    assert read_price(text) is None


def test_a_machine_writes_a_point_before_the_cents() -> None:
    assert read_price("129.000", exact=True).amount == Decimal("129.00")  # type: ignore[union-attr]
    assert read_price("129.000").amount == Decimal("129000.00")  # type: ignore[union-attr]
    assert read_price("1299.9 RUB", exact=True).amount == Decimal("1299.90")  # type: ignore[union-attr]


def test_in_running_text_only_money_is_a_price() -> None:
    found = find_price("Телефон 2026 года, 8 ядер, за 59 990 ₽ — скидка 10%")
    assert found is not None and found.amount == 59990
    assert find_price("Всего 15 штук") is None


def test_news_about_money_have_no_price() -> None:
    assert named_price("Завод вложил 2 млн ₽ в новую линию") is None
    found = named_price("Складной стол. Цена: 1 990 руб., доставка 300 руб.")
    assert found is not None and found.amount == 1990
    english = named_price("A jacket. Price: $169.00")
    assert english is not None and english.currency == "USD"


@pytest.mark.parametrize("pattern", ["0 ", "1,", "1.", "1 000 ", "9", "-", "₽", "р.", "от ", "1 руб 1", "цена 1"])
def test_no_text_takes_long(pattern: str) -> None:
    started = time.process_time()
    read_price(pattern * 200_000)
    find_price(pattern * 200_000)
    named_price(pattern * 20_000)
    assert time.process_time() - started < 1.5
