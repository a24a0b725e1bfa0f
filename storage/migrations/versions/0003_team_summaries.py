"""Team summaries: channels, memberships, ballots, votes, and what is said in channels.

Revision 0003, after 0002. It only adds, so programs of 0002 go on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TABLES = ("channels", "memberships", "ballots", "votes", "announcements")
_FACTORS = ("value", "risk", "ease", "offering", "commercials")


def _tenant(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    owner = sa.ForeignKeyConstraint(
        ["tenant"], ["tenants.tenant"], name=f"fk_{table}_tenant", ondelete="CASCADE"
    )
    return sa.Column("tenant", sa.String(), nullable=False), owner


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "channels",
        *_tenant("channels"),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("set_up_by", sa.String(), nullable=False),
        sa.Column("set_up_at", moment, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("closes", moment, nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "channel", name="pk_channels"),
    )
    op.create_table(
        "memberships",
        *_tenant("memberships"),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("joined", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "user_id", name="pk_memberships"),
    )
    op.create_table(
        "ballots",
        *_tenant("ballots"),
        sa.Column("ballot", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("closing", moment, nullable=False),
        sa.Column("voter", sa.String(length=32), nullable=False),
        sa.Column("buyer", sa.String(length=32), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        *(sa.Column(factor, sa.Boolean(), nullable=False) for factor in _FACTORS),
        sa.Column("gap", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "ballot", name="pk_ballots"),
    )
    op.create_index("ballots_of_channel", "ballots", ["tenant", "channel", "closing"])
    op.create_index("ballots_of_voter", "ballots", ["tenant", "voter"])
    op.create_table(
        "votes",
        *_tenant("votes"),
        sa.Column("voter", sa.String(length=32), nullable=False),
        sa.Column("buyer", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "voter", "buyer", name="pk_votes"),
    )
    op.create_table(
        "announcements",
        *_tenant("announcements"),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("bands", sa.String(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("under", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_announcements"),
    )


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
