"""The states of an order, of its money and of the offers for it, and the steps between them, as data."""

from enum import StrEnum


class Status(StrEnum):
    """Where an order stands. Quoting means that offers are wanted, quoted that there is at least one."""

    NEW = "new"
    QUOTING = "quoting"
    QUOTED = "quoted"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.QUOTING, Status.IN_PROGRESS, Status.CANCELLED}),
    Status.QUOTING: frozenset({Status.QUOTED, Status.CANCELLED}),
    Status.QUOTED: frozenset({Status.QUOTING, Status.IN_PROGRESS, Status.CANCELLED}),
    Status.IN_PROGRESS: frozenset({Status.NEW, Status.COMPLETED, Status.CANCELLED}),
    Status.COMPLETED: frozenset(),
    Status.CANCELLED: frozenset(),
}

ON_BOARD = frozenset({Status.NEW, Status.QUOTING, Status.QUOTED})
"""Nobody has the order yet: it can be taken, or offers can be sent."""


class Pricing(StrEnum):
    """How an order gets its price: the customer names it, or performers offer theirs."""

    FIXED = "fixed"
    QUOTE = "quote"


class MoneyState(StrEnum):
    """Where the money of an order stands."""

    UNPAID = "unpaid"
    PAID = "paid"
    READY_FOR_DELIVERY = "ready_for_delivery"
    DELIVERED = "delivered"


# One step back mends a slip of the hand; what was handed over stays handed over.
MONEY_TRANSITIONS: dict[MoneyState, frozenset[MoneyState]] = {
    MoneyState.UNPAID: frozenset({MoneyState.PAID}),
    MoneyState.PAID: frozenset({MoneyState.UNPAID, MoneyState.READY_FOR_DELIVERY}),
    MoneyState.READY_FOR_DELIVERY: frozenset({MoneyState.PAID, MoneyState.DELIVERED}),
    MoneyState.DELIVERED: frozenset(),
}


class OfferStatus(StrEnum):
    """What became of one version of an offer. Only a sent one is live."""

    SENT = "sent"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    EXPIRED = "expired"
    ACCEPTED = "accepted"


OFFER_TRANSITIONS: dict[OfferStatus, frozenset[OfferStatus]] = {
    OfferStatus.SENT: frozenset(set(OfferStatus) - {OfferStatus.SENT}),
    # The performer gives the order back.
    OfferStatus.ACCEPTED: frozenset({OfferStatus.WITHDRAWN}),
    OfferStatus.SUPERSEDED: frozenset(),
    OfferStatus.WITHDRAWN: frozenset(),
    OfferStatus.DECLINED: frozenset(),
    OfferStatus.EXPIRED: frozenset(),
}


class EventKind(StrEnum):
    """What a line of an order's history tells."""

    STATUS = "status"
    MONEY = "money"
    MANAGER = "manager"
    EDITED = "edited"
    OFFER = "offer"
    COMMENT = "comment"
    FILE = "file"
    REVIEW = "review"
    MODERATED = "moderated"


class Act(StrEnum):
    """What people do with an order that exists."""

    EDIT = "edit"
    TAKE = "take"
    REQUEST_QUOTE = "request_quote"
    OFFER = "offer"
    DECIDE = "decide"
    WITHDRAW = "withdraw"
    COMPLETE = "complete"
    CANCEL = "cancel"
    RATE = "rate"
    ANSWER = "answer"
    ASSIGN = "assign"
    SET_MONEY = "set_money"
    COMMENT = "comment"
    ATTACH = "attach"
    REASSIGN = "reassign"


class OfferAct(StrEnum):
    """What people do with an offer that exists."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


POSSIBLE_IN: dict[Act, frozenset[Status]] = {
    # An offer that somebody has sent is for the order as it was.
    Act.EDIT: frozenset({Status.NEW, Status.QUOTING}),
    Act.TAKE: frozenset({Status.NEW}),
    Act.REQUEST_QUOTE: frozenset({Status.NEW}),
    Act.OFFER: ON_BOARD,
    Act.DECIDE: frozenset({Status.QUOTED}),
    Act.WITHDRAW: frozenset({Status.IN_PROGRESS}),
    Act.COMPLETE: frozenset({Status.IN_PROGRESS}),
    Act.CANCEL: ON_BOARD | {Status.IN_PROGRESS},
    Act.RATE: frozenset({Status.COMPLETED}),
    Act.ANSWER: frozenset({Status.COMPLETED}),
    Act.ASSIGN: ON_BOARD | {Status.IN_PROGRESS},
    Act.SET_MONEY: frozenset({Status.IN_PROGRESS, Status.COMPLETED}),
    Act.COMMENT: frozenset(Status),
    Act.ATTACH: frozenset(Status),
    Act.REASSIGN: frozenset({Status.IN_PROGRESS}),
}

MIN_RATING, MAX_RATING = 1, 10
