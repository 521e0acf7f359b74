"""Routes of people: the directory of performers, one performer, one's own profile."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Row

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.catalog import queries as catalog
from marketplace.catalog.services import set_specialties
from marketplace.core.db import db
from marketplace.core.paging import Page
from marketplace.orders import policies
from marketplace.orders.queries import performers
from marketplace.orders.queries.board import Count
from marketplace.web.contacts import contacts_of
from marketplace.web.language import LOCALE_COOKIE, keep_choice, select_locale
from marketplace.web.people.blueprint import blueprint
from marketplace.web.people.forms import DirectoryForm, PerformerProfileForm, ProfileForm
from marketplace.web.viewer import account, viewer

FILTERS = ("q", "category", "rating", "sort")


@blueprint.get("/performers")
def performer_list() -> ResponseReturnValue:
    """The directory, as the address filters and orders it; anybody may look."""
    form = DirectoryForm(request.args)
    form.offer(catalog.active_categories())
    fine = form.validate()
    page: Page[Row[Any]] = Page(items=[], next_cursor=None, is_first=True)
    count = Count(0, False)
    if fine:
        page = performers.performers(form.wanted(), form.cursor.data or None)
        count = performers.count_performers(form.wanted()) if page.items else count
    return render_template(
        "people/performer_list.html",
        form=form,
        page=page,
        count=count,
        specialties=catalog.specialties(row.account_id for row in page.items),
        filters={name: request.args[name] for name in FILTERS if request.args.get(name)},
    ), 200 if fine else 422


@blueprint.get("/performers/<id:performer_id>")
def performer_show(performer_id: int) -> ResponseReturnValue:
    """What everybody may know of a performer; contacts only for those whom the policy lets see them."""
    performer = performers.get_performer(performer_id)
    user = viewer()
    return render_template(
        "people/performer_show.html",
        performer=performer,
        categories=catalog.specialties([performer_id])[performer_id],
        reviews=performers.visible_reviews(performer_id, request.args.get("cursor") or None),
        ratings=performers.latest_ratings(performer_id),
        contacts=contacts_of(performer_id, user),
        is_own=user is not None and user.id == performer_id,
        user=user,
        may_view=policies.may_view,
    )


@blueprint.route("/profile", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    """One's own profile: look at it and change it."""
    owner = account()
    form = ProfileForm.of(
        owner,
        select_locale(),
        catalog.active_categories(),
        catalog.specialties([owner.id])[owner.id],
    )
    if form.validate_on_submit():
        return save(owner, form)
    page = render_template(
        "people/profile.html", form=form, owner=owner, is_performer=owner.role is Role.PERFORMER, name=owner.name
    )
    return page, 422 if form.is_submitted() else 200


def save(owner: Account, form: ProfileForm) -> ResponseReturnValue:
    """Keeps what a valid form says; the chosen language takes hold at once."""
    accounts.update_profile(owner, by=owner, **form.profile_values())
    if isinstance(form, PerformerProfileForm):
        set_specialties(owner, form.categories.data or [], by=owner)
    locale = form.locale.data or None
    accounts.update_preferences(owner, locale=locale, time_zone=form.time_zone.data or None, by=owner)
    with force_locale(locale or select_locale()):
        flash(_("Your profile is saved."), "success")
    response = make_response(redirect(url_for("people.profile")))
    keep_choice(response, LOCALE_COOKIE, locale)
    db.session.commit()
    return response
