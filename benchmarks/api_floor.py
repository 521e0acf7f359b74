"""The floor of the JSON API: the smallest Flask application that reads and writes the same rows, by psycopg2.

A token that comes is checked, and the rows of its session and its person are read, as nobody can do without.
"""

from __future__ import annotations

from typing import Any

import jwt
from flask import Flask, jsonify, request

BOARD = """
SELECT o.id, o.number, o.title, left(o.description, 180), c.id, c.slug, c.name_ru, o.status, o.pricing, o.price,
       o.total, o.deadline, p.account_id, p.name, o.created_at, o.updated_at
FROM orders o
JOIN categories c ON c.id = o.category_id
JOIN profiles p ON p.account_id = o.customer_id
WHERE o.status IN ('new', 'quoting', 'quoted') AND o.hidden_at IS NULL
ORDER BY o.created_at DESC, o.id DESC
LIMIT 25
"""
ORDER = """
SELECT o.id, o.number, o.title, o.description, c.id, c.slug, c.name_ru, o.status, o.pricing, o.price,
       o.total, o.deadline, p.account_id, p.name, o.created_at, o.updated_at
FROM orders o
JOIN categories c ON c.id = o.category_id
JOIN profiles p ON p.account_id = o.customer_id
WHERE o.id = %s
"""
WHO = """
SELECT s.id, s.seen_at, a.id, a.email, a.role, a.locale, a.time_zone
FROM account_sessions s
JOIN accounts a ON a.id = s.account_id
WHERE s.id = %s AND a.id = %s AND s.ended_at IS NULL AND a.active
"""
POST = (
    "INSERT INTO orders (title, description, category_id, pricing, price, deadline, customer_id, author_id, status,"
    " created_at, updated_at) VALUES (%(title)s, %(description)s, %(category)s, 'fixed', %(price)s, %(deadline)s,"
    " %(person)s, %(person)s, 'new', now(), now()) RETURNING id",
    "INSERT INTO order_events (order_id, kind, at, actor_id, to_status)"
    " VALUES (%(order)s, 'status', now(), %(person)s, 'new')",
    "UPDATE category_counters SET open_orders = open_orders + 1 WHERE category_id = %(category)s",
    "UPDATE customer_counters SET posted = posted + 1 WHERE account_id = %(person)s",
)
TAKE = (
    "SELECT id FROM accounts WHERE id = %(person)s FOR NO KEY UPDATE",
    "SELECT status, category_id FROM orders WHERE id = %(order)s FOR UPDATE",
    "SELECT count(*) FROM orders WHERE performer_id = %(person)s AND status = 'in_progress'",
    "UPDATE orders SET status = 'in_progress', performer_id = %(person)s, taken_at = now(), updated_at = now()"
    " WHERE id = %(order)s",
    "INSERT INTO order_events (order_id, kind, at, actor_id, performer_id, from_status, to_status)"
    " VALUES (%(order)s, 'status', now(), %(person)s, %(person)s, 'new', 'in_progress')",
    "UPDATE category_counters SET open_orders = open_orders - 1 WHERE category_id = %(category)s",
    "UPDATE performer_counters SET taken = taken + 1 WHERE account_id = %(person)s",
)
KEY = "signs the tokens of the floor, as long as HS256 wants it"
FIELDS = ("id", "number", "title", "description", "category_id", "slug", "category", "status", "pricing", "price")
MORE = ("total", "deadline", "customer_id", "customer", "created_at", "updated_at")


def make_floor(connection: Any, *, person: int, category: int) -> Flask:
    """GET /board and /orders/<id>, POST /orders and /orders/<id>/take, by `person` in `category`; only asks who."""
    app = Flask("benchmarks")

    @app.before_request
    def identify() -> None:
        header = request.headers.get("Authorization")
        if header is not None:
            claims = jwt.decode(header.removeprefix("Bearer "), KEY, ["HS256"])
            with connection.cursor() as cursor:
                cursor.execute(WHO, (claims["sid"], claims["sub"]))
                assert cursor.fetchone() is not None

    @app.get("/board")
    def board() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(BOARD)
            rows = cursor.fetchall()
        connection.rollback()
        return jsonify(items=[shown(row) for row in rows])

    @app.get("/orders/<int:order_id>")
    def order(order_id: int) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(ORDER, (order_id,))
            row = cursor.fetchone()
        connection.rollback()
        return jsonify(shown(row))

    @app.post("/orders")
    def post() -> Any:
        body = request.get_json()
        values = {**body, "person": person, "category": category, "price": 150000}
        with connection.cursor() as cursor:
            cursor.execute(POST[0], values)
            values["order"] = cursor.fetchone()[0]
            for statement in POST[1:]:
                cursor.execute(statement, values)
            cursor.execute(ORDER, (values["order"],))
            row = cursor.fetchone()
        connection.commit()
        return jsonify(shown(row)), 201

    @app.post("/orders/<int:order_id>/take")
    def take(order_id: int) -> Any:
        values = {"order": order_id, "person": person, "category": category}
        with connection.cursor() as cursor:
            for statement in TAKE:
                cursor.execute(statement, values)
            cursor.execute(ORDER, (order_id,))
            row = cursor.fetchone()
        connection.commit()
        return jsonify(shown(row))

    return app


def make_token(session: int, person: int) -> str:
    """What the floor takes for a token of `person` in their `session`."""
    return jwt.encode({"sid": session, "sub": str(person)}, KEY, "HS256")


def shown(row: Any) -> dict[str, Any]:
    """The row under the names of its columns, amounts and moments as text."""
    values = dict(zip((*FIELDS, *MORE), row, strict=True))
    for name in ("price", "total"):
        values[name] = None if values[name] is None else f"{values[name] / 100:.2f}"
    for name in ("deadline", "created_at", "updated_at"):
        values[name] = None if values[name] is None else values[name].isoformat()
    return values
