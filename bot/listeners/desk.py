"""What every listener needs, and who is calling."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.conversation import Conversation
from coaching.words import Words, words
from storage import Seller, Store, Tenant, Transaction

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where listeners work. ``now`` is business time, an aware datetime."""

    store: Store
    now: Callable[[], datetime]

    @property
    def words(self) -> Words:
        """The words of the seller's language."""
        return words()

    @asynccontextmanager
    async def once(self, seller: Seller, kind: str, key: str) -> AsyncIterator[Transaction | None]:
        """One transaction for one request of Slack; None when it was dealt with before."""
        async with self.store.begin(seller) as tx:
            yield tx if await tx.receive(kind, key) else None

    async def conversation(self, tx: Transaction, check_id: str) -> Conversation | None:
        """One of the seller's own checks."""
        check = await tx.check(check_id)
        return Conversation(tx, check, self.words, self.now()) if check else None


def seller_of(context: Mapping[str, Any]) -> Seller:
    """The tenant and user that Bolt read from a request; an org-wide install is one tenant."""
    org_wide = bool(context.get("is_enterprise_install"))
    team = "" if org_wide else context.get("team_id") or ""
    return Seller(Tenant(context.get("enterprise_id") or "", team), str(context["user_id"]))


def tap_key(body: Body) -> str:
    """What makes one tap one tap: its message or view, its element, its moment."""
    action = body["actions"][0]
    place = body["container"].get("message_ts") or body["container"].get("view_id")
    return f"{place}|{action['action_id']}|{body['user']['id']}|{action['action_ts']}"
