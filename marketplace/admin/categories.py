"""Categories: create, edit, deactivate; delete only what nothing refers to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.model.template import macro
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_

from marketplace.admin.filters import ChoiceFilter
from marketplace.admin.forms import CategoryForm, ConfirmForm
from marketplace.admin.lists import ListView
from marketplace.catalog import services
from marketplace.catalog.errors import SlugTaken
from marketplace.catalog.models import Category
from marketplace.catalog.services import CATEGORY_FIELDS
from marketplace.core.db import db
from marketplace.orders.services import delete_category
from marketplace.web.errors import explain
from marketplace.web.viewer import account as admin


class CategoryView(ListView):
    """The kinds of work."""

    can_create = can_edit = can_delete = True
    create_title = _l("New category")
    search_hint = _l("Name")
    column_list = ("name_en", "name_ru", "slug", "position", "is_active", "acts")
    column_export_list = ("id", *CATEGORY_FIELDS)
    column_sortable_list = CATEGORY_FIELDS
    column_default_sort = "position"
    column_labels = {
        "id": _l("Id"),
        "name_en": _l("Name in English"),
        "name_ru": _l("Name in Russian"),
        "slug": _l("Name in addresses"),
        "position": _l("Position"),
        "is_active": _l("Takes new orders"),
        "acts": _l("Actions"),
    }
    column_formatters = {"is_active": macro("yes_no_cell"), "acts": macro("category_acts")}
    column_filters = (
        ChoiceFilter(
            "use",
            _l("Takes new orders"),
            lambda: [("yes", _l("Yes")), ("no", _l("No"))],
            lambda value: Category.is_active.is_(value == "yes"),
        ),
    )

    def matching(self, word: str) -> ColumnElement[bool]:
        columns = (Category.name_en, Category.name_ru, Category.slug)
        return or_(*(column.icontains(word, autoescape=True) for column in columns))

    def get_form(self) -> type[CategoryForm]:
        return CategoryForm

    def create_model(self, form: CategoryForm) -> Category | bool:
        return self._save(form, lambda values: services.create_category(**values, by=admin()))

    def update_model(self, form: CategoryForm, model: Category) -> bool:
        return bool(self._save(form, lambda values: services.edit_category(model.id, **values, by=admin())))

    def _save(self, form: CategoryForm, save: Callable[[dict[str, Any]], Category]) -> Category | bool:
        try:
            category = save({name: form[name].data for name in CATEGORY_FIELDS})
        except SlugTaken as error:
            db.session.rollback()
            form.slug.errors = [explain(error)]
            return False
        db.session.commit()
        return category

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> ResponseReturnValue:
        """A page that asks, with scripts or without, then deletes what is not used."""
        category = self.get_one(request.args.get("id"))
        return self.act(
            ConfirmForm(),
            lambda: delete_category(category.id, by=admin()),
            title=_("Delete the category “%(name)s”", name=category.name_en),
            question=_("This cannot be undone. A category that orders, performers or products use is not deleted."),
            submit=_("Delete"),
            style="danger",
            done=_("The category “%(name)s” is deleted.", name=category.name_en),
            back=url_for(".index_view"),
        )

    def get_save_return_url(self, model: Any, is_created: bool = False) -> str:
        return url_for(".index_view")
