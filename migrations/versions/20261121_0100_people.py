"""People, their sessions, categories, and the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "a1f0c2d4e601"
down_revision = None


def upgrade() -> None:
    """Tables, and a trigger that keeps the audit trail as it was written."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "customer",
                "performer",
                "manager",
                "observer",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("block_reason", sa.Text(), nullable=True),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("active = (blocked_at IS NULL)", name=op.f("ck_accounts_blocked_at_when_blocked")),
        sa.CheckConstraint("char_length(email) <= 254", name=op.f("ck_accounts_email_length")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_accounts_email_lowercase")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_accounts_fs_uniquifier")),
    )
    op.create_index("ix_accounts_role", "accounts", ["role", "id"], unique=False)
    op.create_table(
        "attempt_counts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempt_counts")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_attempt_counts_expires_at"), "attempt_counts", ["expires_at"], unique=False)
    op.create_table(
        "categories",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name_ru", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9-]+$'", name=op.f("ck_categories_slug_form")),
        sa.CheckConstraint("char_length(name_en) <= 60", name=op.f("ck_categories_name_en_length")),
        sa.CheckConstraint("char_length(name_ru) <= 60", name=op.f("ck_categories_name_ru_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("slug", name=op.f("uq_categories_slug")),
    )
    op.create_table(
        "account_sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(user_agent) <= 300", name=op.f("ck_account_sessions_user_agent_length")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_sessions_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_sessions")),
        sa.UniqueConstraint("token", name=op.f("uq_account_sessions_token")),
    )
    op.create_index(
        "ix_account_sessions_live",
        "account_sessions",
        ["account_id"],
        unique=False,
        postgresql_where="ended_at IS NULL",
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject_type", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["accounts.id"], name=op.f("fk_audit_entries_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_actor_id"), "audit_entries", ["actor_id"], unique=False)
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject_type", "subject_id"], unique=False)
    op.create_table(
        "profiles",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("messenger", sa.Text(), server_default="", nullable=False),
        sa.Column("site", sa.Text(), server_default="", nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("headline", sa.Text(), server_default="", nullable=False),
        sa.Column("usual_price", sa.BigInteger(), nullable=True),
        sa.Column(
            "price_unit",
            sa.Enum("hour", "order", name="price_unit", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("links", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "setweight(to_tsvector('russian', translate(coalesce(name, ''), 'ёЁ', 'еЕ')), 'A') || "
                "setweight(to_tsvector('russian', translate(coalesce(headline, ''), 'ёЁ', 'еЕ')), 'A') || "
                "setweight(to_tsvector('russian', translate(coalesce(about, ''), 'ёЁ', 'еЕ')), 'B')",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("cardinality(links) <= 10", name=op.f("ck_profiles_links_count")),
        sa.CheckConstraint("char_length(about) <= 5000", name=op.f("ck_profiles_about_length")),
        sa.CheckConstraint("char_length(headline) <= 140", name=op.f("ck_profiles_headline_length")),
        sa.CheckConstraint("char_length(messenger) <= 200", name=op.f("ck_profiles_messenger_length")),
        sa.CheckConstraint("char_length(name) <= 100", name=op.f("ck_profiles_name_length")),
        sa.CheckConstraint("char_length(name) > 0", name=op.f("ck_profiles_name_given")),
        sa.CheckConstraint("char_length(phone) <= 200", name=op.f("ck_profiles_phone_length")),
        sa.CheckConstraint("char_length(site) <= 200", name=op.f("ck_profiles_site_length")),
        sa.CheckConstraint("usual_price > 0", name=op.f("ck_profiles_usual_price_positive")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_profiles_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_profiles")),
    )
    op.create_index("ix_profiles_search", "profiles", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "specialties",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_specialties_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_specialties_category_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "category_id", name=op.f("pk_specialties")),
    )
    op.create_index(op.f("ix_specialties_category_id"), "specialties", ["category_id"], unique=False)
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'rows of % are history and are never changed or deleted', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """Everything goes; the trigger goes with its table."""
    op.drop_index(op.f("ix_specialties_category_id"), table_name="specialties")
    op.drop_table("specialties")
    op.drop_index("ix_profiles_search", table_name="profiles", postgresql_using="gin")
    op.drop_table("profiles")
    op.drop_index("ix_audit_entries_subject", table_name="audit_entries")
    op.drop_index(op.f("ix_audit_entries_actor_id"), table_name="audit_entries")
    op.drop_table("audit_entries")
    op.drop_index("ix_account_sessions_live", table_name="account_sessions", postgresql_where="ended_at IS NULL")
    op.drop_table("account_sessions")
    op.drop_table("categories")
    op.drop_index(op.f("ix_attempt_counts_expires_at"), table_name="attempt_counts")
    op.drop_table("attempt_counts")
    op.drop_index("ix_accounts_role", table_name="accounts")
    op.drop_table("accounts")
    op.execute("DROP FUNCTION refuse_change()")
