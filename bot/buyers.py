"""Whom a seller sells to: recognised from earlier checks, never guessed."""

from dataclasses import replace

from bot.views.forms import Known
from coaching.answers import is_renewal, propose_kind, recognise
from coaching.brief import Brief, Choice, Kind, Sort
from coaching.words import Words
from storage import Buyer, Transaction

RECENT = 20
"""Buyers that the form offers."""


async def settle(tx: Transaction, brief: Brief, words: Words) -> tuple[Brief, str | None]:
    """Complete a brief with what follows from it, and keep its buyer. Returns the buyer's id."""
    kind = propose_kind(brief.plan, words) if brief.kind is Kind.OTHER else brief.kind
    brief = replace(brief, kind=kind, renewal=is_renewal(brief.plan, words))
    if not brief.person and not brief.company:
        return replace(brief, known=False), None
    rivals = [choice.name for choice in brief.competitors]
    buyer = await tx.keep_buyer(brief.person, brief.company, rivals)
    return replace(brief, known=await tx.knows(buyer.id)), buyer.id


async def from_plan(tx: Transaction, brief: Brief) -> Brief:
    """A typed plan with the buyer it names, if this seller has named them before."""
    buyers = await tx.buyers()
    known = recognise(brief.plan, tuple(_brief(buyer) for buyer in buyers))
    if known is None:
        return replace(brief, ready=False)
    return replace(brief, person=known.person, company=known.company, choices=known.choices)


def known(buyers: tuple[Buyer, ...]) -> tuple[Known, ...]:
    """The buyers a form offers."""
    return tuple(Known(b.id, b.person, b.company, b.rivals) for b in buyers[:RECENT])


def _brief(buyer: Buyer) -> Brief:
    rivals = tuple(Choice(Sort.COMPETITOR, name) for name in buyer.rivals)
    return Brief("", buyer.person, buyer.company, (*rivals, Choice(Sort.NOTHING)))
