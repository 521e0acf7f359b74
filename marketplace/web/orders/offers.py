"""Routes of offers: send one, look at it, compare all for an order, decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import UnprocessableEntity

from marketplace.accounts.errors import NoSuchAccount
from marketplace.accounts.models import Account
from marketplace.accounts.queries import get_account
from marketplace.accounts.states import Role
from marketplace.core.db import db
from marketplace.core.errors import Conflict, Invalid, NotAllowed
from marketplace.orders import policies, services
from marketplace.orders.errors import NoSuchOffer, NoSuchOrder, NothingChanged, TermsChangedBeforeOffer
from marketplace.orders.models import Offer, Order
from marketplace.orders.queries import offers as queries
from marketplace.orders.queries import orders
from marketplace.orders.states import Act, OfferAct, Pricing
from marketplace.web.errors import explain
from marketplace.web.orders.asking import ask, asked_for
from marketplace.web.orders.blueprint import blueprint
from marketplace.web.orders.forms import ConfirmForm
from marketplace.web.orders.line_rows import blame_for
from marketplace.web.orders.offer_changes import changes
from marketplace.web.orders.offer_forms import OfferForm, WordForm
from marketplace.web.viewer import account


@dataclass(frozen=True)
class Shown:
    """What an order's page tells somebody of the offers for it; nothing at all to most."""

    summary: queries.Summary | None = None
    accepted: Offer | None = None
    own: Sequence[Offer] = field(default=())


def offers_for(order: Order, user: Account | None) -> Shown:
    """The figures for whoever compares, their own versions for a performer."""
    if user is None or order.pricing is not Pricing.QUOTE:
        return Shown()
    if policies.may_compare_offers(user, order):
        return Shown(summary=queries.summary(order), accepted=queries.accepted(order))
    return Shown(own=queries.versions(order.id, user.id))


@blueprint.get("/orders/<id:order_id>/offers")
def offer_list(order_id: int) -> ResponseReturnValue:
    """The live offers side by side, and what became of the others."""
    order, user = orders.get_order(order_id), account()
    if not policies.may_view(user, order):
        raise NoSuchOrder
    if not policies.may_compare_offers(user, order):
        raise NotAllowed(policies.refusal(Act.DECIDE, user, order))
    chosen = request.args.get("sort", queries.OfferSort.PRICE.value)
    if chosen not in list(queries.OfferSort):
        raise UnprocessableEntity(_("There is no such list."))
    cursor = request.args.get("cursor")
    return render_template(
        "orders/offer_list.html",
        order=order,
        summary=queries.summary(order),
        page=queries.side_by_side(order, queries.OfferSort(chosen), cursor),
        settled=queries.settled(order) if cursor is None else [],
        sort=chosen,
        may=may,
    )


@blueprint.route("/orders/<id:order_id>/offers/new", methods=["GET", "POST"])
def offer_new(order_id: int) -> ResponseReturnValue:
    """Send an offer, or a new version of it."""
    order, user = asked_for(Act.OFFER, order_id), account()
    is_own = user.role is Role.PERFORMER
    wanted, lines = OfferForm(), orders.lines(order)
    performer = user if is_own else named_performer()
    last = next(iter(queries.versions(order.id, performer.id)), None) if performer is not None else None
    if is_own:
        del wanted.performer
    elif request.method != "POST" and performer is not None:
        wanted.performer.data = performer.email
    if request.method != "POST":
        wanted.show(order, last, lines)
    code = None
    if request.method == "POST" and "more" in request.form:
        wanted.lines.add_blank()
        code = 200
    elif wanted.validate_on_submit():
        try:
            offer = services.send_offer(
                order_id, wanted.wanted(), by=user, performer=wanted.person, terms=wanted.terms.data or None
            )
        except (Invalid, TermsChangedBeforeOffer, NothingChanged) as error:
            code = refused(wanted, error)
            # Whoever sends it once more has read what it says now.
            order, lines = orders.get_order(order_id), orders.lines(order)
            wanted.terms.data = order.terms
        else:
            offer_id = offer.id
            flash(_("The offer is sent. The customer decides."), "success")
            db.session.commit()
            return redirect(url_for("orders.offer_show", offer_id=offer_id))
    page = render_template("orders/offer_new.html", form=wanted, order=order, lines=lines, last=last)
    return page, code or (422 if request.method == "POST" else 200)


def refused(form: OfferForm, error: Invalid | Conflict) -> int:
    """Shows in the form what the domain refused, with everything typed still in it; returns the status."""
    db.session.rollback()
    if isinstance(error, Invalid):
        blame_for(form, error)
        return 422
    form.form_errors.append(explain(error))
    return 409


def named_performer() -> Account | None:
    """For whom the desk opened the page, when a link says so."""
    text = request.args.get("performer", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        return None
    try:
        return get_account(int(text))
    except NoSuchAccount:
        return None


@blueprint.get("/offers/<id:offer_id>")
def offer_show(offer_id: int) -> ResponseReturnValue:
    """One version as it would lie on the table, the other versions, and what changed between them."""
    offer, user = queries.get_offer(offer_id), account()
    if not policies.may_see_offer(user, offer):
        raise NoSuchOffer
    versions = queries.versions(offer.order_id, offer.performer_id)
    history = [
        (version, changes(older, version) if older is not None else [])
        for version, older in zip(versions, [*versions[1:], None], strict=True)
    ]
    return render_template(
        "orders/offer_show.html",
        offer=offer,
        order=offer.order,
        newest=versions[0],
        history=history,
        may=may,
        obstacle=obstacle_to_accept(offer, user),
        may_view_order=policies.may_view(user, offer.order),
        may_offer=policies.may(Act.OFFER, user, offer.order) and offer.order.can(Act.OFFER),
    )


def may(act: str, offer: Offer) -> bool:
    """True when the person who looks could do `act` to the offer now."""
    wanted = OfferAct(act)
    return policies.offer_refusal(wanted, account(), offer) is None and offer.can(wanted)


def obstacle_to_accept(offer: Offer, user: Account) -> str | None:
    """Why nobody can say yes to an offer that otherwise `user` could; None when they can, or never could."""
    obstacle = offer.obstacle(OfferAct.ACCEPT)
    if obstacle is None or policies.offer_refusal(OfferAct.ACCEPT, user, offer) is not None:
        return None
    return explain(obstacle)


@blueprint.route("/offers/<id:offer_id>/accept", methods=["GET", "POST"])
def offer_accept(offer_id: int) -> ResponseReturnValue:
    """Give the order to the offer's performer."""
    form = ConfirmForm()
    if form.validate_on_submit():
        offer = services.accept_offer(offer_id, limit=current_app.config["MAX_ORDERS_IN_PROGRESS"], by=account())
        order_id, name = offer.order_id, offer.performer.name
        flash(_("The offer is accepted: %(name)s works on the order from now on.", name=name), "success")
        db.session.commit()
        return redirect(url_for("orders.order_show", order_id=order_id))
    return ask("orders/offer_accept.html", form, offer=asked_about(OfferAct.ACCEPT, offer_id))


@blueprint.route("/offers/<id:offer_id>/decline", methods=["GET", "POST"])
def offer_decline(offer_id: int) -> ResponseReturnValue:
    """Say no to an offer."""
    form = WordForm()
    if form.validate_on_submit():
        offer = services.decline_offer(offer_id, reason=form.reason.data or "", by=account())
        order_id = offer.order_id
        flash(_("The offer is declined."), "success")
        db.session.commit()
        return redirect(url_for("orders.offer_list", order_id=order_id))
    return ask("orders/offer_decline.html", form, offer=asked_about(OfferAct.DECLINE, offer_id))


@blueprint.route("/offers/<id:offer_id>/withdraw", methods=["GET", "POST"])
def offer_withdraw(offer_id: int) -> ResponseReturnValue:
    """Take an offer back."""
    form = WordForm()
    if form.validate_on_submit():
        services.withdraw_offer(offer_id, reason=form.reason.data or "", by=account())
        flash(_("The offer is withdrawn."), "success")
        db.session.commit()
        return redirect(url_for("orders.offer_show", offer_id=offer_id))
    return ask("orders/offer_withdraw.html", form, offer=asked_about(OfferAct.WITHDRAW, offer_id))


def asked_about(act: OfferAct, offer_id: int) -> Offer:
    """The offer of a page that asks before `act`; refuses as the act itself would."""
    offer = queries.get_offer(offer_id)
    services.refuse_offer(act, offer, by=account())
    return offer
