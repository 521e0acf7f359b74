"""The shape of what the desk asks the catalogue loader for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from marketplace.catalog.models import SOURCE_LENGTH, Category
from marketplace.core.errors import DomainError
from marketplace.core.fetch import MOST_BYTES
from marketplace.core.urls import read_url
from marketplace.web.checking import Form
from marketplace.web.errors import explain
from marketplace.web.fields import SelectChoice, WholeField
from marketplace.web.filters import label
from marketplace.web.loads import DEAREST, MOST_ITEMS, USUAL_ITEMS, options_of

NO_CATEGORY = 0


class LoadForm(Form):
    """Where products are read from: an address of the web, or a file that is sent along."""

    url = StringField(
        _l("Web address"),
        filters=[lambda text: (text or "").strip()],
        validators=[Length(max=SOURCE_LENGTH)],
        description=_l("A page of a shop or of a news site, a feed (RSS, Atom) or a list in JSON."),
        render_kw={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"},
    )
    file = FileField(
        _l("Or a file"),
        description=_l("A saved page, feed or list, up to %(size)s MB.", size=MOST_BYTES // 1024**2),
        render_kw={"accept": ".html,.htm,.xml,.rss,.atom,.json,text/html,application/json,application/xml"},
    )
    format = SelectField(
        _l("Read it as"),
        default="auto",
        choices=[
            SelectChoice("auto", _l("Find out")),
            SelectChoice("html", _l("A page (HTML)")),
            SelectChoice("rss", _l("A feed (RSS, Atom, other XML)")),
            SelectChoice("json", _l("A list (JSON)")),
        ],
    )
    limit = WholeField(
        _l("Items at most"),
        default=USUAL_ITEMS,
        validators=[
            InputRequired(_l("Say how many.")),
            NumberRange(1, MOST_ITEMS, _l("From %(min)s to %(max)s.", min=1, max=MOST_ITEMS)),
        ],
    )
    category_id = SelectField(_l("Category"), coerce=int, default=NO_CATEGORY, validators=[InputRequired()])
    price_from = WholeField(
        _l("Invented price from"),
        validators=[Optional(), NumberRange(0, DEAREST, _l("From %(min)s to %(max)s.", min=0, max=DEAREST))],
        description=_l("For items without a price, like news. Left empty, these are skipped."),
    )
    price_to = WholeField(
        _l("Invented price to"),
        validators=[Optional(), NumberRange(0, DEAREST, _l("From %(min)s to %(max)s.", min=0, max=DEAREST))],
    )

    def offer(self, categories: Sequence[Category]) -> None:
        """Fills the list of categories."""
        self.category_id.choices = [(NO_CATEGORY, _("No category")), *((row.id, label(row)) for row in categories)]

    def validate_url(self, field: StringField) -> None:
        """A plain address of the web, unless a file came; whom it belongs to is asked later."""
        if self.has_file:
            return
        if not field.data:
            raise ValidationError(_("Enter a web address, or choose a file."))
        try:
            read_url(field.data)
        except DomainError as error:
            raise ValidationError(explain(error)) from None

    def validate_file(self, field: FileField) -> None:
        """One source at a time."""
        if self.has_file and self.url.data:
            raise ValidationError(_("Either an address or a file: leave one of them empty."))

    def validate_price_to(self, field: WholeField) -> None:
        """A range, or nothing."""
        low, high = self.price_from.data, field.data
        if low is not None and high is not None and high < low:
            raise ValidationError(_("“To” is below “from”."))

    @property
    def has_file(self) -> bool:
        """True when a file was chosen: a browser sends an empty part when none was."""
        return bool(getattr(self.file.data, "filename", ""))

    def options(self) -> dict[str, Any]:
        """The choices as the loader takes them."""
        return options_of(
            format=self.format.data,
            limit=self.limit.data or USUAL_ITEMS,
            category_id=self.category_id.data or None,
            price_from=self.price_from.data,
            price_to=self.price_to.data,
        )
