"""The first tables.

Revision 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_OPEN = sa.text("done_at IS NULL")
_WAITING = sa.text("done_at IS NULL AND attempt = 0")
_TABLES = (
    "tenants",
    "buyers",
    "forgotten",
    "inbox",
    "installations",
    "parked",
    "sellers",
    "checks",
    "messages",
    "texts",
    "outbox",
)


def upgrade() -> None:
    op.create_table(
        "tenants",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("master_id", sa.String(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="pk_tenants"),
    )
    op.create_table(
        "buyers",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("recency", sa.String(length=32), nullable=False),
        sa.Column("names", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.tenant"], name="fk_buyers_tenant", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "user_id", "id", name="pk_buyers"),
    )
    op.create_table(
        "forgotten",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.tenant"], name="fk_forgotten_tenant", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "user_id", name="pk_forgotten"),
    )
    op.create_table(
        "inbox",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.tenant"], name="fk_inbox_tenant", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "kind", "key", name="pk_inbox"),
    )
    op.create_index("inbox_seen_at", "inbox", ["seen_at"])
    op.create_table(
        "installations",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("bot_token", sa.LargeBinary(), nullable=False),
        sa.Column("bot_id", sa.String(), nullable=False),
        sa.Column("bot_user_id", sa.String(), nullable=False),
        sa.Column("app_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.tenant"], name="fk_installations_tenant", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", name="pk_installations"),
    )
    op.create_table(
        "parked",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.tenant"], name="fk_parked_tenant", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "user_id", "id", name="pk_parked"),
    )
    op.create_table(
        "sellers",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("dm_channel", sa.String(), nullable=True),
        sa.Column("welcomed", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.tenant"], name="fk_sellers_tenant", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "user_id", name="pk_sellers"),
    )
    op.create_table(
        "checks",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("buyer_id", sa.String(length=32), nullable=True),
        sa.Column("dialogue", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("call_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id", "buyer_id"],
            ["buyers.tenant", "buyers.user_id", "buyers.id"],
            name="fk_checks_tenant_user_id_buyer_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.tenant"], name="fk_checks_tenant", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "user_id", "id", name="pk_checks"),
        sa.UniqueConstraint("tenant", "user_id", "origin", name="uq_checks_tenant_user_id_origin"),
    )
    op.create_table(
        "messages",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("check_id", sa.String(length=32), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("under", sa.String(length=32), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id", "check_id"],
            ["checks.tenant", "checks.user_id", "checks.id"],
            name="fk_messages_tenant_user_id_check_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id", "under"],
            ["messages.tenant", "messages.user_id", "messages.id"],
            name="fk_messages_tenant_user_id_under",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.tenant"], name="fk_messages_tenant", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "user_id", "id", name="pk_messages"),
    )
    op.create_index("messages_at", "messages", ["tenant", "user_id", "channel", "ts"])
    op.create_index("messages_of_check", "messages", ["tenant", "user_id", "check_id"])
    op.create_table(
        "texts",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("check_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id", "check_id"],
            ["checks.tenant", "checks.user_id", "checks.id"],
            name="fk_texts_tenant_user_id_check_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.tenant"], name="fk_texts_tenant", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "channel", "ts", name="pk_texts"),
    )
    op.create_table(
        "outbox",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("op", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("claimed_at", sa.Double(), nullable=True),
        sa.Column("done_at", sa.Double(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id", "message_id"],
            ["messages.tenant", "messages.user_id", "messages.id"],
            name="fk_outbox_tenant_user_id_message_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.tenant"], name="fk_outbox_tenant", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("position", name="pk_outbox"),
    )
    op.create_index(
        "outbox_lane",
        "outbox",
        ["tenant", "user_id", "position"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index("outbox_of_message", "outbox", ["tenant", "user_id", "message_id"])
    op.create_index(
        "outbox_open", "outbox", ["position"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_index(
        "outbox_waiting",
        "outbox",
        ["tenant", "user_id", "message_id"],
        unique=True,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
