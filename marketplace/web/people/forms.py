"""Shapes of one's own profile and of the directory's filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from config import LOCALES
from marketplace.accounts.models import (
    ABOUT_LENGTH,
    CONTACT_LENGTH,
    HEADLINE_LENGTH,
    MAX_LINKS,
    NAME_LENGTH,
    Account,
)
from marketplace.accounts.states import PriceUnit, Role
from marketplace.catalog.models import Category
from marketplace.core.text import one_line, tidy
from marketplace.orders.queries.performers import PerformerFilter, Sort
from marketplace.orders.states import MAX_RATING, MIN_RATING
from marketplace.web.checking import Form
from marketplace.web.fields import LinkField, LinksField, MoneyField, PhoneField, SelectChoice
from marketplace.web.filters import label
from marketplace.web.language import LOCALE_NAMES
from marketplace.web.zones import zone_choices

MAX_WORDS = 100
MAX_CURSOR = 200

PROFILE_FIELDS = ("name", "about", "phone", "messenger", "site")
WORK_FIELDS = ("headline", "usual_price", "price_unit", "links")
"""What the forms below share with the columns of a profile."""


def choices(*pairs: tuple[Any, str]) -> list[SelectChoice]:
    """The (value, words) of a list to choose from, as WTForms wants them from 3.4 on."""
    return [SelectChoice(value, words) for value, words in pairs]


class ProfileForm(Form):
    """What everybody says of themselves, how to reach them, and how the site speaks to them."""

    name = StringField(
        _l("Name"),
        filters=[one_line],
        validators=[DataRequired(_l("Enter your name.")), Length(max=NAME_LENGTH)],
    )
    about = TextAreaField(_l("About me"), filters=[tidy], validators=[Length(max=ABOUT_LENGTH)], render_kw={"rows": 6})
    phone = PhoneField(_l("Phone"), validators=[Length(max=CONTACT_LENGTH)])
    messenger = StringField(
        _l("Messenger"),
        description=_l("Which one and under what name, for example Telegram @name."),
        filters=[one_line],
        validators=[Length(max=CONTACT_LENGTH)],
        render_kw={"autocomplete": "off"},
    )
    site = LinkField(_l("Site"), validators=[Length(max=CONTACT_LENGTH)])
    locale = SelectField(_l("Language"), filters=[one_line], validators=[Optional()])
    time_zone = SelectField(_l("Time zone"), filters=[one_line], validators=[Optional()])

    columns: tuple[str, ...] = PROFILE_FIELDS

    @classmethod
    def of(cls, owner: Account, locale: str, categories: Sequence[Category], chosen: Sequence[Category]) -> ProfileForm:
        """The form that fits the owner's role, filled with what is stored or with what was sent."""
        kind = PerformerProfileForm if owner.role is Role.PERFORMER else ProfileForm
        stored = {name: getattr(owner.profile, name) for name in kind.columns}
        stored |= {"locale": owner.locale or "", "time_zone": owner.time_zone or ""}
        stored |= {"categories": [category.id for category in chosen]}
        form = kind(data=stored)
        form.offer(locale, categories)
        return form

    def offer(self, locale: str, categories: Sequence[Category]) -> None:
        """Fills the lists to choose from."""
        self.locale.choices = choices(("", _("As in the browser")), *((key, LOCALE_NAMES[key]) for key in LOCALES))
        self.time_zone.choices = choices(("", _("As on the site")), *zone_choices(locale))

    def validate_name(self, field: StringField) -> None:
        """A name that somebody can see and say."""
        if not any(character.isalnum() for character in field.data or ""):
            raise ValidationError(_("Enter a name with letters in it."))

    def profile_values(self) -> dict[str, Any]:
        """The values of the profile's columns."""
        return {name: self[name].data for name in self.columns}


class PerformerProfileForm(ProfileForm):
    """A performer also says what they do, where one can see it and what it costs."""

    columns = PROFILE_FIELDS + WORK_FIELDS

    headline = StringField(
        _l("Headline"),
        description=_l("One line under your name in the list of performers: what you do best."),
        filters=[one_line],
        validators=[Length(max=HEADLINE_LENGTH)],
    )
    categories = SelectMultipleField(
        _l("Categories I work in"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    usual_price = MoneyField(_l("Usual price"), validators=[Optional()])
    price_unit = SelectField(_l("The price is"), coerce=PriceUnit)
    links = LinksField(
        _l("Portfolio"),
        limit=MAX_LINKS,
        description=_l("Addresses of your works, one per line."),
        render_kw={"rows": 4, "autocomplete": "off"},
    )

    def offer(self, locale: str, categories: Sequence[Category]) -> None:
        """Fills the lists to choose from."""
        super().offer(locale, categories)
        self.categories.choices = choices(*((category.id, label(category)) for category in categories))
        self.price_unit.choices = choices(*((unit.value, label(unit)) for unit in PriceUnit))


class DirectoryForm(FlaskForm):
    """Whom somebody looks for. Sent by GET, so it carries no token and changes nothing."""

    class Meta:
        csrf = False

    q = StringField(_l("Name or skill"), filters=[one_line], validators=[Length(max=MAX_WORDS)])
    category = SelectField(_l("Category"), filters=[one_line], validators=[Optional()])
    rating = SelectField(_l("Rating"), filters=[one_line], validators=[Optional()])
    sort = SelectField(_l("Sort by"), filters=[one_line], validators=[Optional()])
    cursor = HiddenField(validators=[Length(max=MAX_CURSOR)])

    def offer(self, categories: Sequence[Category]) -> None:
        """Fills the lists to choose from."""
        self.category.choices = choices(("", _("All categories")), *((one.slug, label(one)) for one in categories))
        self.rating.choices = choices(
            ("", _("Any")),
            *((str(least), _("from %(rating)s", rating=least)) for least in range(MAX_RATING, MIN_RATING - 1, -1)),
        )
        self.sort.choices = choices(
            (Sort.RATING.value, _("rating")),
            (Sort.COMPLETED.value, _("orders completed")),
            (Sort.NEWEST.value, _("newest")),
        )

    def wanted(self) -> PerformerFilter:
        """The filter as the query takes it."""
        return PerformerFilter(
            words=self.q.data or "",
            category=self.category.data or "",
            rating_from=int(self.rating.data) if self.rating.data else None,
            sort=Sort(self.sort.data or Sort.RATING),
        )
