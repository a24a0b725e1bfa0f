"""Closing a period, and posting in a channel: each line at most once.

A line in a channel cannot be looked up, so one whose fate is unknown is not sent again; whoever set
the summary up is told. Only an `Announcement` gets here, which holds nothing that a person wrote.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock, Work
from bot.desk import Desk
from bot.installations import Installations
from bot.kinds import ANNOUNCE, ANNOUNCED, CLOSE, NOTICE, TELL
from bot.language import speak_in
from bot.people import NotNowError
from bot.places import look_at
from bot.slack import NO_ANSWER, NOT_REACHED, Refusal, meaning_of, reason_of, retry_after
from bot.views.team import about_channel, announcement_message
from coaching.words import words
from storage import Announcement, Channel, Due, Installation, Kind, Seller, Tenant, Transaction

log = logging.getLogger("differ.summaries")

ENDED = timedelta(minutes=5)
"""Of business time; by then a post has come to an end, or its process has."""
SOON = timedelta(seconds=30)
IN_A_CHANNEL = words("en")
"""Many read it, and none of them was asked for a language."""


class Summaries:
    """The kinds of due work of a channel."""

    def __init__(
        self, desk: Desk, installations: Installations, client: AsyncWebClient, clock: Clock
    ) -> None:
        self._desk = desk
        self._installations = installations
        self._client = client
        self._clock = clock

    @property
    def kinds(self) -> dict[str, Work]:
        """A function for each."""
        return {
            CLOSE: self.close,
            ANNOUNCE: self.announce,
            ANNOUNCED: self.see_to,
            TELL: self.tell,
        }

    # the close

    async def close(self, due: Due) -> None:
        """Count what a period holds, once, and have it announced."""
        installation = await self._installations.find(due.tenant)
        if installation is None:
            return await self._clock.later(due, 3600.0)
        try:
            place = await look_at(self._client, installation.bot_token, due.subject)
        except NotNowError as error:
            return await self._clock.later(due, error.seconds)
        async with self._taken(due) as tx:
            channel = await tx.channels.find(due.subject)
            if channel is None:
                return
            if place is None or place.shared or place.archived:
                await tx.channels.stop(channel.id)
                await self._plan_to_tell(tx, channel, "refused" if place is None else "no_place")
            else:
                await self._count(tx, channel)

    async def _count(self, tx: Transaction, channel: Channel) -> None:
        summary = await tx.channels.count(channel)
        closes = channel.period.closes
        day = closes.astimezone(ZoneInfo(channel.period.weekly.zone)).date()
        period = channel.period.close(published=summary is not None)
        await tx.channels.save(
            replace(channel, period=period, published=channel.published or summary is not None)
        )
        await tx.week.plan(CLOSE, period.closes, channel.id)
        if summary is not None:
            kind = Kind.LINE if channel.published else Kind.FIRST
            line = await tx.channels.announce(channel, kind, day, summary)
            await tx.channels.announce(channel, Kind.THREAD, day, summary, under=line)
        elif not channel.silent:
            line = await tx.channels.announce(channel, Kind.TOO_FEW, day)
        else:
            return
        await tx.week.plan(ANNOUNCE, self._desk.now(), line)

    # the post

    async def announce(self, due: Due) -> None:
        """Post one line. From the commit on it is never posted again, whatever happens."""
        installation = await self._installations.find(due.tenant)
        if installation is None:
            return await self._clock.later(due, 3600.0)
        now = self._desk.now()
        async with self._taken(due) as tx:
            announcement = await tx.channels.begin_posting(due.subject)
            if announcement is not None:
                await tx.week.plan(ANNOUNCED, now + ENDED, due.subject)
        if announcement is not None:
            await self._post(due.tenant, installation, announcement)

    async def _post(
        self, tenant: Tenant, installation: Installation, announcement: Announcement
    ) -> None:
        try:
            posted = await self._client.chat_postMessage(
                token=installation.bot_token,
                channel=announcement.channel,
                thread_ts=announcement.thread_ts,
                unfurl_links=False,
                unfurl_media=False,
                **announcement_message(announcement, IN_A_CHANNEL),
            )
        except SlackApiError as error:
            await self._refused(tenant, announcement, error)
        except NOT_REACHED:
            await self._again(tenant, announcement)
        except NO_ANSWER:
            await self._unknown(tenant, announcement.id)
        else:
            await self._posted(tenant, announcement, posted["ts"])

    async def _posted(self, tenant: Tenant, announcement: Announcement, ts: str) -> None:
        async with self._ended(tenant, announcement.id) as tx:
            await tx.channels.finish(announcement.id, "posted", ts)
            for reply in await tx.channels.replies(announcement.id):
                await tx.week.plan(ANNOUNCE, self._desk.now(), reply)

    async def _refused(
        self, tenant: Tenant, announcement: Announcement, error: SlackApiError
    ) -> None:
        """Slack answered, and said no."""
        meaning = meaning_of(error)
        if meaning is Refusal.LATER:
            await self._desk.store.close_for(tenant, retry_after(error))
            await self._again(tenant, announcement)
        elif meaning is Refusal.UNCLEAR:
            await self._unknown(tenant, announcement.id)
        else:
            log.error("Slack refused a line in a channel for good: %s", reason_of(error))
            if meaning is Refusal.REVOKED:
                await self._installations.drop(tenant)
            await self._give_up(tenant, announcement)

    async def _again(self, tenant: Tenant, announcement: Announcement) -> None:
        """It certainly was not posted."""
        async with self._ended(tenant, announcement.id) as tx:
            await tx.channels.finish(announcement.id, "new")
            await tx.week.plan(ANNOUNCE, self._desk.now() + SOON, announcement.id)

    async def _give_up(self, tenant: Tenant, announcement: Announcement) -> None:
        async with self._ended(tenant, announcement.id) as tx:
            if channel := await tx.channels.finish(announcement.id, "refused"):
                await tx.channels.stop(channel.id)
                await tx.week.drop(CLOSE, channel.id)
                await self._plan_to_tell(tx, channel, "refused")

    async def see_to(self, due: Due) -> None:
        """A post that has not come to an end by now: its process has."""
        async with self._taken(due) as tx:
            await self._leave(tx, due.subject)

    async def _unknown(self, tenant: Tenant, announcement_id: str) -> None:
        async with self._ended(tenant, announcement_id) as tx:
            await self._leave(tx, announcement_id)

    async def _leave(self, tx: Transaction, announcement_id: str) -> None:
        if channel := await tx.channels.finish(announcement_id, "unknown"):
            await self._plan_to_tell(tx, channel, "unknown")

    async def _plan_to_tell(self, tx: Transaction, channel: Channel, key: str) -> None:
        await tx.week.plan(TELL, self._desk.now(), f"{key} {channel.id} {channel.set_up_by}")

    async def tell(self, due: Due) -> None:
        """Whoever set the summary up, in their own direct messages."""
        key, channel, user_id = due.subject.split()
        async with self._desk.store.begin(Seller(due.tenant, user_id)) as tx:
            await tx.week.take(due)
            speak_in(await tx.language())
            body = about_channel(self._desk.words.say(f"team.{key}"), channel)
            await tx.post(purpose=NOTICE, body=body)

    @asynccontextmanager
    async def _taken(self, due: Due) -> AsyncIterator[Transaction]:
        async with self._desk.store.begin(Seller(due.tenant, "")) as tx:
            await tx.week.take(due)
            yield tx

    @asynccontextmanager
    async def _ended(self, tenant: Tenant, announcement_id: str) -> AsyncIterator[Transaction]:
        async with self._desk.store.begin(Seller(tenant, "")) as tx:
            await tx.week.drop(ANNOUNCED, announcement_id)
            yield tx
