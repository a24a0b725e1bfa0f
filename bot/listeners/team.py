"""`/differ team`: set up a summary in a channel, take part, leave.

Whoever taps is looked up anew for each act: what a form or a button carries gives nobody a right.
"""

from dataclasses import replace
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.desk import Body, Desk, about, seller_of, view_key
from bot.kinds import ANNOUNCE, CLOSE, HOME
from bot.people import NotNowError, Person, look_up
from bot.places import Place, look_at
from bot.thread import Thread
from bot.views import team as views
from bot.views.messages import message
from coaching.votes import Ballot, Period, ballot
from storage import Channel, Kind, Membership, Seller, Transaction

LOOKED_BACK = 20
"""Finished checks in which the one that counts is looked for."""


class Refused(Exception):
    """It cannot be done; the text is the key of the sentence that says why."""


class Teams:
    """Listeners of the command, the button and the three forms."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def on_command(
        self, ack: AsyncAck, body: Body, context: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """`/differ team` and `/differ team settings`, in the channel itself."""
        settings = self._desk.words.hears("team_settings", body["text"])
        await self._open(ack, body, context, client, body["channel_id"], settings=settings)

    async def on_open(
        self, ack: AsyncAck, body: Body, context: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """The button under an announcement or in the seller's own messages, or App Home's: a
        channel, or the settings of one."""
        action = body["actions"][0]
        chosen = action.get("value") or action.get("selected_conversation")
        channel = chosen or body["container"]["channel_id"]
        settings = action["action_id"] == "team:settings"
        await self._open(ack, body, context, client, channel, settings=settings)

    async def _open(
        self,
        ack: AsyncAck,
        body: Body,
        context: dict[str, Any],
        client: AsyncWebClient,
        channel: str,
        *,
        settings: bool = False,
    ) -> None:
        seller = seller_of(context)
        try:
            view = await self._form(seller, client, context, channel, settings=settings)
        except Refused as refused:
            said = message((self._desk.words.say(f"team.wrong.{refused}"),))
            if "command" in body:
                await ack(said)
                return
            await ack()
            view = views.told(self._desk.words, f"wrong.{refused}")
        else:
            await ack()
        await self._desk.open_or_tell(seller, client, body, view)

    async def _form(
        self,
        seller: Seller,
        client: AsyncWebClient,
        context: dict[str, Any],
        channel_id: str,
        *,
        settings: bool,
    ) -> dict[str, Any]:
        """What this person may do in this channel now."""
        person, place = await self._look(seller, client, context, channel_id)
        async with self._desk.store.begin(seller) as tx:
            channel = await tx.team.channel(channel_id)
            if channel is None or settings:
                _check_owner(channel, seller, person)
                return views.settings_form(
                    channel_id, channel, person.zone, self._desk.words, general=place.general
                )
            part = await self._part(tx, channel)
        return views.part_form(part, self._desk.words, self._desk.now())

    async def _look(
        self, seller: Seller, client: AsyncWebClient, context: dict[str, Any], channel: str
    ) -> tuple[Person, Place]:
        """Who this is, and where. Raises Refused."""
        if channel.startswith("D"):
            raise Refused("direct")
        token = str(context["bot_token"])
        try:
            place = await look_at(client, token, channel)
            person = await look_up(client, token, seller.user_id)
        except NotNowError:
            raise Refused("later") from None
        if place is None:
            raise Refused("uninvited")
        for wrong, why in (
            (place.archived, "archived"),
            (place.shared, "shared"),
            (person.guest or person.gone, "guest"),
        ):
            if wrong:
                raise Refused(why)
        return person, place

    async def _part(self, tx: Transaction, channel: Channel) -> views.Part:
        membership = await tx.team.membership()
        here = membership if membership and membership.channel.id == channel.id else None
        adds = await self._adds(tx, here)
        return views.Part(channel, adds, here is not None, elsewhere=membership is not here)

    async def _adds(self, tx: Transaction, here: Membership | None) -> Ballot | None:
        """What their own check adds at the next close, or, of those who have not joined, what one
        like their last would."""
        now = self._desk.now()
        for check in await tx.finished(None, LOOKED_BACK):
            vote = ballot(Thread.load(check.dialogue).dialogue.standing)
            if vote is None or check.finished_at is None or check.buyer_id is None:
                continue
            if here is None:
                return vote
            counts = here.channel.period.closing_of(check.finished_at, here.joined_at, now)
            if counts and not await tx.team.has_voted_on(check.buyer_id):
                return vote
        return None

    # forms

    async def on_join(
        self, ack: AsyncAck, body: Body, context: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Take part from now on."""
        seller, words, now = seller_of(context), self._desk.words, self._desk.now()
        channel_id = about(body["view"])["channel"]
        try:
            await self._look(seller, client, context, channel_id)
            async with self._desk.once(seller, "form", view_key(body["view"])) as tx:
                channel = await tx.team.channel(channel_id) if tx else None
                if tx and channel is None:
                    raise Refused("stopped")
                if tx and channel:
                    await tx.team.join(channel_id, now)
                    await tx.week.refresh(HOME, now)
        except Refused as refused:
            view = views.told(words, f"wrong.{refused}")
        else:
            closes = views.closes(channel.period, words, now) if channel else ""
            view = views.told(words, "joined", when=closes)
        await ack(response_action="update", view=view)

    async def on_leave(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """Take part no more; nobody is told."""
        async with self._desk.once(seller_of(context), "form", view_key(body["view"])) as tx:
            if tx is not None:
                await tx.team.leave()
                await tx.week.refresh(HOME, self._desk.now())
        await ack(response_action="update", view=views.told(self._desk.words, "left"))

    async def on_settings(
        self, ack: AsyncAck, body: Body, context: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Set it up, change it, stop it."""
        seller, words, view = seller_of(context), self._desk.words, body["view"]
        opened, values = about(view), view["state"]["values"]
        channel_id = opened["channel"]
        try:
            person, place = await self._look(seller, client, context, channel_id)
            async with self._desk.form(ack, Seller(seller.tenant, ""), view) as tx:
                if tx is not None:
                    settings = views.read_settings(
                        values, words, general=place.general and opened["new"]
                    )
                    await self._settle(tx, seller, person, channel_id, settings)
        except Refused as refused:
            await ack(response_action="update", view=views.told(words, f"wrong.{refused}"))

    async def _settle(
        self,
        tx: Transaction,
        seller: Seller,
        person: Person,
        channel_id: str,
        settings: views.Settings,
    ) -> None:
        channel = await tx.channels.find(channel_id)
        _check_owner(channel, seller, person)
        if settings.stop and channel is not None:
            await tx.channels.stop(channel_id)
            await tx.week.drop(CLOSE, channel_id)
            await self._announce(tx, channel, Kind.STOPPED)
        elif channel is not None:
            await self._change(tx, channel, settings)
        else:
            await self._begin(tx, seller, channel_id, settings)

    async def _begin(
        self, tx: Transaction, seller: Seller, channel_id: str, settings: views.Settings
    ) -> None:
        now = self._desk.now()
        period = Period.begin(settings.weekly, settings.minimum, now)
        channel = Channel(channel_id, seller.user_id, now, period, settings.silent)
        await tx.channels.save(channel)
        await tx.week.plan(CLOSE, period.closes, channel_id)
        await self._announce(tx, channel, Kind.SET_UP)

    async def _change(self, tx: Transaction, channel: Channel, settings: views.Settings) -> None:
        period = channel.period.change(settings.weekly, settings.minimum, self._desk.now())
        changed = replace(channel, period=period, silent=settings.silent)
        await tx.channels.save(changed)
        if period.since != channel.period.since:
            await tx.channels.empty(channel.id)
            await self._announce(tx, changed, Kind.LOWERED)

    async def _announce(self, tx: Transaction, channel: Channel, kind: Kind) -> None:
        now = self._desk.now()
        announcement = await tx.channels.announce(channel, kind, now.date())
        await tx.week.plan(ANNOUNCE, now, announcement)


def _check_owner(channel: Channel | None, seller: Seller, person: Person) -> None:
    """Whoever set it up, or an admin. Raises Refused."""
    if channel is not None and channel.set_up_by != seller.user_id and not person.admin:
        raise Refused("not_yours")
