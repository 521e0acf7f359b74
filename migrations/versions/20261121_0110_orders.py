"""Orders, their history, reviews and counters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "b2e1d3f5a702"
down_revision = "a1f0c2d4e601"


def upgrade() -> None:
    """Tables, a trigger that keeps the history, and statistics fine enough to know a rare search word."""
    op.create_table(
        "category_counters",
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("open_orders", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_category_counters_category_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("category_id", name=op.f("pk_category_counters")),
    )
    op.create_table(
        "customer_counters",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("posted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("completed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cancelled", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_customer_counters_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_customer_counters")),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "number",
            sa.Text(),
            sa.Computed(
                "extract(year from created_at AT TIME ZONE 'UTC')::text || '-' || "
                "lpad(id::text, greatest(6, length(id::text)), '0')",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("performer_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "new",
                "in_progress",
                "completed",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "setweight(to_tsvector('russian', translate(coalesce(title, ''), 'ёЁ', 'еЕ')), 'A') || "
                "setweight(to_tsvector('russian', translate(coalesce(description, ''), 'ёЁ', 'еЕ')), 'B')",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(status = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_orders_cancelled_at_when_cancelled")
        ),
        sa.CheckConstraint(
            "(status = 'completed') = (completed_at IS NOT NULL)", name=op.f("ck_orders_completed_at_when_completed")
        ),
        sa.CheckConstraint(
            "status <> 'new' OR (performer_id IS NULL AND taken_at IS NULL)", name=op.f("ck_orders_new_is_untaken")
        ),
        sa.CheckConstraint(
            "status NOT IN ('in_progress', 'completed') OR (performer_id IS NOT NULL AND taken_at IS NOT NULL)",
            name=op.f("ck_orders_taken_has_performer"),
        ),
        sa.CheckConstraint("char_length(description) <= 10000", name=op.f("ck_orders_description_length")),
        sa.CheckConstraint("char_length(title) <= 120", name=op.f("ck_orders_title_length")),
        sa.CheckConstraint("char_length(title) > 0", name=op.f("ck_orders_title_given")),
        sa.CheckConstraint("performer_id <> customer_id", name=op.f("ck_orders_no_self_dealing")),
        sa.CheckConstraint("price > 0 AND price <= 100000000000", name=op.f("ck_orders_price_range")),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_orders_author_id")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_orders_category_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["accounts.id"], name=op.f("fk_orders_customer_id")),
        sa.ForeignKeyConstraint(["performer_id"], ["accounts.id"], name=op.f("fk_orders_performer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_number")),
    )
    op.create_index("ix_orders_customer", "orders", ["customer_id", "status", "created_at", "id"], unique=False)
    op.create_index(
        "ix_orders_open_category",
        "orders",
        ["category_id", "created_at", "id"],
        unique=False,
        postgresql_include=["price", "deadline"],
        postgresql_where="status = 'new' AND hidden_at IS NULL",
    )
    op.create_index(
        "ix_orders_open_deadline",
        "orders",
        ["deadline", "created_at", "id"],
        unique=False,
        postgresql_where="status = 'new' AND hidden_at IS NULL",
    )
    op.create_index(
        "ix_orders_open_newest",
        "orders",
        ["created_at", "id"],
        unique=False,
        postgresql_include=["category_id", "price", "deadline"],
        postgresql_where="status = 'new' AND hidden_at IS NULL",
    )
    op.create_index(
        "ix_orders_open_price",
        "orders",
        ["price", "created_at", "id"],
        unique=False,
        postgresql_where="status = 'new' AND hidden_at IS NULL",
    )
    op.create_index(
        "ix_orders_open_search",
        "orders",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},
        postgresql_where="status = 'new' AND hidden_at IS NULL",
    )
    op.create_index("ix_orders_performer", "orders", ["performer_id", "status", "created_at", "id"], unique=False)
    op.create_table(
        "performer_counters",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("completed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rating_sum", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rating_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "rating_x100",
            sa.BigInteger(),
            sa.Computed("CASE WHEN rating_count > 0 THEN rating_sum * 100 / rating_count ELSE 0 END", persisted=True),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_performer_counters_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_performer_counters")),
    )
    op.create_index("ix_performer_counters_completed", "performer_counters", ["completed", "account_id"], unique=False)
    op.create_index("ix_performer_counters_rating", "performer_counters", ["rating_x100", "account_id"], unique=False)
    op.create_table(
        "order_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("performer_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "from_status",
            sa.Enum(
                "new",
                "in_progress",
                "completed",
                "cancelled",
                name="from_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_status",
            sa.Enum(
                "new",
                "in_progress",
                "completed",
                "cancelled",
                name="to_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("char_length(note) <= 1000", name=op.f("ck_order_events_note_length")),
        sa.ForeignKeyConstraint(["actor_id"], ["accounts.id"], name=op.f("fk_order_events_actor_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_events_order_id")),
        sa.ForeignKeyConstraint(["performer_id"], ["accounts.id"], name=op.f("fk_order_events_performer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_events")),
    )
    op.create_index("ix_order_events_order", "order_events", ["order_id", "id"], unique=False)
    op.create_index("ix_order_events_performer", "order_events", ["performer_id", "to_status", "id"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("performer_id", sa.BigInteger(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(answer) <= 3000", name=op.f("ck_reviews_answer_length")),
        sa.CheckConstraint("char_length(text) <= 3000", name=op.f("ck_reviews_text_length")),
        sa.CheckConstraint("customer_id <> performer_id", name=op.f("ck_reviews_no_self_praise")),
        sa.CheckConstraint("rating BETWEEN 1 AND 10", name=op.f("ck_reviews_rating_range")),
        sa.ForeignKeyConstraint(["customer_id"], ["accounts.id"], name=op.f("fk_reviews_customer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_reviews_order_id")),
        sa.ForeignKeyConstraint(["performer_id"], ["accounts.id"], name=op.f("fk_reviews_performer_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_customer_id"), "reviews", ["customer_id"], unique=False)
    op.create_index("ix_reviews_performer", "reviews", ["performer_id", "created_at", "order_id"], unique=False)
    op.execute(
        "CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE OR TRUNCATE ON order_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    # With the default of 100 the planner walks the date index for a rare word: 214 ms, not 0.15, at a million orders.
    op.execute("ALTER TABLE orders ALTER COLUMN search SET STATISTICS 2000")
    # The open orders are the newest. With the default of a fifth of all rows their pages would long be unvacuumed,
    # and the board's index-only scans would read the table after all.
    op.execute(
        "ALTER TABLE orders SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01, "
        "autovacuum_analyze_scale_factor = 0.02)"
    )
    # Listeners open the counters of whoever comes from now on; those who are here already get theirs now.
    for table, key, owners in (
        ("customer_counters", "account_id", "accounts"),
        ("performer_counters", "account_id", "accounts"),
        ("category_counters", "category_id", "categories"),
    ):
        op.execute(f"INSERT INTO {table} ({key}) SELECT id FROM {owners}")


def downgrade() -> None:
    """Orders and all that hangs on them go; people stay."""
    op.drop_index("ix_reviews_performer", table_name="reviews")
    op.drop_index(op.f("ix_reviews_customer_id"), table_name="reviews")
    op.drop_table("reviews")
    op.drop_index("ix_order_events_performer", table_name="order_events")
    op.drop_index("ix_order_events_order", table_name="order_events")
    op.drop_table("order_events")
    op.drop_index("ix_performer_counters_rating", table_name="performer_counters")
    op.drop_index("ix_performer_counters_completed", table_name="performer_counters")
    op.drop_table("performer_counters")
    op.drop_index("ix_orders_performer", table_name="orders")
    op.drop_index(
        "ix_orders_open_search",
        table_name="orders",
        postgresql_using="gin",
        postgresql_where="status = 'new' AND hidden_at IS NULL",
    )
    op.drop_index("ix_orders_open_price", table_name="orders", postgresql_where="status = 'new' AND hidden_at IS NULL")
    op.drop_index("ix_orders_open_newest", table_name="orders", postgresql_where="status = 'new' AND hidden_at IS NULL")
    op.drop_index(
        "ix_orders_open_deadline", table_name="orders", postgresql_where="status = 'new' AND hidden_at IS NULL"
    )
    op.drop_index(
        "ix_orders_open_category", table_name="orders", postgresql_where="status = 'new' AND hidden_at IS NULL"
    )
    op.drop_index("ix_orders_customer", table_name="orders")
    op.drop_table("orders")
    op.drop_table("customer_counters")
    op.drop_table("category_counters")
