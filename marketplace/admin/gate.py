"""What every admin view promises: admins only, no foreign return address, acts that ask before they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm

from marketplace.accounts.policies import may_administer
from marketplace.core.db import db
from marketplace.core.errors import N_, Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.core.paging import bounded_id
from marketplace.web.checking import answer_check
from marketplace.web.errors import STATUS_CODES, explain
from marketplace.web.guards import ADMINS
from marketplace.web.language import template_values
from marketplace.web.safe import local_address

MAX_CHOSEN = 100


class AdminOnly(BaseView):
    """A view that only admins reach."""

    def is_accessible(self) -> bool:
        """Flask-Admin asks before every page; its own answer is yes to everybody."""
        return bool(current_user.is_authenticated and may_administer(current_user))

    def inaccessible_callback(self, name: str, **kwargs: Any) -> NoReturn:
        """The site's own refusal page."""
        raise NotAllowed(ADMINS.refusal)

    def _handle_view(self, name: str, **kwargs: Any) -> ResponseReturnValue | None:
        # Flask-Admin redirects to `url` after a form and fails on one that it cannot parse.
        for target in request.values.getlist("url"):
            if target and local_address(target, "") != target:
                abort(400, description=_("The address to return to is not one of this site."))
        return super()._handle_view(name, **kwargs)

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # Flask-Admin runs a view a second time, differently, when the first run raised a TypeError.
        return fn(self, *args, **kwargs)

    def render(self, template: str, **kwargs: Any) -> str:
        # Flask-Admin calls its own bundle of templates `theme`, which to our layout is light or dark.
        self._template_args["theme"] = template_values()["theme"]
        return super().render(template, **kwargs)

    def back(self, default: str) -> str:
        """Where the person came from, else `default`."""
        return request.values.get("url") or default

    def act(
        self,
        form: FlaskForm,
        do: Callable[[], object],
        *,
        title: str,
        submit: str,
        done: str,
        back: str,
        style: str = "primary",
        template: str = "admin/act.html",
        **facts: Any,
    ) -> ResponseReturnValue:
        """A page that shows `form` and asks; once it is sent, runs `do`, commits and goes `back` saying `done`.

        A refusal of the domain appears in the form, with its status; nothing is changed then.
        """
        code = 200
        if request.method == "POST":
            answer_check(form)
            if form.validate():
                try:
                    do()
                    db.session.commit()
                except (Conflict, Invalid) as error:
                    db.session.rollback()
                    form.form_errors.append(explain(error))
                    code = status_of(error)
                else:
                    flash(done, "success")
                    return redirect(back)
            else:
                code = 422
        page = self.render(template, form=form, title=title, submit=submit, style=style, back=back, **facts)
        return page, code

    def act_at_once(self, do: Callable[[], object], *, done: str, back: str) -> ResponseReturnValue:
        """Runs `do`, which can be undone and so is not asked about, and commits; a refusal gets the site's page."""
        do()
        db.session.commit()
        flash(done, "success")
        return redirect(back)


def status_of(error: DomainError) -> int:
    """The status code that the whole site answers such a refusal with."""
    return next(code for kind, code in STATUS_CODES.items() if isinstance(error, kind))


def row_id(text: Any) -> int:
    """`text` from an address as a row id; what cannot be one does not exist."""
    try:
        if not (isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 20):
            raise ValueError
        return bounded_id(text)
    except ValueError:
        raise NotFound from None


def chosen_ids() -> list[int]:
    """The rows named by every `id` in the address."""
    ids = sorted({row_id(text) for text in request.args.getlist("id")})
    if not ids:
        raise NotFound
    if len(ids) > MAX_CHOSEN:
        raise Invalid(N_("Choose at most %(limit)s at a time."), limit=MAX_CHOSEN)
    return ids
