"""Shapes of a product, of its pictures, and of what somebody looks for in the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import (
    BooleanField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from marketplace.catalog.models import (
    DESCRIPTION_LENGTH,
    MAX_PICTURES,
    NAME_LENGTH,
    SOURCE_LENGTH,
    UNIT_LENGTH,
    Category,
    Product,
)
from marketplace.catalog.queries import ProductFilter
from marketplace.core.pictures import MAX_BYTES
from marketplace.core.text import one_line, tidy
from marketplace.web.checking import Form
from marketplace.web.fields import MoneyField, SelectChoice
from marketplace.web.filters import label

MAX_WORDS = 100
NO_CATEGORY = 0
ACCEPTED = "image/jpeg,image/png,image/webp"
NOTHING = Decimal(0)


class ProductFilterForm(FlaskForm):
    """What somebody looks for. Sent by GET, so it carries no token and changes nothing."""

    class Meta:
        csrf = False

    q = StringField(_l("Words in name or description"), filters=[one_line], validators=[Length(max=MAX_WORDS)])
    category = SelectField(_l("Category"), filters=[one_line])
    price_from = MoneyField(_l("Price from"), minimum=NOTHING, validators=[Optional()])
    price_to = MoneyField(_l("Price to"), minimum=NOTHING, validators=[Optional()])
    with_pictures = BooleanField(_l("With pictures only"))
    hidden = BooleanField(_l("Off sale instead"))
    # Without a label of its own WTForms reads its whole catalogue, at every request, to translate the field's name.
    cursor = HiddenField("", validators=[Length(max=200)])

    def offer(self, categories: Sequence[Category]) -> None:
        """Fills the list of categories."""
        self.category.choices = [("", _("All categories")), *((row.slug, label(row)) for row in categories)]

    def validate_price_to(self, field: MoneyField) -> None:
        """A range that can hold something."""
        if field.data is not None and self.price_from.data is not None and field.data < self.price_from.data:
            raise ValidationError(_("“To” is below “from”."))

    def wanted(self, *, sees_hidden: bool) -> ProductFilter:
        """The filter as the query takes it; what is off sale is only for those who may see it."""
        return ProductFilter(
            words=self.q.data or "",
            category=self.category.data or "",
            price_from=self.price_from.data,
            price_to=self.price_to.data,
            with_pictures=self.with_pictures.data,
            hidden=sees_hidden and self.hidden.data,
        )


class PicturesForm(Form):
    """Pictures to add."""

    pictures = MultipleFileField(
        _l("Pictures"),
        description=_l(
            "JPEG, PNG or WebP, up to %(size)s MB each, at most %(number)s.",
            size=MAX_BYTES // 1024**2,
            number=MAX_PICTURES,
        ),
        render_kw={"accept": ACCEPTED},
    )

    def files(self) -> list[FileStorage]:
        """Those that were sent: a browser sends an empty part when nothing was chosen, and a text is no file."""
        return [file for file in self.pictures.data or () if getattr(file, "filename", "")]


class MorePicturesForm(PicturesForm):
    """Pictures to add to a product that is there."""

    def validate_pictures(self, field: MultipleFileField) -> None:
        """At least one: a browser sends an empty part when nothing was chosen."""
        if not self.files():
            raise ValidationError(_("Choose one picture or several."))


class ProductForm(PicturesForm):
    """What a product is, what it costs, where that was read."""

    name = StringField(
        _l("Product name"),
        filters=[one_line],
        validators=[DataRequired(_l("Name the product.")), Length(max=NAME_LENGTH)],
    )
    description = TextAreaField(_l("Description"), filters=[tidy], validators=[Length(max=DESCRIPTION_LENGTH)])
    price = MoneyField(_l("Price"), validators=[InputRequired(_l("Enter the price."))])
    unit = StringField(
        _l("Unit"),
        filters=[one_line],
        validators=[Length(max=UNIT_LENGTH)],
        description=_l("What the price is for: a piece, a metre, a pack."),
    )
    category_id = SelectField(_l("Category"), coerce=int, validators=[InputRequired()])
    source_url = StringField(
        _l("Source"),
        filters=[lambda text: (text or "").strip()],
        validators=[Length(max=SOURCE_LENGTH)],
        description=_l("The address of the page where the price was read."),
        render_kw={"inputmode": "url", "autocomplete": "off"},
    )

    def offer(self, categories: Sequence[Category], product: Product | None = None) -> None:
        """Fills the list of categories; a product keeps its own, whatever became of it for new ones."""
        listed = list(categories)
        if product is not None and product.category is not None and product.category not in listed:
            listed.append(product.category)
        self.category_id.choices = [(NO_CATEGORY, _("No category")), *((row.id, label(row)) for row in listed)]

    def validate_name(self, field: StringField) -> None:
        """A name that somebody can see: it is the link to the product."""
        if not any(character.isalnum() for character in field.data or ""):
            raise ValidationError(_("Name the product."))

    def product_values(self) -> dict[str, Any]:
        """The values as the services take them."""
        return {
            "name": self.name.data,
            "description": self.description.data,
            "price": self.price.data,
            "unit": self.unit.data,
            "category_id": self.category_id.data or None,
            "source_url": self.source_url.data or None,
        }


class MoveForm(Form):
    """Which way a picture goes."""

    direction = RadioField(
        _l("Direction"),
        choices=[SelectChoice("up"), SelectChoice("down")],
        validators=[InputRequired(_l("Choose one."))],
    )


class ConfirmForm(Form):
    """No field: carries the CSRF token."""
