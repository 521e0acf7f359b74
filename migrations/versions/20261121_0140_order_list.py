"""The order list: an index for each of its orders and filters, and one for the words of names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e5c6d8f9a005"
down_revision = "d4b5c7e8f904"

OFF_BOARD = "(status IN ('new', 'quoting', 'quoted') AND hidden_at IS NULL) IS NOT TRUE"
STATES = ["status", "money_state"]
NEWEST = ["created_at", "id"]


def upgrade() -> None:
    """Only indexes."""
    _index("newest", NEWEST)
    _index("state_newest", [*STATES, *NEWEST], ["category_id", "manager_id", "total", "deadline"])
    _index("state_total", [*STATES, "total", "id"], ["category_id", "manager_id", "created_at"])
    _index("state_deadline", [*STATES, "deadline", "id"], ["category_id", "manager_id", "created_at", "total"])
    _index("category", ["category_id", *STATES, *NEWEST], ["manager_id", "total", "deadline"])
    _index("manager", ["manager_id", *STATES, *NEWEST], ["category_id", "total", "deadline"])
    op.create_index("ix_orders_author", "orders", ["author_id"], postgresql_where=sa.text("author_id <> customer_id"))
    op.create_index("ix_orders_number_prefix", "orders", ["number"], postgresql_ops={"number": "text_pattern_ops"})
    op.create_index(
        "ix_orders_closed_search",
        "orders",
        ["search"],
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},
        postgresql_where=sa.text(OFF_BOARD),
    )
    op.create_index(
        "ix_profiles_name_words",
        "profiles",
        [sa.text("to_tsvector('simple', translate(name, 'ёЁ', 'еЕ'))")],
        postgresql_using="gin",
    )


def downgrade() -> None:
    """They go."""
    op.drop_index("ix_profiles_name_words", table_name="profiles")
    for name in ("closed_search", "number_prefix", "author", "manager", "category"):
        op.drop_index(f"ix_orders_{name}", table_name="orders")
    for name in ("state_deadline", "state_total", "state_newest", "newest"):
        op.drop_index(f"ix_orders_{name}", table_name="orders")


def _index(name: str, columns: list[str], include: list[str] | None = None) -> None:
    op.create_index(f"ix_orders_{name}", "orders", columns, postgresql_include=include or [])
