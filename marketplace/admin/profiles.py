"""Profiles: what people say of themselves, mended by an admin through the service."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_admin.model.template import macro
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select

from marketplace.accounts import services
from marketplace.accounts.models import Account, Profile
from marketplace.accounts.services.mending import PROFILE_FIELDS
from marketplace.accounts.states import PriceUnit, Role
from marketplace.admin.filters import ChoiceFilter
from marketplace.admin.forms import ProfileForm, role_choices
from marketplace.admin.lists import ListView
from marketplace.core.db import db
from marketplace.core.errors import Conflict, Invalid
from marketplace.web.errors import explain
from marketplace.web.viewer import account as admin


class ProfileView(ListView):
    """Everybody's profile; it is made and goes with the account."""

    can_edit = True
    search_hint = _l("Name, headline or contact")
    column_list = ("name", "headline", "phone", "messenger", "site", "usual_price", "updated_at", "acts")
    column_export_list = ("account_id", *PROFILE_FIELDS, "updated_at")
    column_sortable_list = ("name", "usual_price", "updated_at")
    column_labels = {
        "account_id": _l("Id"),
        "name": _l("Name"),
        "headline": _l("Headline"),
        "about": _l("About, experience"),
        "phone": _l("Phone"),
        "messenger": _l("Messenger"),
        "site": _l("Site"),
        "usual_price": _l("Usual price"),
        "price_unit": _l("Price is"),
        "links": _l("Portfolio"),
        "updated_at": _l("Changed"),
        "acts": _l("Actions"),
    }
    column_formatters = {
        "name": macro("profile_name"),
        "usual_price": macro("money_cell"),
        "updated_at": macro("moment_cell"),
        "acts": macro("edit_act"),
    }
    column_filters = (
        ChoiceFilter(
            "role",
            _l("Role"),
            role_choices,
            lambda value: Profile.account_id.in_(select(Account.id).where(Account.role == Role(value))),
        ),
    )

    def matching(self, word: str) -> ColumnElement[bool]:
        columns = (Profile.name, Profile.headline, Profile.phone, Profile.messenger, Profile.site)
        return or_(*(column.icontains(word, autoescape=True) for column in columns))

    def get_edit_form(self) -> type[ProfileForm]:
        return ProfileForm

    def update_model(self, form: ProfileForm, model: Profile) -> bool:
        """Through the service; the audit line names only what changed."""
        values = {name: form[name].data for name in PROFILE_FIELDS} | {"price_unit": PriceUnit(form.price_unit.data)}
        try:
            services.mend_profile(model.account_id, by=admin(), **values)
            db.session.commit()
        except (Conflict, Invalid) as error:
            db.session.rollback()
            form.form_errors.append(explain(error))
            return False
        return True

    def get_save_return_url(self, model: Any, is_created: bool = False) -> str:
        return url_for("admin_accounts.details_view", id=model.account_id)
