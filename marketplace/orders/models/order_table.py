"""What the table of orders holds to: lengths, what is computed, checks behind every rule, indexes for every list."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index

from marketplace.core.db import length_check
from marketplace.core.money import MAX_AMOUNT, to_minor

TITLE_LENGTH = 120
DESCRIPTION_LENGTH = 10_000
NOTE_LENGTH = 1000

OPEN = "status IN ('new', 'quoting', 'quoted') AND hidden_at IS NULL"
"""SQL of "on the board"; the partial indexes and the board's queries must say the same words."""

OFF_BOARD = f"({OPEN}) IS NOT TRUE"
"""SQL of all others; the search indexes of both together hold every order once."""

# lpad would cut numbers of more than six digits, hence the greatest().
NUMBER_SQL = (
    "extract(year from created_at AT TIME ZONE 'UTC')::text || '-' "
    "|| lpad(id::text, greatest(6, length(id::text)), '0')"
)

# One price agreed for everything outweighs the sum of the lines; without either it is by agreement.
TOTAL_SQL = "CASE WHEN price IS NOT NULL THEN price WHEN lines_count > 0 THEN lines_total ELSE NULL::bigint END"

CHECKS = (
    length_check("title", TITLE_LENGTH),
    length_check("description", DESCRIPTION_LENGTH),
    CheckConstraint("char_length(title) > 0", name="title_given"),
    CheckConstraint(f"price > 0 AND price <= {to_minor(MAX_AMOUNT)}", name="price_range"),
    CheckConstraint("performer_id <> customer_id", name="no_self_dealing"),
    CheckConstraint(
        "status NOT IN ('new', 'quoting', 'quoted') OR (performer_id IS NULL AND taken_at IS NULL)",
        name="new_is_untaken",
    ),
    CheckConstraint("pricing = 'quote' OR status NOT IN ('quoting', 'quoted')", name="quoted_by_quote"),
    CheckConstraint("(money_state = 'unpaid') = (paid_at IS NULL)", name="paid_at_when_paid"),
    CheckConstraint(
        f"lines_count >= 0 AND lines_total >= 0 AND lines_total <= {to_minor(MAX_AMOUNT)}", name="lines_range"
    ),
    CheckConstraint(
        "status NOT IN ('in_progress', 'completed') OR (performer_id IS NOT NULL AND taken_at IS NOT NULL)",
        name="taken_has_performer",
    ),
    CheckConstraint("(status = 'completed') = (completed_at IS NOT NULL)", name="completed_at_when_completed"),
    CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at_when_cancelled"),
)

INDEXES = (
    # What they include lets the other filters be asked without reading the table.
    Index(
        "ix_orders_open_newest",
        "created_at",
        "id",
        postgresql_include=["category_id", "total", "deadline"],
        postgresql_where=OPEN,
    ),
    Index(
        "ix_orders_open_category",
        "category_id",
        "created_at",
        "id",
        postgresql_include=["total", "deadline"],
        postgresql_where=OPEN,
    ),
    Index("ix_orders_open_total", "total", "created_at", "id", postgresql_where=OPEN),
    Index("ix_orders_open_deadline", "deadline", "created_at", "id", postgresql_where=OPEN),
    # A short list of orders still to be sorted in, because every search reads it through; without one, a million
    # orders would take a minute and a half longer to load.
    Index(
        "ix_orders_open_search",
        "search",
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},
        postgresql_where=OPEN,
    ),
    Index("ix_orders_customer", "customer_id", "status", "created_at", "id"),
    Index("ix_orders_performer", "performer_id", "status", "created_at", "id"),
    # The order list: each of its orders within every pair of states, so that a page is merged from as many short
    # walks; what they include lets the other filters be asked without reading the table.
    Index("ix_orders_newest", "created_at", "id"),
    Index(
        "ix_orders_state_newest",
        "status",
        "money_state",
        "created_at",
        "id",
        postgresql_include=["category_id", "manager_id", "total", "deadline"],
    ),
    Index(
        "ix_orders_state_total",
        "status",
        "money_state",
        "total",
        "id",
        postgresql_include=["category_id", "manager_id", "created_at"],
    ),
    Index(
        "ix_orders_state_deadline",
        "status",
        "money_state",
        "deadline",
        "id",
        postgresql_include=["category_id", "manager_id", "created_at", "total"],
    ),
    Index(
        "ix_orders_category",
        "category_id",
        "status",
        "money_state",
        "created_at",
        "id",
        postgresql_include=["manager_id", "total", "deadline"],
    ),
    Index(
        "ix_orders_manager",
        "manager_id",
        "status",
        "money_state",
        "created_at",
        "id",
        postgresql_include=["category_id", "total", "deadline"],
    ),
    Index("ix_orders_author", "author_id", postgresql_where="author_id <> customer_id"),
    Index("ix_orders_number_prefix", "number", postgresql_ops={"number": "text_pattern_ops"}),
    Index(
        "ix_orders_closed_search",
        "search",
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},
        postgresql_where=OFF_BOARD,
    ),
)
