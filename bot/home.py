"""App Home: read in one transaction, published, and marked as done in another.

Publishing it twice does no harm; what changes meanwhile has it published again.
"""

from dataclasses import replace
from datetime import datetime

from bot.cadence import find_place
from bot.checked import checks_of
from bot.kinds import HOME, NUDGE
from bot.views.home import Home, home_view
from bot.views.text import Body
from coaching.words import Words
from storage import Transaction

LOOKED_BACK = 60
"""Checks that Home and its picture are drawn from."""


async def read_home(tx: Transaction, user_id: str, now: datetime, words: Words) -> Body:
    """The tab of that seller, whose transaction it is, as it is now."""
    membership = await tx.team.membership()
    home = Home(
        history=await checks_of(tx, LOOKED_BACK),
        cadence=await tx.week.cadence(),
        nudge_at=await tx.week.planned(NUDGE),
        now=now,
        language=await tx.language() or "en",
        team=membership.channel.id if membership else "",
        set_it_up=membership is not None and membership.channel.set_up_by == user_id,
    )
    return home_view(home, words)


async def open_home(tx: Transaction, now: datetime) -> None:
    """It was opened: from now on it is kept fresh."""
    cadence = await find_place(tx, now)
    if not cadence.home:
        await tx.week.save_cadence(replace(cadence, home=True))
    await tx.week.plan(HOME, now)


async def close_home(tx: Transaction) -> None:
    """Nobody can see it any more."""
    cadence = await tx.week.cadence()
    if cadence.home:
        await tx.week.save_cadence(replace(cadence, home=False))
