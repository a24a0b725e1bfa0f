"""The line before a call: when it is due, also when the seller chooses another time for it."""

from datetime import datetime, timedelta

from bot.kinds import REMINDER
from coaching.cadence import Cadence
from coaching.calls import Seen
from storage import Transaction


def reminder_at(call_at: datetime | None, cadence: Cadence, now: datetime) -> datetime | None:
    """When the line before a call is due; None when there is to be none, or it is too late."""
    if call_at is None or not cadence.reminder:
        return None
    at = call_at - timedelta(minutes=cadence.reminder)
    return at if at > now else None


async def plan_reminder(
    tx: Transaction, check_id: str, call_at: datetime | None, cadence: Cadence, now: datetime
) -> None:
    """Plan the line before one call, in place of any planned before."""
    await tx.week.drop(REMINDER, check_id)
    if at := reminder_at(call_at, cadence, now):
        await tx.week.plan(REMINDER, at, check_id)


async def plan_reminders(tx: Transaction, before: Cadence, cadence: Cadence, now: datetime) -> None:
    """Plan anew before every call the seller said yes to; not where the line has been said."""
    for call in await tx.calls.all():
        check = await tx.check(call.check_id) if call.state == Seen.WANTED else None
        if check is None or (before.reminder and not reminder_at(check.call_at, before, now)):
            continue
        await plan_reminder(tx, check.id, check.call_at, cadence, now)
