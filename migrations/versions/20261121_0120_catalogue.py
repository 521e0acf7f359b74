"""The catalogue of products, threads of talk and files, and tickets for live pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c3a4b6d7e803"
down_revision = "b2e1d3f5a702"


def upgrade() -> None:
    """Tables, a price history that only grows."""
    op.create_table(
        "threads",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
    )
    op.create_table(
        "catalog_loads",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("skipped", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(error) <= 1000", name=op.f("ck_catalog_loads_error_length")),
        sa.CheckConstraint("char_length(source) <= 2000", name=op.f("ck_catalog_loads_source_length")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_catalog_loads_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_loads")),
    )
    op.create_index(op.f("ix_catalog_loads_account_id"), "catalog_loads", ["account_id"], unique=False)
    op.create_index("ix_catalog_loads_newest", "catalog_loads", ["started_at", "id"], unique=False)
    op.create_table(
        "comments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(text) <= 5000", name=op.f("ck_comments_text_length")),
        sa.CheckConstraint("char_length(text) > 0", name=op.f("ck_comments_text_given")),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_comments_author_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_comments_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    op.create_index(op.f("ix_comments_author_id"), "comments", ["author_id"], unique=False)
    op.create_index("ix_comments_thread", "comments", ["thread_id", "id"], unique=False)
    op.create_table(
        "products",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("priced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("source_key", sa.String(length=64), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "setweight(to_tsvector('russian', translate(coalesce(name, ''), 'ёЁ', 'еЕ')), 'A') || "
                "setweight(to_tsvector('russian', translate(coalesce(description, ''), 'ёЁ', 'еЕ')), 'B')",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("char_length(description) <= 10000", name=op.f("ck_products_description_length")),
        sa.CheckConstraint("char_length(name) <= 200", name=op.f("ck_products_name_length")),
        sa.CheckConstraint("char_length(name) > 0", name=op.f("ck_products_name_given")),
        sa.CheckConstraint("char_length(source_url) <= 2000", name=op.f("ck_products_source_url_length")),
        sa.CheckConstraint("char_length(unit) <= 20", name=op.f("ck_products_unit_length")),
        sa.CheckConstraint("price BETWEEN 0 AND 100000000000", name=op.f("ck_products_price_range")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_products_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("source_key", name=op.f("uq_products_source_key")),
    )
    op.create_index("ix_products_category", "products", ["category_id", "created_at", "id"], unique=False)
    op.create_index("ix_products_newest", "products", ["created_at", "id"], unique=False)
    op.create_index("ix_products_price", "products", ["price", "id"], unique=False)
    op.create_index("ix_products_search", "products", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "attachments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.BigInteger(), nullable=True),
        sa.Column("uploader_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stored_name", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(name) <= 200", name=op.f("ck_attachments_name_length")),
        sa.CheckConstraint("char_length(name) > 0", name=op.f("ck_attachments_name_given")),
        sa.CheckConstraint("size > 0", name=op.f("ck_attachments_size_positive")),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_attachments_comment_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_attachments_thread_id")),
        sa.ForeignKeyConstraint(["uploader_id"], ["accounts.id"], name=op.f("fk_attachments_uploader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_attachments_stored_name")),
    )
    op.create_index(op.f("ix_attachments_comment_id"), "attachments", ["comment_id"], unique=False)
    op.create_index("ix_attachments_thread", "attachments", ["thread_id", "id"], unique=False)
    op.create_index(op.f("ix_attachments_uploader_id"), "attachments", ["uploader_id"], unique=False)
    op.create_table(
        "live_tickets",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["account_sessions.id"], name=op.f("fk_live_tickets_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_live_tickets")),
    )
    op.create_index(op.f("ix_live_tickets_expires_at"), "live_tickets", ["expires_at"], unique=False)
    op.create_index(op.f("ix_live_tickets_session_id"), "live_tickets", ["session_id"], unique=False)
    op.create_table(
        "product_pictures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_product_pictures_digest_form")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_product_pictures_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_pictures")),
        sa.UniqueConstraint("product_id", "digest", name=op.f("uq_product_pictures_product_id_digest")),
    )
    op.create_index(op.f("ix_product_pictures_digest"), "product_pictures", ["digest"], unique=False)
    op.create_index(op.f("ix_product_pictures_product_id"), "product_pictures", ["product_id"], unique=False)
    op.create_table(
        "product_prices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_product_prices_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_prices")),
    )
    op.create_index("ix_product_prices_product", "product_prices", ["product_id", "id"], unique=False)
    op.execute(
        "CREATE TRIGGER keep_history BEFORE UPDATE ON product_prices "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """Products, talk and files go; orders stay."""
    op.drop_table("live_tickets")
    op.drop_table("catalog_loads")
    op.drop_table("product_prices")
    op.drop_table("product_pictures")
    op.drop_table("products")
    op.drop_table("attachments")
    op.drop_table("comments")
    op.drop_table("threads")
