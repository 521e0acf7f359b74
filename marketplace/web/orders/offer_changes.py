"""What one version of an offer says otherwise than the one before, in words for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask_babel import gettext as _

from marketplace.orders.models import Line, Offer
from marketplace.web.filters import moment, money, number


class Change(NamedTuple):
    """One thing that is said otherwise; "" where it was not, or is not any more."""

    what: str
    before: str
    after: str


def changes(old: Offer, new: Offer) -> list[Change]:
    """Everything that differs, the price first."""
    found = [
        Change(_("Price"), money(old.price), money(new.price)),
        Change(_("Days of work"), number(old.days), number(new.days)),
        Change(_("Valid until"), validity(old), validity(new)),
        *_lines(old.lines, new.lines),
        Change(_("Message"), old.message, new.message),
    ]
    return [change for change in found if change.before != change.after]


def validity(offer: Offer) -> str:
    """Until when it can be accepted."""
    return moment(offer.expires_at) or _("Until withdrawn")


def _lines(old: Sequence[Line], new: Sequence[Line]) -> Iterator[Change]:
    before, after = _told(old), _told(new)
    for name in [*after, *(name for name in before if name not in after)]:
        yield Change(name[0], before.get(name, ""), after.get(name, ""))


def _told(lines: Sequence[Line]) -> dict[tuple[str, int], str]:
    seen: Counter[str] = Counter()
    told = {}
    for line in lines:
        # Two lines may have one name: the second is compared with the second.
        seen[line.name] += 1
        told[line.name, seen[line.name]] = f"{number(line.quantity)} × {money(line.unit_price)}"
    return told
