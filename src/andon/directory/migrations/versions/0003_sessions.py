"""Who is signed in to the page, links that sign in once, and when a key was last used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the column."""
    op.add_column("keys", sa.Column("last_used_at", sa.DateTime(timezone=True)))
    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("org_id", sa.String(30), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in_links"),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name="fk_sign_in_links_org_id"),
    )
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.String(34), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("org_id", sa.String(30), nullable=False),
        sa.Column("key_id", sa.String(10)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name="fk_sessions_org_id"),
        sa.ForeignKeyConstraint(["key_id"], ["keys.key_id"], name="fk_sessions_key_id"),
    )
    op.create_index("ix_sessions_key_id", "sessions", ["key_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_sessions_key_id", "sessions")
    op.drop_table("sessions")
    op.drop_table("sign_in_links")
    with op.batch_alter_table("keys") as keys:
        keys.drop_column("last_used_at")
