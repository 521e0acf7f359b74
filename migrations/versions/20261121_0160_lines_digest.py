"""The digest of an order's lines, so that whoever agrees to its terms agrees to each of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a7e8f0b1c207"
down_revision = "f6d7e9a0b106"


def upgrade() -> None:
    """Lines that are there get their digest when they next change: until then they are what they were."""
    op.add_column("orders", sa.Column("lines_digest", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """The lines themselves say what the digest was made of."""
    op.drop_column("orders", "lines_digest")
