"""The store's place, taken by a dictionary: to count what is computed beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from bot.serve import utc_now
from coaching.cadence import Cadence
from storage import Check, Installation, Message, Profile, Seller, Tenant, new_id


class Memory:
    """A store with one seller, whose transactions always end well."""

    def __init__(self) -> None:
        self.on_commit = None
        self.kept = Kept()

    @asynccontextmanager
    async def begin(self, seller: Seller) -> AsyncIterator["Kept"]:
        yield self.kept

    async def installation(self, tenant: Tenant) -> Installation:
        return Installation(tenant, "xoxb-bench", "BDIFFER", "UDIFFER")

    async def language(self, seller: Seller) -> str:
        return "en"


class Kept:
    """A transaction's questions, as far as a command and a tap ask them; nothing is encrypted."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self.week = QuietWeek()
        self.posted: list[dict[str, Any]] = []

    async def receive(self, kind: str, key: str) -> bool:
        return True

    async def forgotten(self) -> str:
        return ""

    async def profile(self) -> Profile:
        return Profile("D1SAM", welcomed=True)

    async def save_profile(self, profile: Profile) -> None:
        """Always the same one."""

    async def buyers(self) -> tuple[()]:
        return ()

    async def finished(self, buyer_id: str | None, limit: int) -> tuple[()]:
        return ()

    async def open_check(
        self, *, origin: str, dialogue: str, now: datetime, state: str, **_: Any
    ) -> Check:
        return await self.save(
            Check(new_id(), origin, None, dialogue, state, None, now, None, version=1)
        )

    async def check(self, check_id: str) -> Check | None:
        return self._checks.get(check_id)

    async def save(self, check: Check) -> Check:
        self._checks = {check.id: check}
        return check

    async def post(
        self, *, purpose: str, body: dict[str, Any], check_id: str | None = None, **_: Any
    ) -> Message:
        self.posted = [body]
        return Message(new_id(), check_id, purpose, "", None, None, None)

    async def update(self, message_id: str, body: dict[str, Any]) -> None:
        """Shown nowhere."""


class QuietWeek:
    """A seller of whom nothing is due."""

    async def cadence(self) -> Cadence:
        return Cadence(looked_at=utc_now())

    async def plan(self, kind: str, at: datetime, subject: str = "") -> None:
        """Planned nowhere."""

    async def refresh(self, kind: str, at: datetime) -> None:
        """Shown nowhere."""
