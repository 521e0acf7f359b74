"""The states of an order and the steps between them, as data."""

from enum import StrEnum


class Status(StrEnum):
    """Where an order stands."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.IN_PROGRESS, Status.CANCELLED}),
    Status.IN_PROGRESS: frozenset({Status.NEW, Status.COMPLETED, Status.CANCELLED}),
    Status.COMPLETED: frozenset(),
    Status.CANCELLED: frozenset(),
}


class Act(StrEnum):
    """What people do with an order that exists."""

    EDIT = "edit"
    TAKE = "take"
    WITHDRAW = "withdraw"
    COMPLETE = "complete"
    CANCEL = "cancel"
    RATE = "rate"
    ANSWER = "answer"


POSSIBLE_IN: dict[Act, frozenset[Status]] = {
    Act.EDIT: frozenset({Status.NEW}),
    Act.TAKE: frozenset({Status.NEW}),
    Act.WITHDRAW: frozenset({Status.IN_PROGRESS}),
    Act.COMPLETE: frozenset({Status.IN_PROGRESS}),
    Act.CANCEL: frozenset({Status.NEW, Status.IN_PROGRESS}),
    Act.RATE: frozenset({Status.COMPLETED}),
    Act.ANSWER: frozenset({Status.COMPLETED}),
}

MIN_RATING, MAX_RATING = 1, 10
