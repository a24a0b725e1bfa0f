"""The call of one check: what is kept of it, and what is posted about it."""

from datetime import datetime

from bot.kinds import AFTER, HOME, REMINDER
from bot.views.text import Body
from coaching.cadence import Cadence
from coaching.standing import Standing
from coaching.when import when, zone_name
from coaching.words import Words
from storage import Call, Transaction


class CheckCall:
    """The call of one check. ``card`` is the message at the head of the check's thread."""

    def __init__(
        self,
        tx: Transaction,
        check_id: str,
        card: str,
        standing: Standing,
        words: Words,
        now: datetime,
    ) -> None:
        self._tx = tx
        self._check_id = check_id
        self._card = card
        self._standing = standing
        self._words = words
        self._now = now

    @property
    def call_at(self) -> datetime | None:
        """When the call is, if the seller said so."""
        named = self._standing.brief.call_at
        return datetime.fromisoformat(named) if named else None

    async def call(self) -> Call | None:
        """What is kept of it."""
        return await self._tx.calls.of(self._check_id)

    async def _save(self, call: Call) -> None:
        await self._tx.calls.save(call)
        await self._tx.week.refresh(HOME, self._now)

    async def _drop(self, check_id: str = "") -> None:
        """Neither remind of it nor ask after it, nor after that of another check."""
        for kind in (REMINDER, AFTER):
            await self._tx.week.drop(kind, check_id or self._check_id)

    async def _post(
        self, purpose: str, body: Body, message_id: str = "", until: datetime | None = None
    ) -> str:
        message = await self._tx.post(
            purpose=purpose,
            body=body,
            check_id=self._check_id,
            under=self._card,
            message_id=message_id,
            until=until,
        )
        return message.id

    def _when(self, at: datetime, cadence: Cadence) -> str:
        return when(at, self._now, cadence.place, self._words)

    def _time(self, at: datetime, cadence: Cadence) -> str:
        return f"{self._when(at, cadence)} ({zone_name(cadence.place, self._words)})"
