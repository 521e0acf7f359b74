"""Shapes of the order list: its filters as they stand in its address, and the names under which they are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.accounts.models import NAME_LENGTH, Account
from marketplace.accounts.queries import desk_accounts
from marketplace.core.errors import Invalid
from marketplace.core.text import one_line
from marketplace.orders.models import FILTER_NAME_LENGTH, QUERY_LENGTH
from marketplace.orders.queries.board import Categories, category_choices
from marketplace.orders.queries.order_list import NUMBER, OrderFilter
from marketplace.orders.queries.order_list_asking import (
    MINE,
    UNASSIGNED,
    Asked,
    SortedBy,
    check_days,
    check_totals,
    filter_of,
    find_people,
)
from marketplace.orders.states import MoneyState, Status
from marketplace.web.checking import Form
from marketplace.web.errors import explain
from marketplace.web.fields import DayField, MoneyField
from marketplace.web.filters import day, label, money
from marketplace.web.language import select_locale, time_zone

MAX_WORDS = 100
MAX_NUMBER = 30
NEWEST_FIRST = SortedBy.NEWEST.value
SORTS = {
    SortedBy.NEWEST: _l("Newest first"),
    SortedBy.OLDEST: _l("Oldest first"),
    SortedBy.LARGEST: _l("Largest sum first"),
    SortedBy.SMALLEST: _l("Smallest sum first"),
    SortedBy.NEAREST: _l("Nearest deadline first"),
    SortedBy.LATEST: _l("Latest deadline first"),
}
"""The words for each order of the list."""


class ManyField(SelectMultipleField):
    """Several of a few choices, each a checkbox."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class OrderListForm(FlaskForm):
    """What somebody looks for. Sent by GET, so it carries no token and changes nothing."""

    class Meta:
        csrf = False

    number = StringField(_l("Number"), filters=[one_line], validators=[Length(max=MAX_NUMBER)])
    q = StringField(_l("Words in title or description"), filters=[one_line], validators=[Length(max=MAX_WORDS)])
    customer = StringField(_l("Customer"), filters=[one_line], validators=[Length(max=NAME_LENGTH)])
    performer = StringField(_l("Performer"), filters=[one_line], validators=[Length(max=NAME_LENGTH)])
    manager = StringField(_l("Manager"), filters=[one_line], validators=[Length(max=NAME_LENGTH)])
    status = ManyField(_l("Status"))
    money = ManyField(_l("Money"))
    category = SelectField(_l("Category"), filters=[one_line], validate_choice=False)
    total_from = MoneyField(_l("Sum from"), validators=[Optional()])
    total_to = MoneyField(_l("Sum to"), validators=[Optional()])
    created_from = DayField(_l("Created from"), validators=[Optional()])
    created_to = DayField(_l("Created to"), validators=[Optional()])
    sort = SelectField(_l("Sorted by"), default=NEWEST_FIRST)
    cursor = HiddenField("", validators=[Length(max=200)])

    def offer(self, user: Account) -> None:
        """Fills the lists to choose from, and says in whose name the list is read."""
        self.user = user
        self.ids: dict[str, tuple[int, ...]] = {}
        self.status.choices = [(status.value, label(status)) for status in Status]
        self.money.choices = [(state.value, label(state)) for state in MoneyState]
        self.sort.choices = [(sort.value, str(words)) for sort, words in SORTS.items()]
        if self.sort.data == "":
            self.sort.data = NEWEST_FIRST
        self.categories = Categories(category_choices())
        locale = select_locale()
        listed = [(category.slug, category.name_in(locale)) for category in self.categories.values()]
        self.category.choices = [("", _("All categories")), *listed]

    def managers(self) -> list[tuple[str, str]]:
        """Whom staff can choose: anybody, nobody, themselves, the people of the desk, and whoever is asked for now."""
        desk = desk_accounts()
        choices = [("", _("Anybody")), (UNASSIGNED, _("Nobody yet"))]
        if self.user.id in {person.id for person in desk}:
            choices.append((MINE, _("Me")))
        choices += [(str(person.id), person.name) for person in desk]
        chosen = self.manager.data or ""
        return choices if chosen in dict(choices) else [*choices, (chosen, chosen)]

    def validate_number(self, field: Field) -> None:
        """The digits of a number, or its beginning."""
        if field.data and not NUMBER.fullmatch(field.data):
            raise ValidationError(_("Enter a number such as 2026-000123, or its last digits."))

    def validate_category(self, field: Field) -> None:
        """One that exists."""
        if field.data and field.data not in {category.slug for category in self.categories.values()}:
            raise ValidationError(field.gettext("Not a valid choice."))

    def validate_total_to(self, field: Field) -> None:
        """A range that can hold something."""
        with blaming():
            check_totals(self.total_from.data, field.data)

    def validate_created_to(self, field: Field) -> None:
        """A range that can hold something."""
        with blaming():
            check_days(self.created_from.data, field.data)

    def validate_customer(self, field: Field) -> None:
        """People who can be counted on the fingers of a few hands."""
        self._find(field)

    def validate_performer(self, field: Field) -> None:
        """As for customers."""
        self._find(field)

    def validate_manager(self, field: Field) -> None:
        """As for customers, and words for nobody and oneself."""
        self._find(field)

    def _find(self, field: Field) -> None:
        if field.errors:
            return
        with blaming():
            found = find_people(field.data or "", field.name, by=self.user)
        if found is not None:
            self.ids[field.name] = found

    def wanted(self) -> OrderFilter:
        """The filter as the query takes it; only after `validate`, which looks the people up."""
        slugs = {category.slug: category.id for category in self.categories.values()}
        asked = Asked(
            number=self.number.data or "",
            words=self.q.data or "",
            customer=self.customer.data or "",
            performer=self.performer.data or "",
            manager=self.manager.data or "",
            statuses=tuple(Status(value) for value in self.status.data or ()),
            money_states=tuple(MoneyState(value) for value in self.money.data or ()),
            category_id=slugs[self.category.data] if self.category.data else None,
            total_from=self.total_from.data,
            total_to=self.total_to.data,
            created_from=self.created_from.data,
            created_to=self.created_to.data,
            sort=SortedBy(self.sort.data or NEWEST_FIRST),
        )
        return filter_of(asked, self.ids, by=self.user, zone=time_zone())

    def filters(self) -> dict[str, str | list[str]]:
        """What is asked for, as parameters of the address: only those that there are, without the place in the list."""
        given: dict[str, str | list[str]] = {}
        for field in self:
            if field is self.cursor or (field is self.sort and field.data == NEWEST_FIRST):
                continue
            if isinstance(field, ManyField):
                if field.data:
                    given[field.name] = list(dict.fromkeys(field.data))
            elif text := str(field._value() if hasattr(field, "_value") else field.data or "").strip():
                given[field.name] = text
        return given

    def chips(self) -> list[Chip]:
        """What is asked for in words, each with what the address asks for without it; the order of the list is none."""
        filters = self.filters()
        shown = []
        for name in filters:
            field = self[name]
            if field is not self.sort:
                rest = {other: value for other, value in filters.items() if other != name}
                shown.append(Chip(str(field.label.text), self._told(field), rest))
        return shown

    def _told(self, field: Field) -> str:
        listed: Any = field.choices if isinstance(field, SelectField | ManyField) else ()
        choices = {value: words for value, words, *_rest in listed}
        if isinstance(field, ManyField):
            return ", ".join(str(choices[value]) for value in dict.fromkeys(field.data or ()))
        if field is self.category:
            return str(choices[str(field.data)])
        if field is self.manager:
            return dict(self.managers())[str(field.data)] if self.user.is_staff else str(field.data)
        if isinstance(field, DayField):
            return day(field.data)
        return money(field.data) if isinstance(field, MoneyField) else str(field.data)


class Chip(NamedTuple):
    """One filter in words, and all the others."""

    label: str
    text: str
    rest: dict[str, str | list[str]]


class KeepForm(Form):
    """A name for the filter that the page shows; `query` is that of its address."""

    name = StringField(
        _l("Name of the filter"),
        filters=[one_line],
        validators=[DataRequired(_l("Give the filter a name.")), Length(max=FILTER_NAME_LENGTH)],
    )
    query = HiddenField("", validators=[Length(max=QUERY_LENGTH)])


def query_of(filters: Mapping[str, str | Sequence[str]]) -> str:
    """`filters` as a query string."""
    return urlencode(filters, doseq=True)


@contextmanager
def blaming() -> Iterator[None]:
    """What the domain refuses inside is a mistake in the field that is being validated."""
    try:
        yield
    except Invalid as error:
        raise ValidationError(explain(error)) from None
