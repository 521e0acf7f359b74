"""Gates: who may come through a face's door at all. Finer questions are asked of the domain's policies."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import Blueprint, Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import Unauthorized

from marketplace.accounts.states import Role
from marketplace.core.errors import N_, NotAllowed
from marketplace.web.programs import is_for_program


@dataclass(frozen=True)
class Gate:
    """Who comes through: everybody when `roles` is None, else the signed-in people of these roles."""

    roles: frozenset[Role] | None
    refusal: str = ""


PUBLIC = Gate(None)
SIGNED_IN = Gate(frozenset(Role))
CUSTOMERS = Gate(frozenset({Role.CUSTOMER}), N_("This is the cabinet of customers. Your account is of another type."))
PERFORMERS = Gate(
    frozenset({Role.PERFORMER}), N_("This is the cabinet of performers. Your account is of another type.")
)
DESK = Gate(frozenset({Role.MANAGER, Role.ADMIN}), N_("This is the desk of managers. Your account is of another type."))
ADMINS = Gate(frozenset({Role.ADMIN}), N_("Only admins may enter here."))

LIBRARY_GATES = {
    "static": PUBLIC,
    "security.login": PUBLIC,
    "security.register": PUBLIC,
    "security.logout": PUBLIC,
    "security.static": PUBLIC,
    "security.verify": SIGNED_IN,
    "security.change_password": SIGNED_IN,
}
"""Gates of the routes that libraries bring."""

_gates: dict[str, Gate] = dict(LIBRARY_GATES)


def gated_blueprint(name: str, package: str, gate: Gate, *, public: Collection[str] = ()) -> Blueprint:
    """A blueprint whose every route has `gate`, except those named in `public`."""
    _gates[name] = gate
    for route in public:
        _gates[f"{name}.{route}"] = PUBLIC
    return Blueprint(name, package)


def declare(prefix: str, gate: Gate) -> None:
    """Gives all routes of the blueprint `prefix`, made by a library, their gate."""
    _gates[prefix] = gate


def gate_of(endpoint: str) -> Gate | None:
    """The gate of a route: its own, else its blueprint's; None when nobody declared one."""
    return _gates.get(endpoint) or _gates.get(endpoint.rpartition(".")[0])


def verify(app: Flask) -> None:
    """The last step of start-up: a route without a gate is a mistake of ours, found before anybody else finds it."""
    undeclared = sorted({rule.endpoint for rule in app.url_map.iter_rules() if gate_of(rule.endpoint) is None})
    if undeclared:
        raise RuntimeError(f"routes without a gate: {', '.join(undeclared)}")
    app.before_request(check_gate)


def check_gate() -> ResponseReturnValue | None:
    """Sends those who have not signed in to do so and refuses those of the wrong type."""
    if request.endpoint is None:
        return None
    gate = gate_of(request.endpoint)
    if gate is None:
        abort(404)
    if gate.roles is None:
        return None
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    if current_user.role not in gate.roles:
        raise NotAllowed(gate.refusal or None)
    return None


def ask_to_sign_in() -> ResponseReturnValue:
    """To the sign-in page and back here; a form that was sent cannot be carried along, so it is a plain 401.

    A program has no use for a page.
    """
    if is_for_program():
        raise Unauthorized(_("Sign in and send the access token: Authorization: Bearer …"))
    if request.method in ("GET", "HEAD"):
        target = request.full_path.rstrip("?")
        return redirect(url_for("security.login", next=target))
    raise Unauthorized(_("Sign in first, then do it again."))
