"""Whom a seller sells to: recognised from earlier checks, never guessed."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.thread import Thread
from coaching import calls
from coaching.answers import is_renewal, propose_kind, recognise
from coaching.brief import Brief, Choice, Kind, Sort
from coaching.calls import Heard
from coaching.history import Earlier, recall
from coaching.past import NO_PAST, Past
from coaching.words import Words
from storage import Buyer, Check, Transaction

RECENT = 20
"""Buyers that the form offers."""
NEAR = timedelta(minutes=30)
"""A call that begins sooner leaves time for one minute only: that is offered then."""
RECALLED = 12
"""Earlier checks that a new one looks back at; those with the same buyer before all others."""


async def settle(
    tx: Transaction, brief: Brief, words: Words, now: datetime, check_id: str = ""
) -> tuple[Brief, str | None]:
    """Complete a brief with what follows from it, and keep its buyer. Returns the buyer's id.

    ``check_id`` is the check whose brief it is, if that is there already.
    """
    kind = propose_kind(brief.plan, words) if brief.kind is Kind.OTHER else brief.kind
    brief = replace(brief, kind=kind, renewal=is_renewal(brief.plan, words))
    buyer_id = None
    if brief.person or brief.company:
        rivals = [choice.name for choice in brief.competitors]
        buyer_id = (await tx.keep_buyer(brief.person, brief.company, rivals)).id
    if not brief.ready:
        return brief, buyer_id
    found = [check for check in await tx.finished(buyer_id, RECALLED) if check.id != check_id]
    known = buyer_id is not None and any(check.buyer_id == buyer_id for check in found)
    past = await _past(tx, brief, buyer_id, found, now) if found else NO_PAST
    return replace(brief, known=known, near=_is_near(brief, now), past=past), buyer_id


def _is_near(brief: Brief, now: datetime) -> bool:
    return brief.call is not None and brief.call - now <= NEAR


async def _past(
    tx: Transaction, brief: Brief, buyer_id: str | None, found: list[Check], now: datetime
) -> Past:
    """What these finished checks leave behind, with what was said in the calls after them; their
    days are those of where the seller is."""
    place = (await tx.week.cadence()).place
    heard = await _heard(tx, buyer_id, found)
    earlier = [
        Earlier(
            Thread.load(check.dialogue).dialogue,
            check.finished_at.astimezone(place).date(),
            same_buyer=buyer_id is not None and check.buyer_id == buyer_id,
            heard=heard.get(check.id, Heard()),
        )
        for check in found
        if check.finished_at
    ]
    return recall(earlier, brief, now.astimezone(place).date())


async def _heard(tx: Transaction, buyer_id: str | None, found: list[Check]) -> dict[str, Heard]:
    """What this buyer said, by the check before whose call it was."""
    if buyer_id is None or all(check.buyer_id != buyer_id for check in found):
        return {}
    told = await tx.calls.heard_from(buyer_id)
    return {call.check_id: calls.load(call.talk) for call in told}


async def from_plan(tx: Transaction, brief: Brief) -> Brief:
    """A typed plan with the buyer it names, if this seller has named them before."""
    buyers = await tx.buyers()
    known = recognise(brief.plan, tuple(_brief(buyer) for buyer in buyers))
    if known is None:
        return replace(brief, ready=False)
    return replace(brief, person=known.person, company=known.company, choices=known.choices)


def _brief(buyer: Buyer) -> Brief:
    rivals = tuple(Choice(Sort.COMPETITOR, name) for name in buyer.rivals)
    return Brief("", buyer.person, buyer.company, (*rivals, Choice(Sort.NOTHING)))
