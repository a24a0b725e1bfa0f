"""What drains the outbox: posts, updates and deletions, each once, in order within a DM.

A post whose fate is unknown is looked up, by the key in its metadata or in the names of its files,
before it is ever posted again. The SDK's own retries are off: they would post twice.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from tenacity import retry, retry_if_exception_type, wait_fixed

from bot.files import delete_files, keys_in, upload
from bot.installations import Installations
from bot.slack import NO_ANSWER, NOT_REACHED, Refusal, meaning_of, reason_of, retry_after
from storage import Busy, Installation, Outgoing, Stale, StorageError, Store

log = logging.getLogger("differ.sender")

AT_ONCE = 32
"""Messages under way at the same time, each to another seller."""
SKEW = 60.0
"""Seconds that Slack's clock may differ from the database's."""
EVENT = "differ_message"
GONE = {"message_not_found", "cant_update_message", "edit_window_closed", "cant_delete_message"}

Body = Mapping[str, Any]


class NotThereError(Exception):
    """A post that is not to be sent any more, or was taken by Slack, and is not seen there."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: for one call of Slack (well under the lease), for which a claimed message belongs
    to this process, after which the outbox is looked at though nobody called, and between two
    looks at what is due."""

    timeout: float = 10.0
    lease: float = 30.0
    poll: float = 1.0
    tick: float = 1.0


class Sender:
    """One process's share of the outbox. ``client`` has no token of its own and no retries."""

    def __init__(
        self,
        store: Store,
        installations: Installations,
        client: AsyncWebClient,
        owner: str,
        pace: Pace,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._installations = installations
        self._client = client
        self._now = now
        self._owner = owner
        self._pace = pace
        self._woken = asyncio.Event()
        self._stopping = False
        self._all_claimed = True
        self._under_way: set[asyncio.Task[None]] = set()
        store.on_commit = self.wake

    def wake(self) -> None:
        """Something was committed that wants to be sent."""
        self._woken.set()

    def start(self) -> None:
        """Send from now on, until stopped."""
        self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            for outgoing in await self._claim():
                self._start(outgoing)
            # A claim takes all that is due, or all that fits: the next would find nothing.
            await self._rest()

    async def stop(self, grace: float) -> None:
        """Claim nothing more, finish what is under way, give back the rest."""
        self._stopping = True
        self._woken.set()
        # What was claimed at this moment is still started.
        await self._running
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=grace)
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        # What was cut off may still be taken: it is not looked up before a call's time is over.
        with suppress(StorageError):  # then the lease runs out by itself
            await self._store.release(self._owner, self._pace.timeout)

    async def _claim(self) -> list[Outgoing]:
        free = AT_ONCE - len(self._under_way)
        if free <= 0:
            return []
        try:
            claimed = await self._store.claim(self._owner, free, self._pace.lease)
        except StorageError as error:
            log.warning("the outbox cannot be read: %s", error)
            return []
        self._all_claimed = len(claimed) < free
        return claimed

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._pace.poll):
                await self._woken.wait()
        except TimeoutError:
            return

    def _start(self, outgoing: Outgoing) -> None:
        task = asyncio.create_task(self._send_lane(outgoing))
        self._under_way.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not self._all_claimed:
            self.wake()
        if not task.cancelled() and (error := task.exception()):
            log.error("a message could not be recorded: %s", type(error).__name__)

    async def _send_lane(self, first: Outgoing) -> None:
        """One operation and, as long as all goes well, what follows it to the same seller."""
        following: Outgoing | None = first
        while following:
            following = await self._send(following, time.monotonic())

    async def _send(self, outgoing: Outgoing, claimed: float) -> Outgoing | None:
        """One operation, and what came of it. What another process took over is left to it."""
        try:
            return await self._try(outgoing, claimed)
        except Stale:
            log.info("a message was taken over by another process")
        except StorageError as error:
            # The lease runs out, and the message is then looked up before anything else.
            log.warning("what became of a message could not be recorded: %s", error)
        except Exception as error:
            # A fault of ours must not hold up the seller's other messages for ever.
            log.error("a message cannot be sent, for it fails here: %s", type(error).__name__)
            await self._give_up(outgoing, type(error).__name__)
        return None

    async def _try(self, outgoing: Outgoing, claimed: float) -> Outgoing | None:
        installation = await self._installations.find(outgoing.tenant)
        if installation is None:
            await self._give_up(outgoing, "not installed")
            return None
        try:
            channel, ts = await self._call(outgoing, installation, claimed)
        except SlackApiError as error:
            await self._refused(outgoing, error)
        except NotThereError:
            await self._give_up(outgoing, "not there")
        except NOT_REACHED:
            await self._put_off(outgoing, _pause(outgoing), "Slack is out of reach")
        except NO_ANSWER:
            # The request may have been taken: nobody knows until it is looked up.
            await self._doubt(outgoing)
        else:
            return await self._record(outgoing, channel, ts)
        return None

    @retry(retry=retry_if_exception_type(Busy), wait=wait_fixed(0.5))
    async def _record(
        self, outgoing: Outgoing, channel: str | None, ts: str | None
    ) -> Outgoing | None:
        """Until it is kept, or Stale: else the seller's next message waits for the lease to end.

        Returns that next message, unless the process is to stop.
        """
        lease = 0.0 if self._stopping else self._pace.lease
        return await self._store.sent(outgoing, channel=channel, ts=ts, lease=lease)

    async def _give_up(self, outgoing: Outgoing, reason: str) -> None:
        await self._store.dead(outgoing, reason)
        self.wake()

    async def _call(
        self, outgoing: Outgoing, installation: Installation, claimed: float
    ) -> tuple[str | None, str | None]:
        """Do it at Slack. Returns the channel and time of a post."""
        token = installation.bot_token
        if outgoing.op != "post":
            await self._change(outgoing, token)
            return outgoing.channel, outgoing.ts
        channel = outgoing.channel or await self._open(outgoing.user_id, token)
        if outgoing.uncertain and (ts := await self._look_up(outgoing, channel, token)):
            return channel, ts
        if outgoing.body is None or self._comes_too_late(outgoing):
            raise NotThereError
        if time.monotonic() - claimed > self._pace.lease / 2:
            raise TimeoutError("the lease is too old to post under")
        if "files" in outgoing.body:
            return channel, await self._upload(outgoing, channel, token, claimed)
        posted = await self._client.chat_postMessage(
            token=token,
            channel=channel,
            thread_ts=outgoing.thread_ts,
            metadata={"event_type": EVENT, "event_payload": {"key": outgoing.message_id}},
            unfurl_links=False,
            unfurl_media=False,
            **outgoing.body,
        )
        return posted["channel"], posted["ts"]

    def _comes_too_late(self, outgoing: Outgoing) -> bool:
        """Whether it is worth nothing any more: it may have waited, and its seller gone on."""
        late = outgoing.until is not None and outgoing.until < self._now()
        return late or outgoing.overtaken

    async def _upload(self, outgoing: Outgoing, channel: str, token: str, claimed: float) -> str:
        """Files in one message. Returns its time, which Slack does not tell: it shares files when
        it has looked through them, some moments after it said yes.

        Raises:
            NotThereError: it said yes and shares nothing; to send it again could double it.
        """
        async with asyncio.timeout(self._pace.timeout):
            await upload(self._client, token, channel, outgoing)
        with suppress(TimeoutError):
            async with asyncio.timeout_at(claimed + 0.9 * self._pace.lease):
                while True:
                    # Whatever befalls the look-up, the files are no less on their way.
                    with suppress(SlackApiError, *NO_ANSWER):
                        if ts := await self._look_up(outgoing, channel, token):
                            return ts
                    await asyncio.sleep(self._pace.poll)
        raise NotThereError

    async def _change(self, outgoing: Outgoing, token: str) -> None:
        """An update or a deletion: done twice it does no harm."""
        if outgoing.op == "erase":
            await delete_files(self._client, token, outgoing)
        assert outgoing.channel is not None
        assert outgoing.ts is not None
        place: dict[str, Any] = {"channel": outgoing.channel, "ts": outgoing.ts, "token": token}
        if outgoing.op == "update":
            await self._client.chat_update(**place, **(outgoing.body or {}))
        else:
            await self._client.chat_delete(**place)

    async def _open(self, user_id: str, token: str) -> str:
        opened = await self._client.conversations_open(users=user_id, token=token)
        return str(opened["channel"]["id"])

    async def _look_up(self, outgoing: Outgoing, channel: str, token: str) -> str | None:
        """The time of a message that an earlier attempt may have posted, if it is there."""
        found: dict[str, Any] = {
            "token": token,
            "channel": channel,
            "oldest": f"{outgoing.claimed_at - SKEW:.6f}",
            "limit": 100,
            "include_all_metadata": True,
        }
        if outgoing.thread_ts:
            answer = await self._client.conversations_replies(ts=outgoing.thread_ts, **found)
        else:
            answer = await self._client.conversations_history(**found)
        for message in answer["messages"]:
            if outgoing.message_id in _keys(message):
                return str(message["ts"])
        return None

    async def _doubt(self, outgoing: Outgoing) -> None:
        """It may have been done. A post is looked up once no answer can come any more."""
        wait = self._pace.timeout if outgoing.op == "post" else self._pace.poll
        await self._store.uncertain(outgoing, wait)

    async def _put_off(self, outgoing: Outgoing, seconds: float, reason: str) -> None:
        """Try again later. What was in doubt stays in doubt: the look-up itself may have failed."""
        if outgoing.uncertain:
            await self._store.uncertain(outgoing, seconds)
        else:
            await self._store.later(outgoing, seconds, reason)

    async def _refused(self, outgoing: Outgoing, error: SlackApiError) -> None:
        """Slack answered, and said no."""
        meaning, reason = meaning_of(error), reason_of(error)
        if meaning is Refusal.LATER:
            seconds = retry_after(error)
            if error.response.api_url.endswith("chat.postMessage"):
                await self._store.close_for(outgoing.tenant, seconds)
            await self._put_off(outgoing, seconds, "rate limited")
        elif meaning is Refusal.UNCLEAR:
            await self._doubt(outgoing)
        elif meaning is Refusal.REVOKED:
            await self._installations.drop(outgoing.tenant)
            await self._give_up(outgoing, reason)
        elif outgoing.op != "post" and reason in GONE:
            await self._store.sent(outgoing, channel=outgoing.channel, ts=outgoing.ts)
            self.wake()
        else:
            log.error("Slack refused a message for good: %s", reason)
            await self._give_up(outgoing, reason)


def _keys(message: Body) -> list[str]:
    """What a message of ours may be known by."""
    payload = message.get("metadata", {}).get("event_payload", {})
    return [payload.get("key", ""), *keys_in(message)]


def _pause(outgoing: Outgoing) -> float:
    """Seconds until the next try when Slack cannot be reached: doubling, up to a minute."""
    return min(60.0, 2.0 ** min(outgoing.attempt, 6))
