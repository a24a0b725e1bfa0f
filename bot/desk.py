"""Where a request begins: its transaction, the words of whoever calls, and who that is."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_random_exponential

from bot.buyers import RECENT
from bot.conversation import Conversation, before
from bot.kinds import NOTICE
from bot.language import spoken
from bot.slack import reason_of
from bot.views.fields import Wrong
from bot.views.forms import brief_form
from bot.views.messages import notice
from coaching.brief import Brief
from coaching.words import Words
from storage import Interrupted, Seller, Store, Tenant, Transaction

Body = Mapping[str, Any]
Listener = Callable[..., Awaitable[None]]

PATIENCE = 1.5
"""Seconds in which a transaction is begun anew; one more may take as long again before 3 s."""
GONE = ("expired_trigger_id", "exchanged_trigger_id", "trigger_expired")
"""What Slack says of a trigger once its three seconds are over."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where listeners work. ``now`` is business time, an aware datetime."""

    store: Store
    now: Callable[[], datetime]

    @property
    def words(self) -> Words:
        """The words of the seller's language."""
        return spoken()

    @asynccontextmanager
    async def once(
        self, seller: Seller, kind: str, key: str, written: str = ""
    ) -> AsyncIterator[Transaction | None]:
        """One transaction for one request of Slack; None when it was dealt with before, or when
        its text was ``written`` (a ``ts``) before its seller was forgotten."""
        async with self.store.begin(seller) as tx:
            new = await tx.receive(kind, key)
            yield tx if new and not (written and await self.is_old(tx, written)) else None

    @asynccontextmanager
    async def form(
        self, ack: AsyncAck, seller: Seller, view: Body
    ) -> AsyncIterator[Transaction | None]:
        """The same for a form that was sent, which closes once all is kept. What is ``Wrong`` in
        it is shown instead: the transaction is then undone, and with it the mark that the form was
        received, so that it can be sent again."""
        try:
            async with self.once(seller, "form", view_key(view)) as tx:
                yield tx
        except Wrong as wrong:
            await ack(response_action="errors", errors=wrong.errors)
        else:
            await ack()

    async def is_old(self, tx: Transaction, ts: str) -> bool:
        """Whether this is from before the seller was forgotten."""
        forgotten = await tx.forgotten()
        return bool(forgotten) and not before(forgotten, ts)

    async def brief_form(self, tx: Transaction, brief: Brief, check_id: str = "") -> dict[str, Any]:
        """The form before a call, with the buyers that are known: good until they are forgotten."""
        known = (await tx.buyers())[:RECENT]
        return brief_form(self.words, brief, known, check_id, since=await tx.forgotten())

    async def conversation(
        self, tx: Transaction, check_id: str, mention: str = ""
    ) -> Conversation | None:
        """One of the seller's own checks; ``mention`` calls them into its thread."""
        check = await tx.check(check_id)
        return Conversation(tx, check, self.words, self.now(), mention) if check else None

    async def find(self, tx: Transaction, check_id: str, mention: str = "") -> Conversation | None:
        """The same; the seller is told when it is gone."""
        talk = await self.conversation(tx, check_id, mention)
        if talk is None:
            await tx.post(purpose=NOTICE, body=notice(self.words, "gone"))
        return talk

    async def open_or_tell(
        self, seller: Seller, client: AsyncWebClient, body: Body, view: dict[str, Any]
    ) -> None:
        """Open a modal, or say in the direct messages that it came too late."""
        if not await open_modal(client, body["trigger_id"], view):
            async with self.store.begin(seller) as tx:
                await tx.post(purpose=NOTICE, body=notice(self.words, "slow"))


async def open_modal(client: AsyncWebClient, trigger_id: str, view: dict[str, Any]) -> bool:
    """Open it, within the trigger's three seconds; False when they were over."""
    try:
        await client.views_open(trigger_id=trigger_id, view=view)
    except SlackApiError as error:
        if reason_of(error) not in GONE:
            raise
        return False
    return True


def again(listener: Listener) -> Listener:
    """A listener that begins anew when its transaction was cut off, for as long as Slack waits.

    The key of the request makes that safe: what was committed after all is not done twice.
    """
    return retry(
        retry=retry_if_exception_type(Interrupted),
        stop=stop_after_delay(PATIENCE),
        wait=wait_random_exponential(multiplier=0.05, max=0.5),
        reraise=True,
    )(listener)


def tenant_of(context: Mapping[str, Any]) -> Tenant:
    """Where a request came from, as Bolt read it; an org-wide install is one tenant."""
    team = "" if context.get("is_enterprise_install") else context.get("team_id") or ""
    return Tenant(context.get("enterprise_id") or "", team)


def seller_of(context: Mapping[str, Any]) -> Seller:
    """Who sent a request."""
    return Seller(tenant_of(context), str(context["user_id"]))


def tap_key(body: Body) -> str:
    """What makes one tap one tap: its message or view, its element, its moment."""
    action = body["actions"][0]
    place = body["container"].get("message_ts") or body["container"].get("view_id")
    return f"{place}|{action['action_id']}|{body['user']['id']}|{action['action_ts']}"


def view_key(view: Body) -> str:
    """What makes one submission one submission."""
    return f"{view['id']}|{view['hash']}"


def about(view: Body) -> dict[str, Any]:
    """What a form was opened for."""
    opened: dict[str, Any] = json.loads(view["private_metadata"])
    return opened
