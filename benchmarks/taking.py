"""Taking an order by the form, against the same SQL sent by hand."""

from __future__ import annotations

from typing import Any

from benchmarks.market import Market, plant
from benchmarks.rounds import Pair
from benchmarks.visitor import Visitor, call

PlantedOrder = tuple[int, str]
"""Its id and its terms."""

PERFORMERS = 10
"""They take turns, so that nobody's pile of work grows to what nobody has."""


def taking(market: Market, turns: int) -> tuple[Pair, int]:
    """A pair that takes a fresh order at every call, and how many statements a take is."""
    with market.app.app_context():
        fresh = plant(2 * turns + 2 * PERFORMERS, word="беседку")
    orders = iter(fresh)
    takers = [Taker(market, f"performer{number}@example.com") for number in range(1, PERFORMERS + 1)]
    for taker in takers:
        taker.learn(next(orders))
    return (
        Pair(
            floor=lambda turn: takers[turn % PERFORMERS].take_by_hand(next(orders)),
            ours=lambda turn: takers[turn % PERFORMERS].take(next(orders)),
        ),
        len(takers[0].statements),
    )


class Taker:
    """A performer with a browser, and with a connection to the database."""

    def __init__(self, market: Market, email: str) -> None:
        self.market = market
        self.browser = Visitor(market.app).sign_in(email)
        self.token = self.browser.token("/board")
        self.connection = market.connect()
        self.statements: list[tuple[str, Any]] = []
        self.learned = 0

    def take(self, order: PlantedOrder) -> None:
        """By the form."""
        order_id, terms = order
        request = self.browser.request(f"/orders/{order_id}/take", terms=terms, csrf_token=self.token)
        answer = call(self.market.app, request)
        assert answer.status == 302, answer.headers

    def learn(self, order: PlantedOrder) -> None:
        """Takes by the form and remembers the statements."""
        self.market.sent = []
        self.take(order)
        self.statements, self.market.sent = self.market.sent, None
        self.learned = order[0]

    def take_by_hand(self, order: PlantedOrder) -> None:
        """The remembered statements, with this order's id in place of the other's, and COMMIT."""
        with self.connection.cursor() as cursor:
            for statement, values in self.statements:
                cursor.execute(statement, self._with_order(values, order[0]))
                if cursor.description is not None:
                    cursor.fetchall()
        self.connection.commit()

    def _with_order(self, values: Any, order_id: int) -> dict[str, Any]:
        # The id is larger than that of any account, so that nothing else is mistaken for it.
        return {name: order_id if value == self.learned else value for name, value in values.items()}
