"""What orders refuse, in words for the person who tried."""

from marketplace.core.errors import N_, Conflict, Invalid, NotFound
from marketplace.orders.states import Status

WHAT_HAPPENED = {
    Status.NEW: N_("The order is open: nobody is working on it now."),
    Status.IN_PROGRESS: N_("The order is already in progress."),
    Status.COMPLETED: N_("The order is already completed."),
    Status.CANCELLED: N_("The order has been cancelled."),
}


class NoSuchOrder(NotFound):
    """There is no such order, or it is somebody else's private one."""

    message = N_("There is no such order, or it is not open to you.")


class IllegalStep(Conflict):
    """The order is in a state from which this step does not lead."""

    def __init__(self, status: Status) -> None:
        super().__init__(WHAT_HAPPENED[status])
        self.status = status


class TermsChanged(Conflict):
    """Nobody promises what they have not read."""

    message = N_("The customer has changed the order since you opened the page. Read it again before you take it.")


class TooManyInProgress(Conflict):
    """The performer already holds as many orders as one person may."""

    message = N_(
        "You already have %(limit)s orders in progress, which is the limit. Complete or withdraw from one first."
    )


class AlreadyRated(Conflict):
    """One review per order."""

    message = N_("You have already rated this order.")


class AlreadyAnswered(Conflict):
    """One answer per review."""

    message = N_("You have already answered this review.")


class NotRatedYet(Conflict):
    """There is no review to answer or to moderate."""

    message = N_("The customer has not rated this order yet.")


class ReviewHidden(Conflict):
    """What nobody reads any more needs no answer."""

    message = N_("A moderator has hidden this review.")


class ForbiddenWrite(Conflict):
    """A writer that bypassed the services tried to break a fact that holds for every writer."""

    message = N_("This value is kept by the system and cannot be set directly.")


class NotAPerformer(Invalid):
    """Orders go to active performers only."""

    message = N_("Choose an active performer.")
