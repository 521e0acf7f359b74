"""What people say of themselves, mended by admins."""

from __future__ import annotations

from marketplace.accounts import queries, services
from marketplace.accounts.models import Account
from marketplace.api.me import profile_fields, profile_values
from marketplace.api.protocol.operations import operation, require_match
from marketplace.api.schemas.users import UserProfile, UserProfilePatch
from marketplace.web.guards import ADMINS
from marketplace.web.programs import API
from marketplace.web.viewer import account

ONE = "/users/<id:user_id>/profile"


@operation("GET", ONE, tag="users", answer=UserProfile, gate=ADMINS, errors=(403, 404), is_tagged=True)
def get_profile(user_id: int) -> UserProfile:
    """Read somebody's profile.

    For admins. All that the person says of themselves, whatever their role.
    """
    return shown_profile(queries.get_account(user_id))


@operation(
    "PATCH",
    ONE,
    tag="users",
    body=UserProfilePatch,
    answer=UserProfile,
    gate=ADMINS,
    errors=(403, 404, 412),
    is_tagged=True,
)
def edit_profile(user_id: int, body: UserProfilePatch) -> UserProfile:
    """Mend somebody's profile.

    For admins. Only what is sent changes, and the audit trail keeps what it was before. In which language the site
    speaks to people, and what performers work in, is theirs to say.
    """
    by = account()
    owner = services.locked_for_mending(user_id, by)
    require_match(shown_profile(owner))
    services.mend_profile(user_id, **profile_values(body), by=by)
    return shown_profile(owner)


def shown_profile(owner: Account) -> UserProfile:
    """The profile as admins see it."""
    return UserProfile(
        id=owner.id,
        **profile_fields(owner.profile),
        updated_at=owner.profile.updated_at,
        links={"self": f"{API}/users/{owner.id}/profile", "user": f"{API}/users/{owner.id}"},
    )
