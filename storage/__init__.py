"""What is kept, and the only room that speaks SQL."""

from storage.backup import back_up, restore
from storage.channels import Announcement, Channel, Kind
from storage.errors import Busy, Damaged, Full, Interrupted, NotReady, Stale, StorageError
from storage.identity import Seller, Tenant, new_id
from storage.keys import KeyRing
from storage.migrations import downgrade, migrate
from storage.records import (
    Buyer,
    Call,
    Check,
    Due,
    Holdings,
    Installation,
    Message,
    Nudge,
    Outgoing,
    Parked,
    Profile,
)
from storage.store import Store
from storage.team import Membership
from storage.transaction import Transaction

__all__ = [
    "Announcement",
    "Busy",
    "Buyer",
    "Call",
    "Channel",
    "Check",
    "Damaged",
    "Due",
    "Full",
    "Holdings",
    "Installation",
    "Interrupted",
    "KeyRing",
    "Kind",
    "Membership",
    "Message",
    "NotReady",
    "Nudge",
    "Outgoing",
    "Parked",
    "Profile",
    "Seller",
    "Stale",
    "StorageError",
    "Store",
    "Tenant",
    "Transaction",
    "back_up",
    "downgrade",
    "migrate",
    "new_id",
    "restore",
]
