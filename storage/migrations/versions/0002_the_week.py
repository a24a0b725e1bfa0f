"""The week: what is due when, nudges, calls, and a workspace's pace.

Revision 0002, after 0001. It only adds, so programs of 0001 go on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TABLES = ("due", "paces", "cadences", "nudges", "calls")


def _seller(table: str) -> tuple[sa.Column[str], sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        _of_tenant(table),
    )


def _of_tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant"], ["tenants.tenant"], name=f"fk_{table}_tenant", ondelete="CASCADE"
    )


def _of_check(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant", "user_id", "check_id"],
        ["checks.tenant", "checks.user_id", "checks.id"],
        name=f"fk_{table}_tenant_user_id_check_id",
        ondelete="CASCADE",
    )


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "due",
        *_seller("due"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("held_until", sa.Double(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("paced", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "user_id", "kind", "subject", name="pk_due"),
    )
    op.create_index("due_at", "due", ["at"])
    op.create_table(
        "paces",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("free_at", sa.Double(), nullable=False),
        sa.Column("closed_until", sa.Double(), nullable=False),
        _of_tenant("paces"),
        sa.PrimaryKeyConstraint("tenant", name="pk_paces"),
    )
    op.create_table(
        "cadences",
        *_seller("cadences"),
        sa.Column("nudges", sa.String(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hour", sa.String(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.String(), nullable=False),
        sa.Column("workdays", sa.String(), nullable=False),
        sa.Column("reminder", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("own_zone", sa.String(), nullable=False),
        sa.Column("looked_at", moment, nullable=True),
        sa.Column("home", sa.Boolean(), nullable=False),
        sa.Column("ended", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "user_id", name="pk_cadences"),
    )
    op.create_table(
        "nudges",
        *_seller("nudges"),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("check_id", sa.String(length=32), nullable=True),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        _of_check("nudges"),
        sa.PrimaryKeyConstraint("tenant", "user_id", "week", name="pk_nudges"),
    )
    op.create_index("nudges_of_message", "nudges", ["tenant", "user_id", "message_id"])
    op.create_table(
        "calls",
        *_seller("calls"),
        sa.Column("check_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ask_at", moment, nullable=True),
        sa.Column("heard_at", moment, nullable=True),
        sa.Column("talk", sa.LargeBinary(), nullable=True),
        _of_check("calls"),
        sa.PrimaryKeyConstraint("tenant", "user_id", "check_id", name="pk_calls"),
    )
    op.add_column("outbox", sa.Column("until", moment, nullable=True))


def downgrade() -> None:
    op.drop_column("outbox", "until")
    for table in reversed(_TABLES):
        op.drop_table(table)
