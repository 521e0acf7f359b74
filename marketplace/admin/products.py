"""Products: found, exported, taken off sale and put back; what they are is changed on the desk's own page."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.model.template import macro
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists, or_, select

from marketplace.admin.filters import ChoiceFilter, Choices, DayFilter
from marketplace.admin.gate import row_id
from marketplace.admin.lists import ListView
from marketplace.admin.orders import category_choices
from marketplace.catalog import services
from marketplace.catalog.models import Category, Product, ProductPicture
from marketplace.web.viewer import account as admin


def yes_or_no() -> Choices:
    """The two answers."""
    return [("yes", _l("Yes")), ("no", _l("No"))]


def has_pictures(wanted: bool) -> ColumnElement[bool]:
    """Products with pictures, or those without."""
    found = exists().where(ProductPicture.product_id == Product.id)
    return found if wanted else ~found


class ProductView(ListView):
    """Everything in the catalogue, on sale or not."""

    search_hint = _l("Name or address of the source")
    loads = (Product.category,)
    column_list = ("name", "price", "unit", "category", "is_active", "priced_at", "created_at", "acts")
    column_export_list = (
        "id",
        "name",
        "description",
        "price",
        "unit",
        "category.slug",
        "is_active",
        "priced_at",
        "source_url",
        "source_key",
        "created_at",
        "updated_at",
    )
    column_sortable_list = ("price", "created_at")
    column_labels = {
        "id": _l("Id"),
        "name": _l("Product name"),
        "description": _l("Description"),
        "price": _l("Price"),
        "unit": _l("Unit"),
        "category": _l("Category"),
        "category.slug": _l("Category"),
        "is_active": _l("On sale"),
        "priced_at": _l("Price as of"),
        "source_url": _l("Source"),
        "source_key": _l("Key in the source"),
        "created_at": _l("Added"),
        "updated_at": _l("Changed"),
        "acts": _l("Actions"),
    }
    column_formatters = {
        "name": macro("product_name"),
        "price": macro("money_cell"),
        "category": macro("product_category"),
        "is_active": macro("yes_no_cell"),
        "priced_at": macro("moment_cell"),
        "created_at": macro("moment_cell"),
        "acts": macro("product_acts"),
    }
    column_filters = (
        ChoiceFilter(
            "sale",
            _l("On sale"),
            yes_or_no,
            lambda value: Product.is_active.is_(value == "yes"),
        ),
        ChoiceFilter(
            "category",
            _l("Category"),
            category_choices,
            lambda value: Product.category_id == select(Category.id).where(Category.slug == value).scalar_subquery(),
        ),
        ChoiceFilter("pictures", _l("With pictures"), yes_or_no, lambda value: has_pictures(value == "yes")),
        ChoiceFilter(
            "loaded",
            _l("Loaded from a source"),
            yes_or_no,
            lambda value: Product.source_key.is_not(None) if value == "yes" else Product.source_key.is_(None),
        ),
        DayFilter("since", _l("Price from the day"), lambda moment: Product.priced_at >= moment),
        DayFilter("until", _l("Price until the day"), lambda moment: Product.priced_at < moment, until=True),
    )

    def matching(self, word: str) -> ColumnElement[bool]:
        return or_(*(column.icontains(word, autoescape=True) for column in (Product.name, Product.source_url)))

    @expose("/hide/", methods=("POST",))
    def hide_view(self) -> ResponseReturnValue:
        """Off sale: only the desk sees it."""
        product_id = row_id(request.args.get("id"))
        return self.act_at_once(
            lambda: services.hide_product(product_id, by=admin()),
            done=_("The product is off sale: only the desk sees it now."),
            back=self.back(url_for(".index_view")),
        )

    @expose("/show/", methods=("POST",))
    def show_view(self) -> ResponseReturnValue:
        """On sale again."""
        product_id = row_id(request.args.get("id"))
        return self.act_at_once(
            lambda: services.show_product(product_id, by=admin()),
            done=_("The product is on sale again."),
            back=self.back(url_for(".index_view")),
        )
