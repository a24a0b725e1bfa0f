"""A seller's checks and what became of their calls, as reasons and pictures are drawn from."""

from bot.thread import Thread
from coaching import calls
from coaching.calls import Heard, Seen
from coaching.nudges import Checked
from storage import Call, Check, Transaction

LOOKED_AT = 20
"""Checks, the newest ones."""


async def checks_of(tx: Transaction, most: int = LOOKED_AT) -> tuple[Checked, ...]:
    """The newest checks, those that were cancelled left out."""
    told = {call.check_id: call for call in await tx.calls.all()}
    return tuple(_past(check, told.get(check.id)) for check in await tx.latest_checks(most))


def _past(check: Check, call: Call | None) -> Checked:
    return Checked(
        check_id=check.id,
        standing=Thread.load(check.dialogue).dialogue.standing,
        started_at=check.started_at,
        finished_at=check.finished_at,
        seen=Seen(call.state) if call else None,
        ask_at=call.ask_at if call else None,
        heard=calls.load(call.talk) if call else Heard(),
        heard_at=call.heard_at if call else None,
    )
