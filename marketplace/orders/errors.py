"""What orders refuse, in words for the person who tried."""

from marketplace.core.errors import N_, Conflict, Invalid, NotFound
from marketplace.orders.states import MoneyState, OfferStatus, Status

WHAT_HAPPENED = {
    Status.NEW: N_("The order is open: nobody is working on it now."),
    Status.QUOTING: N_("The order waits for offers."),
    Status.QUOTED: N_("There are offers for the order as it is now: decide on them first."),
    Status.IN_PROGRESS: N_("The order is already in progress."),
    Status.COMPLETED: N_("The order is already completed."),
    Status.CANCELLED: N_("The order has been cancelled."),
}


MONEY_NOW = {
    MoneyState.UNPAID: N_("The order is not paid."),
    MoneyState.PAID: N_("The order is paid already."),
    MoneyState.READY_FOR_DELIVERY: N_("The order is ready for delivery already."),
    MoneyState.DELIVERED: N_("The order is delivered already."),
}

WHAT_BECAME = {
    OfferStatus.SENT: N_("The offer still waits for an answer."),
    OfferStatus.SUPERSEDED: N_("There is a newer version of this offer."),
    OfferStatus.WITHDRAWN: N_("The offer has been withdrawn."),
    OfferStatus.DECLINED: N_("The offer has been declined."),
    OfferStatus.EXPIRED: N_("The offer has expired."),
    OfferStatus.ACCEPTED: N_("The offer has been accepted."),
}


class NoSuchOrder(NotFound):
    """There is no such order, or it is somebody else's private one."""

    message = N_("There is no such order, or it is not open to you.")


class IllegalStep(Conflict):
    """The order is in a state from which this step does not lead."""

    def __init__(self, status: Status) -> None:
        super().__init__(WHAT_HAPPENED[status])
        self.status = status


class IllegalMoneyStep(Conflict):
    """The money is in a state from which this step does not lead."""

    def __init__(self, state: MoneyState) -> None:
        super().__init__(MONEY_NOW[state])
        self.state = state


class NoSuchOffer(NotFound):
    """There is no such offer, or it is somebody else's."""

    message = N_("There is no such offer, or it is not open to you.")


class IllegalOfferStep(Conflict):
    """The offer is not live any more."""

    def __init__(self, status: OfferStatus) -> None:
        super().__init__(WHAT_BECAME[status])
        self.status = status


class GoesByQuote(Conflict):
    """Such an order is not taken: its customer compares offers."""

    message = N_("The price of this order goes by offers: send yours.")


class FixedPrice(Conflict):
    """Such an order is taken as it is."""

    message = N_("The customer has not asked for offers: the order can be taken as it is.")


class TooManyLines(Invalid):
    """A list that long is not an order any more."""

    message = N_("An order has at most %(limit)s lines.")


class NoSuchLine(Invalid):
    """A line that is not one of this order."""

    message = N_("One of the lines does not belong to this order. Read the order again.")


class LineGivenTwice(Invalid):
    """A line of the order that is asked for at two places of one list."""

    message = N_("The same line is there twice. Keep one of the two.")


class LineNotFound(NotFound):
    """The order has no such line, or not any more."""

    message = N_("There is no such line on this order.")


class ProductKeepsName(Invalid):
    """What comes from the catalogue is called as it was when it was added."""

    message = N_("A product keeps the name that it had when it was added.")


class ProductKeepsPrice(Invalid):
    """What comes from the catalogue costs what it did when it was added."""

    message = N_("A product keeps the price that it had when it was added.")


class LineIncomplete(Invalid):
    """A line is a product of the catalogue, or words with a price."""

    message = N_("Line %(number)s needs a product, or a name and a price.")


class QuantityOutOfRange(Invalid):
    """A line has at least one of something."""

    message = N_("The quantity is a whole number from 1 to %(limit)s.")


class TotalTooLarge(Invalid):
    """No column could hold more, and no order is worth more."""

    message = N_("The sum of the order is too large.")


class CannotManage(Invalid):
    """Orders are looked after by active managers and admins."""

    message = N_("Choose an active manager.")


class NotACustomer(Invalid):
    """Orders are for active customers."""

    message = N_("There is no active customer with this address.")


class TermsChanged(Conflict):
    """Nobody promises what they have not read."""

    message = N_("The customer has changed the order since you read it. Read it again before you take it.")


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


class OrderHidden(Conflict):
    """Nothing begins on an order that a moderator took off the board."""

    message = N_("A moderator has hidden this order: nothing begins on it until it is shown again.")


class PerformerGone(Conflict):
    """The account was blocked, or is not a performer's any more."""

    message = N_("This performer does not take orders any more.")


class PerformerBusy(Conflict):
    """The performer holds as many orders as one person may; `TooManyInProgress` says so to the performer."""

    message = N_("This performer already has %(limit)s orders in progress, which is the limit. Accept the offer later.")


class TermsChangedBeforeOffer(Conflict):
    """Nobody names a price for what they have not read."""

    message = N_("The customer has changed the order since you read it. Read it again before you send your offer.")


class NothingChanged(Conflict):
    """Also what a second press of the button meets."""

    message = N_("This offer says the same as the one that you have already sent.")


class TooManyVersions(Conflict):
    """An offer rewritten that often is not one any more."""

    message = N_("An offer can have at most %(limit)s versions.")


class PriceNotGiven(Invalid):
    """An offer names a price, or lines that add up to one."""

    message = N_("Name a price, or lines that add up to more than zero.")


class PriceIsNotTheSum(Invalid):
    """Two prices of one offer would leave everybody guessing."""

    message = N_("The price of an offer with lines is their sum. Leave it out.")


class DaysOutOfRange(Invalid):
    """Work takes a day at least."""

    message = N_("The number of days is a whole number from 1 to %(limit)s.")


class MessageTooLong(Invalid):
    """A message, not a book."""

    message = N_("The message is longer than %(limit)s characters.")


class ExpiresInThePast(Invalid):
    """An offer that nobody could accept."""

    message = N_("Choose a day that is not over yet.")


class ExpiresTooFar(Invalid):
    """Nobody knows what anything will cost by then."""

    message = N_("The day is too far away.")


class CategoryInUse(Conflict):
    """Orders, performers or products stand in this category."""

    message = N_("Orders, performers or products use this category. Take it out of use instead: edit it.")


class NoSuchFilter(NotFound):
    """There is no such kept filter, or it is somebody else's."""

    message = N_("There is no such filter.")


class TooManyFilters(Conflict):
    """Nobody finds anything among more."""

    message = N_("You keep %(limit)s filters already. Delete one first.")


class EmptyRange(Invalid):
    """Nothing is between these two."""

    message = N_("“To” is below “from”.")


class TooManyCalledSo(Invalid):
    """Whom somebody means by so little of a name is anybody's guess."""

    message = N_("More than %(limit)s people are called so. Write more of the name.")


class DeadlinePassed(Invalid):
    """Nobody can keep it any more."""

    message = N_("The deadline is in the past.")


class DeadlineTooFar(Invalid):
    """Nobody knows what will be by then."""

    message = N_("The deadline is too far away.")


class NoSuchEvent(Invalid):
    """Whoever has read on to there has read in another database."""

    message = N_("There has never been such an event. Begin again without “after”.")


class FeedBusy(Conflict):
    """Somebody has been writing for so long that nobody knows where the feed ends."""

    message = N_("Events are being written just now. Ask again in a moment.")
