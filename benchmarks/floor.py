"""The floor of the board: the smallest Flask application that shows the same rows, one query and one template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask, render_template

Condition = tuple[str, tuple[Any, ...]]
"""What comes after the WHERE of QUERY, and its values."""

QUERY = """
SELECT o.id, o.title, left(o.description, 180), c.name_ru, o.total, o.deadline, p.name, o.created_at
FROM orders o
JOIN categories c ON c.id = o.category_id
JOIN profiles p ON p.account_id = o.customer_id
WHERE o.status IN ('new', 'quoting', 'quoted') AND o.hidden_at IS NULL {condition}
ORDER BY o.created_at DESC, o.id DESC
LIMIT 25
"""


def make_floor(connection: Any, conditions: Sequence[Condition]) -> Flask:
    """An application with a page per condition, /0 and so on, over an open psycopg2 connection."""
    app = Flask("benchmarks")
    connection.autocommit = True
    queries = [(QUERY.format(condition=condition), values) for condition, values in conditions]

    @app.get("/<int:number>")
    def board(number: int) -> str:
        with connection.cursor() as cursor:
            cursor.execute(*queries[number])
            return render_template("floor.html", rows=cursor.fetchall())

    return app
