"""Names of MCP servers and tools that an organisation knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "mcp_names",
        sa.Column("org_id", sa.String(30), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "name", name="pk_mcp_names"),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name="fk_mcp_names_org_id"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("mcp_names")
