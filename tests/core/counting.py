"""What a process does in the test of shared counts; it loads the counting only, so that it starts quickly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from marketplace.core.db import db
from marketplace.core.limits import PostgresStorage

THREADS, EACH = 8, 60


def count_from_threads(url: str) -> list[int]:
    """What THREADS threads are told that together count the same thing EACH times."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    storage = PostgresStorage()

    def count(_: int) -> int:
        with app.app_context():
            return storage.incr("sign-in", 600)

    with ThreadPoolExecutor(THREADS) as pool:
        told = list(pool.map(count, range(EACH)))
    with app.app_context():
        db.engine.dispose()
    return told
