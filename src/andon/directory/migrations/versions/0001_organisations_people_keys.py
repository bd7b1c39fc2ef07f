"""Organisations, people, aliases and keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first four tables."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "organisations",
        sa.Column("org_id", sa.String(30), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("keeps_content", sa.Boolean, nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("org_id", name="pk_organisations"),
        sa.UniqueConstraint("name", name="uq_organisations_name"),
    )
    op.create_table(
        "people",
        sa.Column("person_id", sa.String(33), nullable=False),
        sa.Column("org_id", sa.String(30), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("display_name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_people"),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name="fk_people_org_id"),
        sa.UniqueConstraint("org_id", "email", name="uq_people_org_id_email"),
        sa.CheckConstraint("role IN ('owner', 'manager', 'member', 'guest')", name=op.f("ck_people_role")),
    )
    op.create_table(
        "identity_aliases",
        sa.Column("org_id", sa.String(30), nullable=False),
        sa.Column("identity", sa.String(400), nullable=False),
        sa.Column("canonical_identity", sa.String(400), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "identity", name="pk_identity_aliases"),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name="fk_identity_aliases_org_id"),
    )
    op.create_table(
        "keys",
        sa.Column("key_id", sa.String(10), nullable=False),
        sa.Column("org_id", sa.String(30), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("role", sa.String(10)),
        sa.Column("person_id", sa.String(33)),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("last_four", sa.String(4), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("expires_at", instant),
        sa.Column("revoked_at", instant),
        sa.PrimaryKeyConstraint("key_id", name="pk_keys"),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name="fk_keys_org_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.person_id"], name="fk_keys_person_id"),
        sa.CheckConstraint("kind IN ('analytics', 'ingest')", name=op.f("ck_keys_kind")),
        sa.CheckConstraint(
            "(kind = 'ingest' AND role IS NULL) OR "
            "(kind = 'analytics' AND role IN ('owner', 'manager', 'member', 'guest'))",
            name=op.f("ck_keys_role"),
        ),
    )
    op.create_index("ix_keys_org_id", "keys", ["org_id"])
    op.create_index("ix_keys_person_id", "keys", ["person_id"])


def downgrade() -> None:
    """Drop everything: there is nothing before the first step."""
    for table in ("keys", "identity_aliases", "people", "organisations"):
        op.drop_table(table)
