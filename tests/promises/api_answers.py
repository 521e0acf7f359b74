"""What every program is answered at the doors of the API: written from the rules, not from the code.

The acts on one order are in `order_answers`: the same table as for the pages, through another door. Here is what is
different there, and everything else. A program whose token is worth nothing is told so, wherever it asks: 401.
"""

from __future__ import annotations

from typing import Any

ACTS: dict[str, tuple[str, str, int, Any]] = {
    "show": ("GET", "", 200, None),
    "edit": ("PATCH", "", 200, {"title": "Another title", "price": "200"}),
    "take": ("POST", "/take", 200, {}),
    "withdraw": ("POST", "/withdraw", 200, {"reason": "No time"}),
    "complete": ("POST", "/complete", 200, None),
    "cancel": ("POST", "/cancel", 200, {"reason": "Not needed"}),
    "rate": ("POST", "/rate", 200, {"rating": 7, "text": "Good"}),
    "answer": ("POST", "/answer", 200, {"answer": "Thank you"}),
    "request-quote": ("POST", "/request-quote", 200, None),
    "assign": ("POST", "/assign", 200, {"manager_id": "#{admin}"}),
    "money": ("POST", "/money", 200, {"state": "paid"}),
}
"""For each act of the table: the method, the end of the address, the answer when it is done, and the body."""

DOORS = """
                                           anonymous owner customer performer stranger manager observer admin blocked
GET    /openapi.json                       200       200   200      200       200      200     200      200   401
POST   /orders/{in_progress}/pay           401       403   404      403       404      200     403      200   401
POST   /orders/{completed}/pay             401       403   404      403       404      200     403      200   401
POST   /orders/{open}/pay                  401       403   403      403       403      409     403      409   401
POST   /orders/{in_progress}/ready         401       403   404      403       404      409     403      409   401
POST   /orders/{completed}/ready           401       403   404      403       404      409     403      409   401
POST   /orders/{in_progress}/deliver       401       403   404      403       404      409     403      409   401
POST   /orders/{open}/deliver              401       403   403      403       403      409     403      409   401
"""

BODIES: dict[str, Any] = {}
"""What is sent to each `METHOD path`, where it takes a body: right in every field."""

CHANGES_NOTHING: set[str] = set()
"""Done by whoever it is meant for, these leave the database as it was."""
