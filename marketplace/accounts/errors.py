"""What accounts refuse."""

from marketplace.core.errors import N_, Conflict, Invalid, NotAllowed, NotFound


class NoSuchAccount(NotFound):
    """Nobody has this id, or the account is closed to this viewer."""

    message = N_("There is no such person.")


class NoSuchSession(NotFound):
    """The person has no such device; somebody else's answers the same."""

    message = N_("There is no such device.")


class NoSuchTicket(NotAllowed):
    """Forged, used, too old, or of somebody who is not signed in any more."""

    message = N_("This ticket is not valid.")


class NoSuchToken(NotAllowed):
    """Forged, of another site, too old, used, or of somebody who is not signed in any more."""

    message = N_("This token is not valid. Sign in again.")


class NoSuchTimeZone(Invalid):
    """Times could not be shown in it."""

    message = N_("Choose a time zone from the list.")


class EmailTaken(Invalid):
    """Another account has this address."""

    message = N_("An account with this email already exists.")


class OwnAccount(Conflict):
    """Admins who block or demote themselves could lock everybody out."""

    message = N_("You cannot do this to your own account. Ask another admin.")
