"""The caller's own account, as their profile page shows and changes it."""

from __future__ import annotations

from typing import Any, cast

from flask_babel import gettext as _

from marketplace.accounts import queries, services
from marketplace.accounts.models import Account, Profile
from marketplace.accounts.states import Role
from marketplace.api.orders.showing import category_ref
from marketplace.api.protocol.errors import FieldsRefused
from marketplace.api.protocol.operations import operation, require_match
from marketplace.api.schemas.me import (
    WORK_FIELDS,
    ContactDetails,
    CustomerNumbers,
    Language,
    Me,
    PerformerNumbers,
    ProfileChange,
    ProfilePatch,
)
from marketplace.api.schemas.refs import average
from marketplace.catalog.errors import NoSuchCategory
from marketplace.catalog.queries import specialties
from marketplace.catalog.services import set_specialties
from marketplace.orders.queries.performers import customer_counters, performer_counters
from marketplace.web.errors import explain
from marketplace.web.language import forget_choices
from marketplace.web.programs import API
from marketplace.web.viewer import account

PROFILE_FIELDS = {"name", "about", "headline", "usual_price", "price_unit"}
PREFERENCES = ("locale", "time_zone")


@operation("GET", "/me", tag="me", answer=Me, is_tagged=True)
def get_me() -> Me:
    """Read the own account.

    With the numbers of the own cabinet.
    """
    return shown_me(account())


@operation("PATCH", "/me", tag="me", body=ProfileChange, answer=Me, errors=(412,), is_tagged=True)
def edit_me(body: ProfileChange) -> Me:
    """Change the own account.

    Only what is sent changes. Who is no performer gets a 422 for what only performers say of themselves. The email,
    the password and the role are not changed here.
    """
    owner = queries.locked_owner(account().id)
    require_match(shown_me(owner))
    sent = body.model_fields_set
    if owner.role is not Role.PERFORMER and sent & WORK_FIELDS:
        raise FieldsRefused(
            {name: [_("Only performers say this of themselves.")] for name in sorted(sent & WORK_FIELDS)}
        )
    services.update_profile(owner, by=owner, **profile_values(body))
    if "category_ids" in sent:
        work_in(owner, body.category_ids)
    if sent & set(PREFERENCES):
        wanted = {name: getattr(body if name in sent else owner, name) for name in PREFERENCES}
        services.update_preferences(owner, by=owner, **wanted)
        forget_choices()
    return shown_me(owner)


def profile_values(body: ProfilePatch) -> dict[str, Any]:
    """What was sent of the profile's columns."""
    values = {name: getattr(body, name) for name in body.model_fields_set & PROFILE_FIELDS}
    if "contacts" in body.model_fields_set:
        values |= {name: getattr(body.contacts, name) for name in body.contacts.model_fields_set}
    if "portfolio" in body.model_fields_set:
        values["links"] = list(dict.fromkeys(body.portfolio))
    return values


def work_in(owner: Account, category_ids: list[int]) -> None:
    """Makes these the categories that the person works in; the refusal names the field that was sent."""
    try:
        set_specialties(owner, category_ids, by=owner)
    except NoSuchCategory as error:
        raise FieldsRefused({"category_ids": [explain(error)]}) from None


def shown_me(owner: Account) -> Me:
    """The account as its owner sees it."""
    return Me(
        id=owner.id,
        email=owner.email,
        role=owner.role,
        **profile_fields(owner.profile),
        categories=[category_ref(category) for category in specialties([owner.id])[owner.id]],
        as_customer=customer_numbers(owner) if owner.role is Role.CUSTOMER else None,
        as_performer=performer_numbers(owner) if owner.role is Role.PERFORMER else None,
        locale=cast("Language | None", owner.locale),
        time_zone=owner.time_zone,
        created_at=owner.created_at,
        links=links(owner),
    )


def profile_fields(profile: Profile) -> dict[str, Any]:
    """All that somebody says of themselves, for themselves and for admins."""
    return {
        "name": profile.name,
        "contacts": contact_details(profile),
        "about": profile.about,
        "headline": profile.headline,
        "usual_price": profile.usual_price,
        "price_unit": profile.price_unit,
        "portfolio": profile.links,
    }


def contact_details(profile: Profile) -> ContactDetails:
    """How to reach the person; only for those who may see it."""
    return ContactDetails(phone=profile.phone, messenger=profile.messenger, site=profile.site)


def customer_numbers(owner: Account) -> CustomerNumbers:
    """The numbers of a customer's cabinet."""
    counters = customer_counters(owner)
    return CustomerNumbers(posted=counters.posted, completed=counters.completed, cancelled=counters.cancelled)


def performer_numbers(owner: Account) -> PerformerNumbers:
    """The numbers of a performer's cabinet."""
    counters = performer_counters(owner)
    return PerformerNumbers(
        taken=counters.taken,
        completed=counters.completed,
        withdrawn=counters.withdrawn,
        rating=average(counters.rating),
        reviews=counters.rating_count,
    )


def links(owner: Account) -> dict[str, str]:
    """Where the account is, and what others see of it."""
    found = {"self": f"{API}/me"}
    if owner.has_page:
        found |= {"public": f"{API}/performers/{owner.id}", "page": f"/performers/{owner.id}"}
    return found
