"""What happened, read-only: the history of orders and the audit trail of admins."""

from __future__ import annotations

from flask_admin.model.template import macro
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select

from marketplace.accounts.models import AuditEntry
from marketplace.admin.filters import ChoiceFilter, Choices, DayFilter, PlainFilter
from marketplace.admin.lists import ListView
from marketplace.admin.orders import NUMBER, SHORT_NUMBER, ids_by_email, status_choices
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.states import EventKind, Status
from marketplace.web.filters import LABELS

ACTIONS = {
    "create": _l("created"),
    "update": _l("changed"),
    "delete": _l("deleted"),
    "block": _l("blocked"),
    "unblock": _l("unblocked"),
    "sign_out": _l("signed out"),
    "change_role": _l("changed the role"),
    "hide": _l("hid"),
    "show": _l("showed again"),
    "cancel": _l("cancelled"),
    "reassign": _l("reassigned"),
}

SUBJECTS = {
    "Account": _l("Person"),
    "Profile": _l("Profile"),
    "Category": _l("Category"),
    "Product": _l("Product"),
    "Order": _l("Order"),
    "Review": _l("Review"),
    "Comment": _l("Comment"),
    "Attachment": _l("File"),
}


def action_words(name: str) -> str:
    """What an admin did, in words; a name that is new here stays as it is."""
    return str(ACTIONS.get(name, name))


def subject_words(name: str) -> str:
    """What it was done to, in words."""
    return str(SUBJECTS.get(name, name))


def kind_choices() -> Choices:
    """Every kind of event with its words."""
    return [(kind.value, LABELS[kind]) for kind in EventKind]


class HistoryView(ListView):
    """Everything that happened to orders, newest first."""

    search_hint = _l("Order number")
    loads = (OrderEvent.actor, OrderEvent.performer, OrderEvent.manager)
    column_list = ("at", "order_id", "kind", "from_status", "to_status", "actor", "performer", "note")
    column_export_list = (
        "at",
        "order_id",
        "kind",
        "detail",
        "from_status",
        "to_status",
        "actor.email",
        "performer.email",
        "manager.email",
        "note",
    )
    column_sortable_list = ()
    column_labels = {
        "at": _l("When"),
        "order_id": _l("Order"),
        "kind": _l("What"),
        "detail": _l("Details"),
        "manager.email": _l("Manager"),
        "from_status": _l("From"),
        "to_status": _l("To"),
        "actor": _l("Who"),
        "actor.email": _l("Who"),
        "performer": _l("Performer"),
        "performer.email": _l("Performer"),
        "note": _l("Note"),
    }
    column_formatters = {
        "at": macro("moment_cell"),
        "order_id": macro("order_id_cell"),
        "kind": macro("event_cell"),
        "from_status": macro("status_cell"),
        "to_status": macro("status_cell"),
        "actor": macro("person_cell"),
        "performer": macro("person_cell"),
        "note": macro("prose_cell"),
    }
    column_filters = (
        ChoiceFilter("kind", _l("What"), kind_choices, lambda value: OrderEvent.kind == EventKind(value)),
        ChoiceFilter("to", _l("To"), status_choices, lambda value: OrderEvent.to_status == Status(value)),
        PlainFilter("performer", _l("Performer's email"), lambda email: OrderEvent.performer_id == ids_by_email(email)),
    )

    def matching(self, word: str) -> ColumnElement[bool]:
        ids = [int(word)] if SHORT_NUMBER.fullmatch(word) else []
        number = word if NUMBER.fullmatch(word) else ""
        by_number = select(Order.id).where(Order.number == number).scalar_subquery()
        return or_(OrderEvent.order_id.in_(ids), OrderEvent.order_id == by_number)


class AuditView(ListView):
    """Everything that admins wrote, newest first: who, what, before, after."""

    search_hint = _l("Number of the subject")
    loads = (AuditEntry.actor,)
    column_list = ("at", "actor", "action", "subject_type", "before", "after")
    column_export_list = ("at", "actor.email", "action", "subject_type", "subject_id", "before", "after")
    column_sortable_list = ()
    column_labels = {
        "at": _l("When"),
        "actor": _l("Who"),
        "actor.email": _l("Who"),
        "action": _l("What"),
        "subject_type": _l("To what"),
        "subject_id": _l("Number"),
        "before": _l("Before"),
        "after": _l("After"),
    }
    column_formatters = {
        "at": macro("moment_cell"),
        "actor": macro("person_cell"),
        "action": macro("action_cell"),
        "subject_type": macro("subject_cell"),
        "before": macro("values_cell"),
        "after": macro("values_cell"),
    }
    column_filters = (
        ChoiceFilter("what", _l("What"), lambda: _listed(ACTIONS), lambda value: AuditEntry.action == value),
        ChoiceFilter("kind", _l("To what"), lambda: _listed(SUBJECTS), lambda value: AuditEntry.subject_type == value),
        PlainFilter("who", _l("Admin's email"), lambda email: AuditEntry.actor_id == ids_by_email(email)),
        DayFilter("since", _l("From"), lambda moment: AuditEntry.at >= moment),
        DayFilter("until", _l("Until"), lambda moment: AuditEntry.at < moment, until=True),
    )

    def matching(self, word: str) -> ColumnElement[bool]:
        return AuditEntry.subject_id == word


def _listed(words: dict[str, object]) -> Choices:
    return list(words.items())
