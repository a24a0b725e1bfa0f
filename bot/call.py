"""The call of one check: what is kept of it, and what is posted about it."""

from dataclasses import replace
from datetime import datetime

from bot.kinds import AFTER, HOME, REMINDER
from bot.views.messages import answered_message
from bot.views.text import Body
from coaching import calls as coach
from coaching.cadence import Cadence
from coaching.calls import Seen
from coaching.standing import Standing
from coaching.when import when, zone_name
from coaching.words import Line, Words
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
        return self._standing.brief.call

    async def call(self) -> Call | None:
        """What is kept of it."""
        return await self._tx.calls.of(self._check_id)

    async def _save(self, call: Call) -> None:
        await self._tx.calls.save(call)
        await self._tx.week.refresh(HOME, self._now)

    async def _drop(self) -> None:
        """Neither remind of it nor ask after it."""
        for kind in (REMINDER, AFTER):
            await self._tx.week.drop(kind, self._check_id)

    async def _call_off(self, call: Call) -> None:
        """There is no call, and nothing more is said about it."""
        await self._save(replace(call, state=Seen.CANCELLED))
        await self._drop()
        await self._close_reminder("cancelled")
        await self._tx.week.answer_about(self._check_id)

    async def _close_reminder(self, came: str) -> None:
        """Take the taps away from the line before it, which keeps the time it named; of another
        time than that of the call now, it has moved."""
        messages = await self._tx.messages(self._check_id)
        shown = next((m for m in reversed(messages) if m.purpose == REMINDER and m.step), None)
        if shown is None:
            return
        at = datetime.fromisoformat(shown.step)
        lines = self._reminder_lines(at, await self._tx.week.cadence())
        label = self._words.text(f"call.options.{came if at == self.call_at else 'moved'}")
        await self._tx.update(shown.id, answered_message(lines, label))

    async def _post(
        self,
        purpose: str,
        body: Body,
        message_id: str = "",
        until: datetime | None = None,
        step: str = "",
    ) -> str:
        message = await self._tx.post(
            purpose=purpose,
            body=body,
            check_id=self._check_id,
            under=self._card,
            step=step,
            message_id=message_id,
            until=until,
        )
        return message.id

    def _reminder_lines(self, at: datetime, cadence: Cadence) -> tuple[Line, ...]:
        named = when(at, self._now, cadence.place, self._words, "call.when")
        return coach.reminder_lines(self._standing, named, self._words)

    def _when(self, at: datetime, cadence: Cadence) -> str:
        return when(at, self._now, cadence.place, self._words)

    def _time(self, at: datetime, cadence: Cadence) -> str:
        return f"{self._when(at, cadence)} ({zone_name(cadence.place, self._words)})"
