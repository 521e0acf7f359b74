"""Orders become deals: lines, offers, managers, states of the money, a wider history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d4b5c7e8f904"
down_revision = "c3a4b6d7e803"

NEW_OPEN = "status IN ('new', 'quoting', 'quoted') AND hidden_at IS NULL"
OLD_OPEN = "status = 'new' AND hidden_at IS NULL"
NEW_STATUSES = "'new', 'quoting', 'quoted', 'in_progress', 'completed', 'cancelled'"
OLD_STATUSES = "'new', 'in_progress', 'completed', 'cancelled'"
KINDS = ("status", "money", "manager", "edited", "offer", "comment", "file", "review", "moderated")
MONEY_STATES = ("unpaid", "paid", "ready_for_delivery", "delivered")


def upgrade() -> None:
    """New tables and columns, the board's indexes on the total, and news of every event for live pages."""
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(name) <= 60", name=op.f("ck_saved_filters_name_length")),
        sa.CheckConstraint("char_length(name) > 0", name=op.f("ck_saved_filters_name_given")),
        sa.CheckConstraint("char_length(query) <= 2000", name=op.f("ck_saved_filters_query_length")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_saved_filters_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_filters_account_id_name")),
    )
    op.create_table(
        "offers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("performer_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "sent",
                "superseded",
                "withdrawn",
                "declined",
                "expired",
                "accepted",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("replaced_price", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(status = 'sent') = (decided_at IS NULL)", name=op.f("ck_offers_decided_at_when_decided")),
        sa.CheckConstraint("char_length(message) <= 3000", name=op.f("ck_offers_message_length")),
        sa.CheckConstraint("char_length(reason) <= 1000", name=op.f("ck_offers_reason_length")),
        sa.CheckConstraint("days BETWEEN 1 AND 3650", name=op.f("ck_offers_days_range")),
        sa.CheckConstraint("price > 0 AND price <= 100000000000", name=op.f("ck_offers_price_range")),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_offers_author_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_offers_order_id")),
        sa.ForeignKeyConstraint(["performer_id"], ["accounts.id"], name=op.f("fk_offers_performer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint(
            "order_id", "performer_id", "version", name=op.f("uq_offers_order_id_performer_id_version")
        ),
    )
    op.create_index("ix_offers_performer", "offers", ["performer_id", "id"], unique=False)
    op.create_index("uq_offers_accepted", "offers", ["order_id"], unique=True, postgresql_where="status = 'accepted'")
    op.create_index(
        "uq_offers_live", "offers", ["order_id", "performer_id"], unique=True, postgresql_where="status = 'sent'"
    )
    op.create_table(
        "order_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("sum", sa.BigInteger(), sa.Computed("quantity * unit_price", persisted=True), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("char_length(name) <= 200", name=op.f("ck_order_lines_name_length")),
        sa.CheckConstraint("char_length(name) > 0", name=op.f("ck_order_lines_name_given")),
        sa.CheckConstraint("char_length(unit) <= 20", name=op.f("ck_order_lines_unit_length")),
        sa.CheckConstraint("quantity BETWEEN 1 AND 1000000", name=op.f("ck_order_lines_quantity_range")),
        sa.CheckConstraint("unit_price BETWEEN 0 AND 100000000000", name=op.f("ck_order_lines_unit_price_range")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_order_lines_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
        sa.UniqueConstraint(
            "order_id", "position", deferrable=True, initially="DEFERRED", name=op.f("uq_order_lines_order_id_position")
        ),
    )
    op.create_index(op.f("ix_order_lines_product_id"), "order_lines", ["product_id"], unique=False)
    op.create_table(
        "offer_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("sum", sa.BigInteger(), sa.Computed("quantity * unit_price", persisted=True), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("char_length(name) <= 200", name=op.f("ck_offer_lines_name_length")),
        sa.CheckConstraint("char_length(name) > 0", name=op.f("ck_offer_lines_name_given")),
        sa.CheckConstraint("char_length(unit) <= 20", name=op.f("ck_offer_lines_unit_length")),
        sa.CheckConstraint("quantity BETWEEN 1 AND 1000000", name=op.f("ck_offer_lines_quantity_range")),
        sa.CheckConstraint("unit_price BETWEEN 0 AND 100000000000", name=op.f("ck_offer_lines_unit_price_range")),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_offer_lines_offer_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_offer_lines_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_lines")),
        sa.UniqueConstraint("offer_id", "position", name=op.f("uq_offer_lines_offer_id_position")),
    )
    op.create_index(op.f("ix_offer_lines_product_id"), "offer_lines", ["product_id"], unique=False)
    op.add_column(
        "orders", sa.Column("pricing", _choice("pricing", "fixed", "quote"), server_default="fixed", nullable=False)
    )
    op.add_column("orders", sa.Column("lines_total", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("orders", sa.Column("lines_count", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column(
        "orders",
        sa.Column(
            "total",
            sa.BigInteger(),
            sa.Computed(
                "CASE WHEN price IS NOT NULL THEN price WHEN lines_count > 0 THEN lines_total ELSE NULL::bigint END",
                persisted=True,
            ),
            nullable=True,
        ),
    )
    op.add_column("orders", sa.Column("manager_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "orders",
        sa.Column("money_state", _choice("money_state", *MONEY_STATES), server_default="unpaid", nullable=False),
    )
    op.add_column("orders", sa.Column("thread_id", sa.BigInteger(), nullable=True))
    for stamp in ("paid_at", "ready_at", "delivered_at"):
        op.add_column("orders", sa.Column(stamp, sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint(op.f("uq_orders_thread_id"), "orders", ["thread_id"])
    op.create_foreign_key(op.f("fk_orders_manager_id"), "orders", "accounts", ["manager_id"], ["id"])
    op.create_foreign_key(op.f("fk_orders_thread_id"), "orders", "threads", ["thread_id"], ["id"])
    _check("orders", "status", f"status IN ({NEW_STATUSES})")
    _check(
        "orders",
        "new_is_untaken",
        "status NOT IN ('new', 'quoting', 'quoted') OR (performer_id IS NULL AND taken_at IS NULL)",
    )
    _check("orders", "quoted_by_quote", "pricing = 'quote' OR status NOT IN ('quoting', 'quoted')")
    _check("orders", "paid_at_when_paid", "(money_state = 'unpaid') = (paid_at IS NULL)")
    _check("orders", "lines_range", "lines_count >= 0 AND lines_total >= 0 AND lines_total <= 100000000000")
    _board_indexes(NEW_OPEN, "total")
    op.add_column("order_events", sa.Column("kind", _choice("kind", *KINDS), server_default="status", nullable=False))
    op.add_column("order_events", sa.Column("manager_id", sa.BigInteger(), nullable=True))
    op.add_column("order_events", sa.Column("detail", sa.String(length=32), server_default="", nullable=False))
    op.add_column("order_events", sa.Column("subject_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_order_events_manager_id"), "order_events", "accounts", ["manager_id"], ["id"])
    op.alter_column("order_events", "to_status", nullable=True)
    _check("order_events", "from_status", f"from_status IN ({NEW_STATUSES})")
    _check("order_events", "to_status", f"to_status IN ({NEW_STATUSES})")
    _check("order_events", "status_when_status", "(kind = 'status') = (to_status IS NOT NULL)")
    # One notification per statement: a million copied rows must not become a million of them.
    op.execute(
        """
        CREATE FUNCTION tell_of_events() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('order_events', CASE WHEN count(*) > 300 THEN 'many' ELSE string_agg(id::text, ',') END)
            FROM (SELECT id FROM added ORDER BY id LIMIT 301) AS few
            HAVING count(*) > 0;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER tell_of_events AFTER INSERT ON order_events REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION tell_of_events()"
    )


def downgrade() -> None:
    """Back: orders that wait for offers are simply new, those with lines keep their sum as the price."""
    op.execute("DROP TRIGGER tell_of_events ON order_events")
    op.execute("DROP FUNCTION tell_of_events")
    op.execute("ALTER TABLE order_events DISABLE TRIGGER keep_history")
    op.execute("DELETE FROM order_events WHERE kind <> 'status' OR to_status IN ('quoting', 'quoted')")
    op.execute("UPDATE order_events SET from_status = 'new' WHERE from_status IN ('quoting', 'quoted')")
    op.execute("ALTER TABLE order_events ENABLE TRIGGER keep_history")
    op.drop_constraint("ck_order_events_status_when_status", "order_events")
    op.drop_constraint(op.f("fk_order_events_manager_id"), "order_events", type_="foreignkey")
    for column in ("subject_id", "detail", "manager_id", "kind"):
        op.drop_column("order_events", column)
    op.alter_column("order_events", "to_status", nullable=False)
    _check("order_events", "from_status", f"from_status IN ({OLD_STATUSES})")
    _check("order_events", "to_status", f"to_status IN ({OLD_STATUSES})")
    op.execute("UPDATE orders SET price = total WHERE price IS NULL AND total > 0")
    op.execute("UPDATE orders SET status = 'new' WHERE status IN ('quoting', 'quoted')")
    for name in ("lines_range", "paid_at_when_paid", "quoted_by_quote"):
        op.drop_constraint(f"ck_orders_{name}", "orders")
    _check("orders", "status", f"status IN ({OLD_STATUSES})")
    _check("orders", "new_is_untaken", "status <> 'new' OR (performer_id IS NULL AND taken_at IS NULL)")
    _board_indexes(OLD_OPEN, "price")
    op.drop_constraint(op.f("fk_orders_thread_id"), "orders", type_="foreignkey")
    op.drop_constraint(op.f("fk_orders_manager_id"), "orders", type_="foreignkey")
    op.drop_constraint(op.f("uq_orders_thread_id"), "orders", type_="unique")
    for column in ("delivered_at", "ready_at", "paid_at", "thread_id", "money_state", "manager_id", "total"):
        op.drop_column("orders", column)
    for column in ("lines_count", "lines_total", "pricing"):
        op.drop_column("orders", column)
    for table in ("offer_lines", "order_lines", "offers", "saved_filters"):
        op.drop_table(table)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _check(table: str, name: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_{name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({condition})")


def _board_indexes(is_open: str, money: str) -> None:
    """The partial indexes of the board, made anew for what is open and for the column that the price filter asks."""
    other = "price" if money == "total" else "total"
    op.execute(f"DROP INDEX ix_orders_open_{other}")
    for name in ("category", "deadline", "newest", "search"):
        op.execute(f"DROP INDEX ix_orders_open_{name}")
    of_board = {"postgresql_where": sa.text(is_open)}
    op.create_index(
        "ix_orders_open_category",
        "orders",
        ["category_id", "created_at", "id"],
        postgresql_include=[money, "deadline"],
        **of_board,
    )
    op.create_index("ix_orders_open_deadline", "orders", ["deadline", "created_at", "id"], **of_board)
    op.create_index(
        "ix_orders_open_newest",
        "orders",
        ["created_at", "id"],
        postgresql_include=["category_id", money, "deadline"],
        **of_board,
    )
    op.create_index(f"ix_orders_open_{money}", "orders", [money, "created_at", "id"], **of_board)
    op.create_index(
        "ix_orders_open_search",
        "orders",
        ["search"],
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},
        **of_board,
    )
