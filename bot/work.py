"""What the clock does, by kind: each piece in one transaction of its seller."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock, Work
from bot.desk import Desk
from bot.home import close_home, read_home
from bot.installations import Installations
from bot.kinds import AFTER, HOME, NUDGE, REMINDER, ZONE
from bot.language import speak_in
from bot.nudges import Nudging
from bot.people import NobodyError, NotNowError, Person, look_up, publish
from storage import Due, Seller, Transaction

PATIENCE = timedelta(minutes=1)
"""After which a reminder names the time where its seller was last; it may be due 5 minutes before
the call."""


class DueWork:
    """The kinds of due work of a seller."""

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
            ZONE: self.look_up_zone,
            REMINDER: self.remind,
            AFTER: self.ask_after,
            NUDGE: self.nudge,
            HOME: self.publish_home,
        }

    async def remind(self, due: Due) -> None:
        """One line before a call, its time by the clock where the seller is by then; it does not
        wait for that for long."""
        person = await self._person(due, PATIENCE)
        if person is None:
            return
        async with self._taken(due) as tx:
            if person.zone:
                await Nudging(tx, self._desk.words, self._desk.now()).follow(person.zone)
            if talk := await self._desk.conversation(tx, due.subject):
                await talk.follow_up.remind(due.user_id)

    async def ask_after(self, due: Due) -> None:
        """What did they say? Asked at an hour to write where the seller is by then."""
        person = await self._person(due)
        if person is None:
            return
        async with self._taken(due) as tx:
            await Nudging(tx, self._desk.words, self._desk.now()).follow(person.zone)
            if talk := await self._desk.conversation(tx, due.subject):
                await talk.after_call.ask(due.user_id, due.at)

    async def look_up_zone(self, due: Due) -> None:
        """Where a seller is, so that every time can be named by its place."""
        person = await self._person(due)
        if person is None:
            return
        async with self._taken(due) as tx:
            await Nudging(tx, self._desk.words, self._desk.now()).follow(person.zone)

    async def nudge(self, due: Due) -> None:
        """The nudge of a week, in the workspace's own second."""
        person = await self._person(due)
        if person is None:
            return
        async with self._taken(due) as tx:
            await Nudging(tx, self._desk.words, self._desk.now()).send(due.at, person)

    async def publish_home(self, due: Due) -> None:
        """App Home as it is now."""
        installation = await self._installations.find(due.tenant)
        if installation is None:
            async with self._taken(due):
                return
        async with self._desk.store.begin(Seller(due.tenant, due.user_id)) as tx:
            speak_in(await tx.language())
            view = await read_home(tx, due.user_id, self._desk.now(), self._desk.words)
        try:
            await publish(self._client, installation.bot_token, due.user_id, view)
        except NotNowError as error:
            await self._clock.later(due, error.seconds)
        except NobodyError:
            async with self._taken(due) as tx:
                await close_home(tx)
        else:
            async with self._taken(due):
                return

    async def _person(self, due: Due, patience: timedelta = timedelta.max) -> Person | None:
        """Who Slack says they are, or somebody unknown once patience is over; None when this is
        put off, or falls away with the app: of nudges the week alone, for the app may come back."""
        installation = await self._installations.find(due.tenant)
        if installation is None:
            async with self._taken(due) as tx:
                if due.kind == NUDGE:
                    await Nudging(tx, self._desk.words, self._desk.now()).lapse(due.at)
            return None
        try:
            return await look_up(self._client, installation.bot_token, due.user_id)
        except NotNowError as error:
            if self._desk.now() - due.at + timedelta(seconds=error.seconds) > patience:
                return Person("")
            await self._clock.later(due, error.seconds)
            return None

    @asynccontextmanager
    async def _taken(self, due: Due) -> AsyncIterator[Transaction]:
        async with self._desk.store.begin(Seller(due.tenant, due.user_id)) as tx:
            await tx.week.take(due)
            speak_in(await tx.language())
            yield tx
            if due.kind != HOME:
                await tx.week.refresh(HOME, self._desk.now())
