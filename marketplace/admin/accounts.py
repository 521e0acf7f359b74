"""People: list, create, block, sign out, and give a whole group another role."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action
from flask_admin.model.template import macro
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_security import hash_password
from sqlalchemy import ColumnElement, or_, select

from marketplace.accounts import services
from marketplace.accounts.models import Account, AuditEntry, Profile
from marketplace.accounts.queries import live_sessions
from marketplace.accounts.states import Role
from marketplace.admin.filters import ChoiceFilter, DayFilter
from marketplace.admin.forms import AccountForm, ConfirmForm, ReasonForm, RoleForm, role_choices
from marketplace.admin.gate import chosen_ids, row_id
from marketplace.admin.lists import ListView
from marketplace.core.db import db
from marketplace.core.errors import Conflict, Invalid, NotFound
from marketplace.orders.queries.performers import customer_counters, performer_counters
from marketplace.web.errors import explain
from marketplace.web.viewer import account as admin

LATEST = 10


class AccountView(ListView):
    """Everybody with an account. Nobody is ever deleted, and no password is ever shown."""

    can_create = can_view_details = True
    create_title = _l("New account")
    search_hint = _l("Email or name")
    column_list = ("email", "profile.name", "role", "active", "created_at", "acts")
    column_export_list = ("id", "email", "profile.name", "role", "active", "blocked_at", "block_reason", "created_at")
    column_sortable_list = ("email", "role", "active", "created_at")
    column_labels = {
        "id": _l("Id"),
        "email": _l("Email"),
        "profile.name": _l("Name"),
        "role": _l("Role"),
        "active": _l("State"),
        "blocked_at": _l("Blocked at"),
        "block_reason": _l("Reason"),
        "created_at": _l("Registered"),
        "acts": _l("Actions"),
    }
    column_formatters = {
        "email": macro("account_email"),
        "role": macro("label_cell"),
        "active": macro("account_state"),
        "created_at": macro("moment_cell"),
        "acts": macro("account_acts"),
    }
    column_filters = (
        ChoiceFilter("role", _l("Role"), role_choices, lambda value: Account.role == Role(value)),
        ChoiceFilter(
            "state",
            _l("State"),
            lambda: [("active", _l("Active")), ("blocked", _l("Blocked"))],
            lambda value: Account.active.is_(value == "active"),
        ),
        DayFilter("since", _l("Registered from"), lambda moment: Account.created_at >= moment),
        DayFilter("until", _l("Registered until"), lambda moment: Account.created_at < moment, until=True),
    )

    def matching(self, word: str) -> ColumnElement[bool]:
        named = select(Profile.account_id).where(Profile.name.icontains(word, autoescape=True))
        return or_(Account.email.icontains(word, autoescape=True), Account.id.in_(named))

    def get_create_form(self) -> type[AccountForm]:
        return AccountForm

    def create_model(self, form: AccountForm) -> Account | bool:
        """Through the service, which also writes the audit line."""
        try:
            account = services.create_account(
                email=str(form.email.data),
                password_hash=hash_password(str(form.password.data)),
                role=Role(form.role.data),
                name=str(form.name.data),
                by=admin(),
            )
            db.session.commit()
        except (Conflict, Invalid) as error:
            db.session.rollback()
            form.email.errors = [explain(error)]
            return False
        return account

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """One person: who they are, what they did, where they are signed in, what admins did to them."""
        account = self.get_one(request.args.get("id"))
        trail = db.session.scalars(
            select(AuditEntry)
            .where(AuditEntry.subject_type.in_(("Account", "Profile")), AuditEntry.subject_id == str(account.id))
            .order_by(AuditEntry.id.desc())
            .limit(LATEST)
        ).all()
        return self.render(
            "admin/account.html",
            person=account,
            posted=customer_counters(account),
            worked=performer_counters(account),
            sessions=live_sessions(account),
            trail=trail,
        )

    @expose("/block/", methods=("GET", "POST"))
    def block_view(self) -> ResponseReturnValue:
        """Asks why, then blocks."""
        account = self.get_one(request.args.get("id"))
        form = ReasonForm()
        return self.act(
            form,
            lambda: services.block_account(account.id, reason=str(form.reason.data), by=admin()),
            title=_("Block %(name)s", name=account.name),
            question=_("They are signed out everywhere and can do nothing until they are unblocked."),
            people=[account],
            submit=_("Block"),
            style="danger",
            done=_("%(name)s is blocked.", name=account.name),
            back=self.page_of(account),
        )

    @expose("/unblock/", methods=("POST",))
    def unblock_view(self) -> ResponseReturnValue:
        """Lets the person in again."""
        account = self.get_one(request.args.get("id"))
        return self.act_at_once(
            lambda: services.unblock_account(account.id, by=admin()),
            done=_("%(name)s can sign in again.", name=account.name),
            back=self.back(self.page_of(account)),
        )

    @expose("/sign-out/", methods=("GET", "POST"))
    def sign_out_view(self) -> ResponseReturnValue:
        """Asks, then ends every session of the person."""
        account = self.get_one(request.args.get("id"))
        number = len(live_sessions(account))
        return self.act(
            ConfirmForm(),
            lambda: services.sign_out_account(account.id, by=admin()),
            title=_("Sign %(name)s out everywhere", name=account.name),
            question=ngettext("%(num)s device is signed in.", "%(num)s devices are signed in.", number),
            people=[account],
            submit=_("Sign out everywhere"),
            style="danger",
            done=_("%(name)s is signed out everywhere.", name=account.name),
            back=self.page_of(account),
        )

    @action("change_role", _l("Change role…"))
    def action_change_role(self, ids: list[str]) -> ResponseReturnValue | None:
        """To the page that asks for the role; without scripts too, so the choice travels in the address."""
        if not ids:
            flash(_("Choose at least one person first."), "warning")
            return None
        return redirect(url_for(".roles_view", id=[row_id(text) for text in ids]))

    @expose("/roles/", methods=("GET", "POST"))
    def roles_view(self) -> ResponseReturnValue:
        """Shows the group, asks for the role, and changes it for all of them or for none."""
        ids = chosen_ids()
        people = db.session.scalars(select(Account).where(Account.id.in_(ids)).order_by(Account.email)).all()
        if len(people) != len(ids):
            raise NotFound
        form = RoleForm()
        return self.act(
            form,
            lambda: services.change_roles(ids, role=Role(form.role.data), by=admin()),
            title=ngettext("Change the role of %(num)s person", "Change the role of %(num)s people", len(ids)),
            question=_("Those whose role changes are signed out and sign in again with the new one."),
            people=people,
            submit=_("Change the role"),
            done=ngettext("The role of %(num)s person is set.", "The role of %(num)s people is set.", len(ids)),
            back=url_for(".index_view"),
        )

    def page_of(self, account: Account) -> str:
        """The person's page here."""
        return url_for(".details_view", id=account.id)

    def get_save_return_url(self, model: Any, is_created: bool = False) -> str:
        return self.page_of(model)
