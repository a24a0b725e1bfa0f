"""One seller's transaction: every statement names the tenant and the user."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Executable, Row
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import erasure
from storage import statements as sql
from storage.calls import Calls
from storage.channels import Channels
from storage.errors import Stale
from storage.identity import Seller, new_id
from storage.keys import Cipher
from storage.records import Buyer, Check, Holdings, Message, Operation, Parked, Profile
from storage.team import Team
from storage.week import Week


class Transaction:
    """What one interaction of one seller reads and writes, all of it or nothing.

    Messages and their operations are inserted together at the end, in two statements.
    """

    def __init__(self, connection: AsyncConnection, seller: Seller, cipher: Cipher) -> None:
        self._connection = connection
        self._cipher = cipher
        self._keys = {"tenant": seller.tenant.key, "user_id": seller.user_id}
        self._own = {"own_tenant": seller.tenant.key, "own_user": seller.user_id}
        self.week = Week(connection, self._keys)
        self.calls = Calls(connection, self._keys, cipher)
        self.team = Team(connection, self._keys, cipher)
        self.channels = Channels(connection, seller.tenant.key)
        self._new_messages: list[dict[str, Any]] = []
        self._new_operations: list[dict[str, Any]] = []
        self.enqueued = False
        self.erased = False

    # inbox

    async def receive(self, kind: str, key: str) -> bool:
        """False when this tenant's request was seen before."""
        values = {"tenant": self._keys["tenant"], "kind": kind, "key": key}
        return (await self._run(sql.RECEIVE, values)).first() is not None

    # the seller

    async def profile(self) -> Profile:
        """What is remembered of the seller, whose row is made if it is new."""
        row = (await self._run(sql.FIND_PROFILE, self._own)).first()
        if row is None:
            await self._run(sql.ADD_SELLER, self._keys)
            return Profile()
        asked = tuple(tuple(ids) for ids in json.loads(row.asked))
        return Profile(row.dm_channel, row.welcomed, asked, row.language, row.checks)

    async def save_profile(self, profile: Profile) -> None:
        values = {
            "dm_channel": profile.dm_channel,
            "welcomed": profile.welcomed,
            "asked": json.dumps(profile.asked),
            "language": profile.language,
            "checks": profile.checks,
        }
        await self._run(sql.SAVE_PROFILE, self._own | values)

    async def language(self) -> str | None:
        """What the seller is spoken to in, if anybody said so; to ask makes no row."""
        language: str | None = (await self._run(sql.FIND_LANGUAGE, self._own)).scalar()
        return language

    async def holdings(self) -> Holdings:
        """How much is kept of the seller."""
        await self.flush()
        return await erasure.holdings(self._connection, self._own)

    async def forgotten(self) -> str:
        """The `ts` at which the seller was last forgotten, or an empty text."""
        return await erasure.forgotten_at(self._connection, self._own)

    async def forget(self, ts: str) -> None:
        """Erase all that is the seller's, and have the bot's messages taken away from Slack.

        `ts` is when they asked for it, by Slack's clock; it is kept, to know what is older.
        """
        await self.flush()
        await self.team.forget()
        await erasure.erase(self._connection, self._own, ts)
        self.enqueued = self.erased = True

    # buyers

    async def buyers(self) -> tuple[Buyer, ...]:
        """The seller's buyers, the most recently used first."""
        return tuple(self._buyer(row) for row in await self._run(sql.FIND_BUYERS, self._own))

    async def keep_buyer(self, person: str, company: str, rivals: Sequence[str] = ()) -> Buyer:
        """The buyer of that name, moved to the front; rivals, if any, replace the earlier ones."""
        person, company = person.strip(), company.strip()
        for known in await self.buyers():
            if _same(known.person, person) and _same(known.company, company):
                kept = replace(known, rivals=tuple(rivals) or known.rivals)
                values = {"own_id": kept.id, **self._buyer_values(kept)}
                await self._run(sql.SAVE_BUYER, self._own | values)
                return kept
        buyer = Buyer(new_id(), person, company, tuple(rivals))
        await self._run(sql.ADD_BUYER, self._keys | {"id": buyer.id, **self._buyer_values(buyer)})
        return buyer

    # checks

    async def open_check(
        self,
        *,
        origin: str,
        dialogue: str,
        now: datetime,
        buyer_id: str | None = None,
        call_at: datetime | None = None,
        state: str = "open",
    ) -> Check | None:
        """A new check, or None if this seller already made one from that origin."""
        check = Check(new_id(), origin, buyer_id, dialogue, state, call_at, now, None, 1)
        values = {
            "id": check.id,
            "origin": origin,
            "started_at": now,
            "version": check.version,
            **self._check_values(check),
        }
        added = await self._run(sql.ADD_CHECK, self._keys | values)
        return None if added.first() is None else check

    async def check(self, check_id: str) -> Check | None:
        """The seller's own check, held against other writers until the transaction ends."""
        row = (await self._run(sql.FIND_CHECK, self._own | {"own_id": check_id})).first()
        return None if row is None else self._opened(row)

    async def check_in_thread(
        self, channel: str, thread_ts: str, purpose: str = "card"
    ) -> Check | None:
        """The check whose card, or other message of that purpose, opened that thread."""
        place = {"channel": channel, "ts": thread_ts, "of_purpose": purpose}
        row = (await self._run(sql.FIND_CHECK_IN_THREAD, self._own | place)).first()
        return None if row is None else self._opened(row)

    async def checks(self, *states: str) -> tuple[Check, ...]:
        """The seller's checks in any of these states (in all, if none is named), newest first."""
        statement = sql.FIND_CHECKS_IN if states else sql.FIND_CHECKS
        rows = await self._run(statement, self._own | ({"states": states} if states else {}))
        return tuple(self._opened(row) for row in rows)

    async def finished(self, buyer_id: str | None, limit: int) -> tuple[Check, ...]:
        """Finished checks, those with this buyer first and the newest of each first."""
        values = {"buyer": buyer_id, "most": limit}
        rows = await self._run(sql.FIND_FINISHED, self._own | values)
        return tuple(self._opened(row) for row in rows)

    async def latest_checks(self, most: int) -> tuple[Check, ...]:
        """The seller's newest checks that were not cancelled, newest first."""
        rows = await self._run(sql.FIND_LATEST_CHECKS, self._own | {"most": most})
        return tuple(self._opened(row) for row in rows)

    async def save(self, check: Check) -> Check:
        """Write what can change and count the version up; raises Stale if it was changed since."""
        values = {"own_id": check.id, "read_version": check.version, **self._check_values(check)}
        saved = await self._run(sql.SAVE_CHECK, self._own | values)
        if saved.rowcount == 0:
            raise Stale("the check has changed since it was read")
        return replace(check, version=check.version + 1)

    # messages

    async def messages(self, check_id: str) -> tuple[Message, ...]:
        """What the bot has posted or will post for that check, oldest first."""
        await self.flush()
        rows = await self._run(sql.FIND_MESSAGES, self._own | {"check": check_id})
        return tuple(_message(row) for row in rows)

    async def message(self, purpose: str, step: str) -> Message | None:
        """The one message of that purpose and step, unless it was taken away."""
        await self.flush()
        of = {"of_purpose": purpose, "of_step": step}
        row = (await self._run(sql.FIND_MESSAGE, self._own | of)).first()
        return None if row is None else _message(row)

    async def newest_message(self, until: str, *purposes: str) -> Message | None:
        """The latest message of these purposes that stood there at that ``ts`` and still does."""
        values = {"until": until, "purposes": purposes}
        row = (await self._run(sql.FIND_NEWEST, self._own | values)).first()
        return None if row is None else _message(row)

    async def post(
        self,
        *,
        purpose: str,
        body: dict[str, Any],
        check_id: str | None = None,
        under: str | None = None,
        step: str = "",
        channel: str | None = None,
        message_id: str = "",
        until: datetime | None = None,
    ) -> Message:
        """Post a new message, in the thread of the message `under` if one is given.

        It goes to the seller's direct messages; `channel` names them where they are not known.
        `message_id` is a new id that was given out before. After `until`, business time, it comes
        too late to be posted.
        """
        message = Message(message_id or new_id(), check_id, purpose, step, under, channel, None)
        self._new_messages.append(
            self._keys
            | {
                "id": message.id,
                "check_id": check_id,
                "purpose": purpose,
                "step": step,
                "under": under,
                "channel": channel,
            }
        )
        self._enqueue("post", message.id, body, until)
        return message

    async def update(self, message_id: str, body: dict[str, Any]) -> None:
        """Show `body` instead; an operation nobody has claimed yet takes the new body."""
        self._enqueue("update", message_id, body)

    async def delete(self, message_id: str) -> None:
        """Take the message away; what was not yet claimed for posting vanishes unseen.

        With an unposted message vanish those that were to go into its thread.
        """
        await self.flush()
        own = self._own | {"own_id": message_id}
        # First the operation, then the message: a sender that claims at this moment wins whole.
        if (await self._run(sql.UNPOST, own)).rowcount:
            await self._run(sql.DROP_MESSAGE, own)
        else:
            await self._run(sql.HIDE_MESSAGE, own)
            self._enqueue("delete", message_id, None)

    async def is_under_way(self, message_id: str) -> bool:
        """Whether the message may stand in Slack already, though that is not known here yet."""
        own = self._own | {"own_id": message_id}
        return (await self._run(sql.IS_UNDER_WAY, own)).first() is not None

    async def flush(self) -> None:
        """Insert what was collected: all messages, then all operations."""
        if self._new_messages:
            await self._run(sql.ADD_MESSAGES, self._new_messages)
            self._new_messages = []
        if self._new_operations:
            await self._run(sql.ENQUEUE, self._new_operations)
            self._new_operations = []

    # the seller's texts

    async def keep_text(self, channel: str, ts: str, check_id: str | None) -> bool:
        """Remember which check a text of the seller went to; False if that is known already."""
        values = {"channel": channel, "ts": ts, "check_id": check_id}
        return (await self._run(sql.ADD_TEXT, self._keys | values)).first() is not None

    async def place_text(self, channel: str, ts: str, check_id: str) -> None:
        """A text that was kept belongs to this check."""
        place = {"own_channel": channel, "own_ts": ts, "check_id": check_id}
        await self._run(sql.PLACE_TEXT, self._own | place)

    async def check_of_text(self, channel: str, ts: str) -> str | None:
        place = {"channel": channel, "ts": ts}
        found: str | None = (await self._run(sql.FIND_CHECK_OF_TEXT, self._own | place)).scalar()
        return found

    async def park(self, text: str, channel: str, ts: str) -> str:
        """Keep a text until its author says where it belongs; returns the id to unpark it by."""
        parked_id = new_id()
        sealed = self._cipher.seal(text, "parked", "text", parked_id)
        values = {"id": parked_id, "text": sealed, "channel": channel, "ts": ts}
        await self._run(sql.PARK, self._keys | values)
        return parked_id

    async def repark(self, text: str, channel: str, ts: str) -> None:
        """A text that may be parked was edited, or with an empty text deleted."""
        place = {"own_channel": channel, "own_ts": ts}
        row = (await self._run(sql.UNPARK_TEXT, self._own | place)).first()
        if row is not None and text:
            sealed = self._cipher.seal(text, "parked", "text", row.id)
            values = {"id": row.id, "text": sealed, "channel": channel, "ts": ts}
            await self._run(sql.PARK, self._keys | values)

    async def parked(self) -> tuple[Parked, ...]:
        """The texts that wait, oldest first."""
        rows = await self._run(sql.FIND_PARKED, self._own)
        return tuple(self._parked(row) for row in rows)

    async def unpark(self, parked_id: str) -> Parked | None:
        """Take a parked text out; None if it was taken before."""
        row = (await self._run(sql.UNPARK, self._own | {"own_id": parked_id})).first()
        return None if row is None else self._parked(row)

    # between rows and values

    async def _run(
        self, statement: Executable, values: dict[str, Any] | list[dict[str, Any]]
    ) -> CursorResult[Any]:
        return await self._connection.execute(statement, values)

    def _enqueue(
        self,
        op: Operation,
        message_id: str,
        body: dict[str, Any] | None,
        until: datetime | None = None,
    ) -> None:
        operation_id = new_id()
        sealed = None
        if body is not None:
            clear = json.dumps(body, ensure_ascii=False)
            sealed = self._cipher.seal(clear, "outbox", "body", operation_id)
        values = {
            "id": operation_id,
            "message_id": message_id,
            "op": op,
            "body": sealed,
            "until": until,
        }
        self._new_operations.append(self._keys | values)
        self.enqueued = True

    def _parked(self, row: Row[Any]) -> Parked:
        clear = self._cipher.open(row.text, "parked", "text", row.id)
        return Parked(row.id, clear, row.channel, row.ts)

    def _buyer(self, row: Row[Any]) -> Buyer:
        names = json.loads(self._cipher.open(row.names, "buyers", "names", row.id))
        return Buyer(row.id, names["person"], names["company"], tuple(names["rivals"]))

    def _buyer_values(self, buyer: Buyer) -> dict[str, Any]:
        names = {"person": buyer.person, "company": buyer.company, "rivals": buyer.rivals}
        clear = json.dumps(names, ensure_ascii=False)
        return {
            "recency": new_id(),
            "names": self._cipher.seal(clear, "buyers", "names", buyer.id),
        }

    def _opened(self, row: Row[Any]) -> Check:
        return Check(
            id=row.id,
            origin=row.origin,
            buyer_id=row.buyer_id,
            dialogue=self._cipher.open(row.dialogue, "checks", "dialogue", row.id),
            state=row.state,
            call_at=row.call_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
            version=row.version,
        )

    def _check_values(self, check: Check) -> dict[str, Any]:
        return {
            "buyer_id": check.buyer_id,
            "dialogue": self._cipher.seal(check.dialogue, "checks", "dialogue", check.id),
            "state": check.state,
            "call_at": check.call_at,
            "finished_at": check.finished_at,
        }


def _message(row: Row[Any]) -> Message:
    return Message(row.id, row.check_id, row.purpose, row.step, row.under, row.channel, row.ts)


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
