"""Categories: create, edit, deactivate; delete only what nothing refers to."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.model.template import macro
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.services import record_audit
from marketplace.admin.audit import changes, snapshot
from marketplace.admin.filters import ChoiceFilter
from marketplace.admin.forms import CategoryForm, ConfirmForm
from marketplace.admin.lists import ListView
from marketplace.catalog.models import Category, Product, Specialty
from marketplace.core.db import db
from marketplace.core.errors import N_, Conflict
from marketplace.orders.models import Order
from marketplace.web.viewer import account as admin

FIELDS = ("slug", "name_ru", "name_en", "position", "is_active")


class CategoryInUse(Conflict):
    """Orders, performers or products stand in this category."""

    message = N_("Orders, performers or products use this category. Take it out of use instead: edit it.")


class CategoryView(ListView):
    """The kinds of work."""

    can_create = can_edit = can_delete = True
    create_title = _l("New category")
    search_hint = _l("Name")
    column_list = ("name_en", "name_ru", "slug", "position", "is_active", "acts")
    column_export_list = ("id", *FIELDS)
    column_sortable_list = FIELDS
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
        category = Category()
        return category if self._save(category, form, "create") else False

    def update_model(self, form: CategoryForm, model: Category) -> bool:
        return self._save(model, form, "update")

    def _save(self, category: Category, form: CategoryForm, act: str) -> bool:
        before = snapshot(category, FIELDS)
        for name in FIELDS:
            setattr(category, name, form[name].data)
        db.session.add(category)
        try:
            db.session.flush()
        except IntegrityError:
            db.session.rollback()
            form.slug.errors = [_("Another category already has this name in addresses.")]
            return False
        old, new = changes(before, snapshot(category, FIELDS))
        if new:
            record_audit(act, category, before={} if act == "create" else old, after=new, by=admin())
        db.session.commit()
        return True

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> ResponseReturnValue:
        """A page that asks, with scripts or without, then deletes what is not used."""
        category = self.get_one(request.args.get("id"))
        return self.act(
            ConfirmForm(),
            lambda: delete_unused(category.id),
            title=_("Delete the category “%(name)s”", name=category.name_en),
            question=_("This cannot be undone. A category that orders, performers or products use is not deleted."),
            submit=_("Delete"),
            style="danger",
            done=_("The category “%(name)s” is deleted.", name=category.name_en),
            back=url_for(".index_view"),
        )

    def get_save_return_url(self, model: Any, is_created: bool = False) -> str:
        return url_for(".index_view")


def delete_unused(category_id: int) -> None:
    """Deletes the category, or raises CategoryInUse; the lock keeps new references out until the end."""
    category = db.session.scalar(
        select(Category).where(Category.id == category_id).with_for_update().execution_options(populate_existing=True)
    )
    if category is None:
        return
    is_used = or_(
        exists().where(Order.category_id == category_id),
        exists().where(Specialty.category_id == category_id),
        exists().where(Product.category_id == category_id),
    )
    if db.session.scalar(select(is_used)):
        raise CategoryInUse
    record_audit("delete", category, before=snapshot(category, FIELDS), by=admin())
    db.session.delete(category)
    db.session.flush()
