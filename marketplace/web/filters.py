"""How values are written on pages: money, dates, numbers and labels, in the person's language and zone."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal
from flask import Flask, current_app
from flask_babel import lazy_gettext as _l
from jinja2 import StrictUndefined
from markupsafe import Markup

from marketplace.accounts.states import PriceUnit, Role
from marketplace.catalog.models import Category
from marketplace.core import clock
from marketplace.orders.queries.board import CardCategory
from marketplace.orders.states import EventKind, MoneyState, OfferStatus, Pricing, Status
from marketplace.web.language import select_locale, select_time_zone

LABELS: dict[Any, Any] = {
    Status.NEW: _l("New"),
    Status.QUOTING: _l("Waiting for offers"),
    Status.QUOTED: _l("Quoted"),
    Status.IN_PROGRESS: _l("In progress"),
    Status.COMPLETED: _l("Completed"),
    Status.CANCELLED: _l("Cancelled"),
    Pricing.FIXED: _l("At my price"),
    Pricing.QUOTE: _l("By quote"),
    MoneyState.UNPAID: _l("Unpaid"),
    MoneyState.PAID: _l("Paid"),
    MoneyState.READY_FOR_DELIVERY: _l("Ready for delivery"),
    MoneyState.DELIVERED: _l("Delivered"),
    EventKind.STATUS: _l("Status"),
    EventKind.MONEY: _l("Money"),
    EventKind.MANAGER: _l("Manager"),
    EventKind.EDITED: _l("Edit"),
    EventKind.OFFER: _l("Offer"),
    EventKind.COMMENT: _l("Comment"),
    EventKind.FILE: _l("File"),
    EventKind.REVIEW: _l("Review"),
    EventKind.MODERATED: _l("Moderation"),
    OfferStatus.SENT: _l("Waits for an answer"),
    OfferStatus.SUPERSEDED: _l("Superseded"),
    OfferStatus.WITHDRAWN: _l("Withdrawn"),
    OfferStatus.DECLINED: _l("Declined"),
    OfferStatus.EXPIRED: _l("Expired"),
    OfferStatus.ACCEPTED: _l("Accepted"),
    Role.CUSTOMER: _l("Customer"),
    Role.PERFORMER: _l("Performer"),
    Role.MANAGER: _l("Manager"),
    Role.OBSERVER: _l("Observer"),
    Role.ADMIN: _l("Admin"),
    PriceUnit.HOUR: _l("per hour"),
    PriceUnit.ORDER: _l("per order"),
}


OFFER_NEWS: dict[str, Any] = {
    OfferStatus.SENT: _l("Offer sent"),
    OfferStatus.WITHDRAWN: _l("Offer withdrawn"),
    OfferStatus.DECLINED: _l("Offer declined"),
    OfferStatus.EXPIRED: _l("Offer expired"),
    OfferStatus.ACCEPTED: _l("Offer accepted"),
}
"""What a line of the history says of an offer."""

SIGNS = {"RUB": "₽", "BYN": "Br", "KZT": "₸", "UAH": "₴"}
"""Signs of currencies that the English locale data would spell as three letters."""


def init_app(app: Flask) -> None:
    """Registers the filters; Jinja refuses names that nobody defined."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        money=money,
        day=day,
        moment=moment,
        ago=ago,
        number=number,
        label=label,
        status_label=label,
        money_label=lambda value: label(MoneyState(value)),
        offer_news=lambda value: str(OFFER_NEWS[value]),
    )
    app.jinja_env.globals["time_element"] = time_element


def money(amount: Decimal | None) -> str:
    """ "1 499,90 ₽"; whole amounts without the kopecks. Empty for None."""
    return "" if amount is None else _money(amount, str(current_app.config["CURRENCY"]), select_locale())


@lru_cache(maxsize=4096)
def _money(amount: Decimal, currency: str, locale: str) -> str:
    text = format_currency(amount, currency, locale=locale, currency_digits=True)
    text = text.replace(currency, SIGNS.get(currency, currency))
    if amount == amount.to_integral_value():
        text = re.sub(r"[.,]00(?=\D*$)", "", text)
    return text


def day(value: date | None) -> str:
    """ "21 ноября 2026 г." Empty for None."""
    return "" if value is None else _day(value, select_locale())


@lru_cache(maxsize=4096)
def _day(value: date, locale: str) -> str:
    return format_date(value, "medium", locale=locale)


def moment(value: datetime | None) -> str:
    """Date and time in the person's zone, to the minute. Empty for None."""
    if value is None:
        return ""
    return _moment(value, select_time_zone(), select_locale())


@lru_cache(maxsize=4096)
def _moment(value: datetime, zone: str, locale: str) -> str:
    local = value.astimezone(ZoneInfo(zone))
    return f"{_day(local.date(), locale)}, {_minute(local.time().replace(second=0, microsecond=0, fold=0), locale)}"


@lru_cache(maxsize=4096)
def _minute(value: time, locale: str) -> str:
    return format_time(value, "short", locale=locale)


def ago(value: datetime) -> str:
    """ "3 часа назад"; the caller shows the exact `moment` beside it as a tooltip."""
    return _ago(told_age(value), select_locale())


def time_element(value: datetime) -> Markup:
    """`ago` with the exact `moment` as its tooltip, as an element of a page."""
    return _time_element(value, told_age(value), select_time_zone(), select_locale())


@lru_cache(maxsize=4096)
def _time_element(value: datetime, seconds: int, zone: str, locale: str) -> Markup:
    return Markup('<time datetime="%s" title="%s">%s</time>') % (
        value.isoformat(),
        _moment(value, zone, locale),
        _ago(seconds, locale),
    )


def told_age(value: datetime) -> int:
    """The seconds from now to `value`, rounded to what `ago` tells anyway, so that what is made of them can be kept."""
    seconds = int((value - clock.now()).total_seconds())
    step = 1 if -60 < seconds < 60 else 60 if -3600 < seconds < 3600 else 3600
    return round(seconds / step) * step


@lru_cache(maxsize=4096)
def _ago(seconds: int, locale: str) -> str:
    return format_timedelta(seconds, add_direction=True, locale=locale)


def number(value: int | Decimal | float | None, places: int = 0) -> str:
    """A number with the language's separators and exactly `places` decimals. Empty for None."""
    return "" if value is None else _number(value, places, select_locale())


@lru_cache(maxsize=4096)
def _number(value: int | Decimal | float, places: int, locale: str) -> str:
    return format_decimal(value, format="#,##0" + ("." + "0" * places if places else ""), locale=locale)


def label(value: Any) -> str:
    """The words for a status, a role, a unit or a category."""
    if isinstance(value, Category | CardCategory):
        return value.name_in(select_locale())
    return str(LABELS[value])
