"""Rows of a form that writes lines: products of the catalogue, words with a price, and lines that are there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, FieldList, FormField, StringField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput, TextInput

from marketplace.catalog.errors import ProductNotSold
from marketplace.catalog.models import NAME_LENGTH, Product
from marketplace.catalog.queries.products import EXCERPT_LENGTH, sold_products
from marketplace.core.errors import Invalid
from marketplace.core.money import MAX_AMOUNT
from marketplace.core.text import one_line
from marketplace.orders.errors import LineGivenTwice, NoSuchLine, QuantityOutOfRange, TooManyLines, TotalTooLarge
from marketplace.orders.models import MAX_LINES, MAX_QUANTITY, OrderLine
from marketplace.orders.services import LineInput
from marketplace.web.errors import explain
from marketplace.web.fields import MoneyField, WholeField
from marketplace.web.orders.thumbs import page_of, thumb_of

MOST_ROWS = 2 * MAX_LINES
"""So many come back to be mended when somebody sends too many; who sends more than that wrote no form of ours."""

BLANK_ROWS = 3
"""How many empty rows "More rows" adds."""


class LineForm(FlaskForm):
    """One row. `id` is a line that is there already, `product_id` a product; without both it is free text."""

    class Meta:
        csrf = False

    id = WholeField(widget=HiddenInput())
    product_id = WholeField(widget=HiddenInput())
    name = StringField(_l("What it is"), filters=[one_line], validators=[Length(max=NAME_LENGTH)])
    # Not a number input: a browser would hide from the person what they typed and we refused.
    quantity = WholeField(
        _l("Quantity"), default=1, widget=TextInput(), render_kw={"inputmode": "numeric", "autocomplete": "off"}
    )
    unit_price = MoneyField(_l("Price of one"), minimum=Decimal(0))
    remove = BooleanField(_l("Remove"))

    @property
    def is_void(self) -> bool:
        """True for a row that asks for nothing: nobody has filled it in, or it is to go."""
        typed = any(str(text).strip() for field in (self.id, self.product_id, self.name, self.unit_price)
                    for text in (field.raw_data or [field.data or ""]))  # fmt: skip
        return bool(self.remove.data) or not typed

    def check(self, known: Mapping[int, OrderLine], products: Mapping[int, Product]) -> None:
        """Blames the fields for what cannot be a line of this order."""
        quantity = self.quantity.data
        if not self.quantity.errors and (quantity is None or not 1 <= quantity <= MAX_QUANTITY):
            blame(self.quantity, explain(QuantityOutOfRange(limit=MAX_QUANTITY)))
        if self.id.errors or (self.id.data is not None and self.id.data not in known):
            blame(self.id, explain(NoSuchLine()))
        elif self.product_id.errors or (self.is_product and self.product_id.data not in products):
            blame(self.product_id, explain(ProductNotSold()))
        elif self.is_words(known):
            if not any(character.isalnum() for character in self.name.data or ""):
                blame(self.name, _("Say what it is."))
            if self.unit_price.data is None and not self.unit_price.errors:
                blame(self.unit_price, _("Say what one costs; 0 when nothing."))

    @property
    def is_product(self) -> bool:
        """True for a product that is to be added."""
        return self.id.data is None and self.product_id.data is not None

    def is_words(self, known: Mapping[int, OrderLine]) -> bool:
        """True when name and price are to be read: free text that is new, or that comes back with other words."""
        if self.is_product:
            return False
        line = known.get(self.id.data) if self.id.data is not None else None
        if line is None:
            return self.id.data is None
        return line.product_id is None and bool(self.name.raw_data or self.unit_price.raw_data)

    def wanted(self, known: Mapping[int, OrderLine]) -> LineInput:
        """The row as the services take it, once it has been checked."""
        quantity = self.quantity.data or 0
        line = known.get(self.id.data) if self.id.data is not None else None
        is_kept = line is not None and (
            not self.is_words(known) or (self.name.data, self.unit_price.data) == (line.name, line.unit_price)
        )
        if is_kept:
            return LineInput(quantity, id=self.id.data)
        if self.is_product:
            return LineInput(quantity, product_id=self.product_id.data)
        line_id = line.id if line is not None else None
        return LineInput(quantity, id=line_id, name=self.name.data or "", unit_price=self.unit_price.data)


@dataclass(frozen=True)
class Row:
    """A row as the page shows it: its form, and the line or the product that it stands for."""

    field: FormField[LineForm]
    line: OrderLine | None
    product: Product | None

    @property
    def form(self) -> LineForm:
        """The fields of the row."""
        form: LineForm = self.field.form
        return form

    @property
    def is_words(self) -> bool:
        """True for free text, whose name and price are typed."""
        if self.line is not None:
            return self.line.product_id is None
        return self.form.product_id.data is None and not self.form.product_id.errors

    @property
    def number(self) -> int:
        """Its place in the list, from 1."""
        return int(self.field.short_name) + 1

    @property
    def is_blank(self) -> bool:
        """True for an empty row, which needs no way to remove it."""
        return self.form.is_void and not self.form.remove.data

    @property
    def name(self) -> str:
        """What it is called: as it was when it was added, or as it is now; what was typed for free text."""
        if self.line is not None:
            return self.line.name
        return self.product.name if self.product is not None else ""

    @property
    def unit(self) -> str:
        """What it is counted in."""
        if self.line is not None:
            return self.line.unit
        return self.product.unit if self.product is not None else ""

    @property
    def price(self) -> Decimal | None:
        """What one costs, when it is not typed."""
        if self.line is not None:
            return self.line.unit_price
        return self.product.price if self.product is not None else None

    @property
    def thumb(self) -> str | None:
        """The address of a small picture."""
        return thumb_of(self.product if self.line is None else self.line.product)

    def told(self) -> dict[str, Any]:
        """The row for the script that takes the list over: what was typed, what it stands for, its mistakes."""
        form, product = self.form, self.product if self.line is None else self.line.product
        return {
            "id": form.id.data,
            "product_id": form.product_id.data if self.line is None else self.line.product_id,
            "words": self.is_words,
            "typed_name": form.name.data or "",
            "typed_price": typed(form.unit_price),
            "quantity": typed(form.quantity),
            "name": self.name,
            "unit": self.unit,
            "price": None if self.price is None else f"{self.price:.2f}",
            "thumb": self.thumb,
            "url": page_of(product),
            "description": (product.description[:EXCERPT_LENGTH] if product is not None else ""),
            "errors": {name: [str(words) for words in errors] for name, errors in form.errors.items() if name},
        }


class LinesField(FieldList):  # type: ignore[type-arg]  # generic in the stubs only
    """The rows of all lines, in their order. `known` are the lines that are there already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(FormField(LineForm), *args, **{"max_entries": MOST_ROWS, **kwargs})
        self.known: dict[int, OrderLine] = {}
        self._found: dict[int, Product] = {}
        self._asked: set[int] = set()

    def know(self, lines: Sequence[OrderLine], *, fill: bool) -> None:
        """Says which lines the order has; `fill` makes rows of them, for a form that nobody has sent yet."""
        self.known = {line.id: line for line in lines}
        if fill:
            for line in lines:
                values: dict[str, Any] = {"id": line.id, "quantity": line.quantity}
                if line.product_id is None:
                    values |= {"name": line.name, "unit_price": line.unit_price}
                self.append_entry(values)

    def add_products(self, product_ids: Sequence[int]) -> None:
        """Adds a row for each product that is in the catalogue and not among the rows yet."""
        present = {row.product_id.data for row in self.live()} | {line.product_id for line in self.known.values()}
        products = sold_products(product_ids)
        for product_id in dict.fromkeys(product_ids):
            if product_id in products and product_id not in present and len(self.entries) < MOST_ROWS:
                self.append_entry({"product_id": product_id, "quantity": 1})

    def add_blank(self, number: int = BLANK_ROWS) -> None:
        """Adds empty rows, as many as there is room for."""
        for _row in range(min(number, MAX_LINES - len(self.entries))):
            self.append_entry({})

    def drop_removed(self) -> None:
        """Takes the rows out that are marked to go."""
        for place in reversed(range(len(self.entries))):
            if self.entries[place].form.remove.data:
                self.pop_entry(place)  # type: ignore[call-arg]  # newer than the stubs

    def live(self) -> list[LineForm]:
        """The rows that ask for something."""
        return [row.form for row in self.entries if not row.form.is_void]

    def wanted(self) -> list[LineInput]:
        """The lines as the services take them."""
        return [row.wanted(self.known) for row in self.live()]

    def rows(self) -> list[Row]:
        """The rows with what they stand for, to be shown."""
        products = self._products()
        return [
            Row(row, self.known.get(row.form.id.data or 0), products.get(row.form.product_id.data or 0))
            for row in self.entries
        ]

    def told(self) -> list[dict[str, Any]]:
        """The rows that ask for something, for the script that takes the list over."""
        return [row.told() for row in self.rows() if not row.is_blank]

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Every row for itself, then all together; `errors` holds those of the rows first, then the common ones."""
        live = [row for row in self.entries if not row.form.is_void]
        products = self._products()
        for row in live:
            row.validate(form)
            row.form.check(self.known, products)
        self._refuse_repetition(live)
        rows = [row.errors if row in live else {} for row in self.entries]
        self.errors = [*(rows if any(rows) else ()), *self._common_errors(len(live))]
        return not self.errors

    def _refuse_repetition(self, rows: Sequence[FormField[LineForm]]) -> None:
        seen: set[int] = set()
        for row in rows:
            line_id = row.form.id.data
            if line_id in seen and not row.form.id.errors:
                blame(row.form.id, explain(LineGivenTwice()))
            elif line_id is not None:
                seen.add(line_id)

    def _common_errors(self, number: int) -> list[str]:
        if number > MAX_LINES or len(self.entries) == MOST_ROWS:
            return [explain(TooManyLines(limit=MAX_LINES))]
        return [explain(TotalTooLarge())] if self.total() > MAX_AMOUNT else []

    def total(self) -> Decimal:
        """The sum of the rows, as far as they can be read."""
        sums = [
            (row.form.quantity.data or 0) * (row.form.unit_price.data or row.price or Decimal(0))
            for row in self.rows()
            if not row.form.is_void
        ]
        return sum(sums, Decimal(0))

    def _products(self) -> dict[int, Product]:
        wanted = {row.form.product_id.data for row in self.entries if row.form.id.data is None} - {None}
        if wanted - self._asked:
            self._found |= sold_products(wanted - self._asked)
            self._asked |= wanted
        return self._found

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        # WTForms would take "²" for a digit and then fail on it.
        for key in formdata:
            if key.startswith(f"{prefix}-"):
                index = key[len(prefix) + 1 :].split("-", 1)[0]
                if index.isascii() and index.isdigit() and len(index) <= 4:
                    yield int(index)


def typed(field: Any) -> str:
    """What the field's input holds: what somebody typed, else its value as they would type it."""
    return str(field._value())


def blame(field: Field, words: str) -> None:
    """Adds an error to the field."""
    field.errors = [*field.errors, words]


def blame_for(form: FlaskForm, error: Invalid) -> None:
    """Puts what the domain refused where it belongs: at its field, or above all of them."""
    # A place among the lines is shown above them all: the rows have said their own already.
    field = (error.field or "").partition(".")[0]
    name = {"category": "category_id"}.get(field, field)
    if name in form:
        blame(form[name], explain(error))
    else:
        form.form_errors.append(explain(error))
