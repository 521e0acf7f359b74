"""Programs: what kind of session it is, refresh tokens, and the answers that a repeated request gets again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "f6d7e9a0b106"
down_revision = "e5c6d8f9a005"


def upgrade() -> None:
    """Sessions that are there are those of browsers."""
    kind = sa.Enum("browser", "program", name="kind", native_enum=False, length=32)
    op.add_column("account_sessions", sa.Column("kind", kind, server_default="browser", nullable=False))
    op.create_check_constraint(op.f("ck_account_sessions_kind"), "account_sessions", "kind IN ('browser', 'program')")
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["account_sessions.id"], name=op.f("fk_refresh_tokens_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_refresh_tokens_digest")),
    )
    op.create_index(op.f("ix_refresh_tokens_session_id"), "refresh_tokens", ["session_id"])
    op.create_index(op.f("ix_refresh_tokens_expires_at"), "refresh_tokens", ["expires_at"])
    op.create_table(
        "kept_answers",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(caller) <= 200", name=op.f("ck_kept_answers_caller_length")),
        sa.CheckConstraint("char_length(key) <= 200", name=op.f("ck_kept_answers_key_length")),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_kept_answers")),
    )
    op.create_index(op.f("ix_kept_answers_created_at"), "kept_answers", ["created_at"])


def downgrade() -> None:
    """Programs have to sign in again, so their sessions go."""
    op.drop_table("kept_answers")
    op.drop_table("refresh_tokens")
    op.execute("DELETE FROM account_sessions WHERE kind = 'program'")
    op.drop_constraint(op.f("ck_account_sessions_kind"), "account_sessions", type_="check")
    op.drop_column("account_sessions", "kind")
