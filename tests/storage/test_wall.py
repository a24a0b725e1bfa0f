"""The wall between tenants: what one of them reads is the same with and without the other."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import asdict, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coaching.cadence import Cadence
from coaching.votes import Ballot, Period, Weekly
from storage import (
    Call,
    Channel,
    Installation,
    KeyRing,
    Kind,
    Nudge,
    Seller,
    Stale,
    Store,
    Tenant,
)
from storage.transaction import Transaction
from tests.storage.conftest import Fresh

NOW = datetime(2026, 3, 2, tzinfo=UTC)
US, THEM = Tenant("E1", "T1"), Tenant("E1", "T2")
ACTS = (
    *("receive", "profile", "save_profile", "buyer", "finished", "open", "check", "save", "thread"),
    *("card", "reply", "update", "delete", "keep_text", "place_text", "park", "repark", "unpark"),
    "forget",
    *("cadence", "plan", "drop", "nudge", "answer", "answer_all", "call"),
    *("set_up", "stop", "join", "leave", "cast", "announce"),
    *("install", "uninstall"),
)

# Who, which of two sellers, what, and with which of the few channels, times, keys and names.
steps = st.lists(
    st.tuples(
        st.booleans(), st.sampled_from(["U1", "U2"]), st.sampled_from(ACTS), st.integers(0, 2)
    )
    | st.just("send"),
    max_size=40,
)


class Side:
    """One tenant's people in one database; ids are called by their order."""

    def __init__(self, store: Store, tenant: Tenant) -> None:
        self.store = store
        self.tenant = tenant
        self.names: dict[str, str] = {}
        self.ids: dict[str, list[str]] = {"check": [], "buyer": [], "message": [], "parked": []}
        self.ids["announcement"] = []
        self.sent = 0

    def known(self, kind: str, number: int) -> str:
        ids = self.ids[kind]
        return ids[number % len(ids)] if ids else "none"

    def met(self, kind: str, row_id: str) -> None:
        if row_id not in self.names:
            self.names[row_id] = f"{kind} {len(self.ids[kind])}"
            self.ids[kind].append(row_id)

    def seen(self, told: Any) -> Any:
        """What was read, without what differs from one run to the next."""
        if is_dataclass(told) and not isinstance(told, type):
            return self.seen(asdict(told))
        if isinstance(told, dict):
            return {name: self.seen(value) for name, value in told.items()}
        if isinstance(told, (list, tuple)):
            return [self.seen(value) for value in told]
        return self.names.get(told, told) if isinstance(told, str) else told

    async def act(self, user: str, what: str, number: int) -> Any:
        if what == "install":
            token = f"xoxb-{self.tenant.key}"
            return await self.store.install(Installation(self.tenant, token, "B1", "U0"))
        if what == "uninstall":
            return await self.store.uninstall(self.tenant)
        async with self.store.begin(Seller(self.tenant, user)) as transaction:
            return await getattr(self, what)(transaction, number)

    async def read(self, user: str) -> Any:
        """Every read there is."""
        async with self.store.begin(Seller(self.tenant, user)) as transaction:
            told = [
                await transaction.profile(),
                await transaction.buyers(),
                await transaction.checks(),
                await transaction.checks("open"),
                await transaction.parked(),
                await transaction.holdings(),
                await transaction.forgotten(),
                *[await transaction.finished(buyer, 9) for buyer in self.ids["buyer"]],
                *[await transaction.check(check) for check in self.ids["check"]],
                *[await transaction.messages(check) for check in self.ids["check"]],
                *[await transaction.check_in_thread("D1", str(n)) for n in range(3)],
                *[await transaction.check_of_text("D1", str(n)) for n in range(3)],
                await transaction.week.cadence(),
                await transaction.week.nudges(5),
                *[await transaction.week.planned("nudge", str(n)) for n in range(3)],
                await transaction.calls.all(),
                await transaction.team.membership(),
                await transaction.team.channel("C1"),
                *[await transaction.team.has_voted_on(buyer) for buyer in self.ids["buyer"]],
                *[await transaction.calls.of(check) for check in self.ids["check"]],
                *[await transaction.calls.heard_from(buyer) for buyer in self.ids["buyer"]],
            ]
        return self.seen([told, await self.store.installation(self.tenant)])

    async def receive(self, transaction: Transaction, number: int) -> bool:
        return await transaction.receive("event", str(number))

    async def profile(self, transaction: Transaction, number: int) -> Any:
        return await transaction.profile()

    async def save_profile(self, transaction: Transaction, number: int) -> None:
        profile = await transaction.profile()
        asked = ((self.tenant.key,),)
        await transaction.save_profile(type(profile)(profile.dm_channel, True, asked, "de", number))

    async def buyer(self, transaction: Transaction, number: int) -> Any:
        buyer = await transaction.keep_buyer(f"Marta {number}", "Halden", [self.tenant.key])
        self.met("buyer", buyer.id)
        return buyer

    async def finished(self, transaction: Transaction, number: int) -> Any:
        return await transaction.finished(self.known("buyer", number), 9)

    async def open(self, transaction: Transaction, number: int) -> Any:
        words = f"{self.tenant.key} {number}"
        check = await transaction.open_check(origin=str(number), dialogue=words, now=NOW)
        if check:
            self.met("check", check.id)
        return check

    async def check(self, transaction: Transaction, number: int) -> Any:
        return await transaction.check(self.known("check", number))

    async def save(self, transaction: Transaction, number: int) -> Any:
        check = await transaction.check(self.known("check", number))
        return check and await transaction.save(check)

    async def thread(self, transaction: Transaction, number: int) -> Any:
        return await transaction.check_in_thread("D1", str(number))

    async def card(self, transaction: Transaction, number: int) -> Any:
        check = await transaction.check(self.known("check", number))
        return await self.post(transaction, check.id if check else None, None)

    async def reply(self, transaction: Transaction, number: int) -> Any:
        check = await transaction.check(self.known("check", number))
        messages = await transaction.messages(check.id) if check else ()
        return check and messages and await self.post(transaction, check.id, messages[0].id)

    async def post(self, transaction: Transaction, check_id: str | None, under: str | None) -> Any:
        body = {"text": f"{self.tenant.key} {len(self.ids['message'])}"}
        message = await transaction.post(
            purpose="card", body=body, check_id=check_id, under=under, step="1"
        )
        self.met("message", message.id)
        return message

    async def own_message(self, transaction: Transaction, number: int) -> str | None:
        check = await transaction.check(self.known("check", number))
        messages = await transaction.messages(check.id) if check else ()
        return messages[number % len(messages)].id if messages else None

    async def update(self, transaction: Transaction, number: int) -> None:
        if message := await self.own_message(transaction, number):
            await transaction.update(message, {"text": f"{self.tenant.key} new"})

    async def delete(self, transaction: Transaction, number: int) -> None:
        if message := await self.own_message(transaction, number):
            await transaction.delete(message)

    async def keep_text(self, transaction: Transaction, number: int) -> bool:
        check = await transaction.check(self.known("check", number))
        return await transaction.keep_text("D1", str(number), check.id if check else None)

    async def place_text(self, transaction: Transaction, number: int) -> None:
        if check := await transaction.check(self.known("check", number)):
            await transaction.place_text("D1", str(number), check.id)

    async def park(self, transaction: Transaction, number: int) -> None:
        self.met("parked", await transaction.park(f"{self.tenant.key} words", "D1", str(number)))

    async def repark(self, transaction: Transaction, number: int) -> None:
        await transaction.repark(f"{self.tenant.key} edited", "D1", str(number))

    async def cadence(self, transaction: Transaction, number: int) -> None:
        await transaction.week.save_cadence(Cadence(weekday=number + 1, zone=self.tenant.key))

    async def plan(self, transaction: Transaction, number: int) -> None:
        await transaction.week.plan("nudge", NOW + timedelta(days=number), str(number))

    async def drop(self, transaction: Transaction, number: int) -> None:
        await transaction.week.drop("nudge", str(number))

    async def nudge(self, transaction: Transaction, number: int) -> bool:
        about = (self.tenant.key, NOW, None, self.known("message", number))
        return await transaction.week.begin_nudge(Nudge(f"2026-W0{number}", "sent", *about))

    async def answer(self, transaction: Transaction, number: int) -> Any:
        return await transaction.week.answer_nudge(self.known("message", number), "put_off")

    async def answer_all(self, transaction: Transaction, number: int) -> None:
        await transaction.week.answer_all()

    async def call(self, transaction: Transaction, number: int) -> None:
        if check := await transaction.check(self.known("check", number)):
            call = Call(check.id, "heard", NOW, NOW, f"{self.tenant.key} {number}")
            await transaction.calls.save(call)

    async def set_up(self, transaction: Transaction, number: int) -> None:
        period = Period.begin(Weekly(5, 16, "UTC"), 5 + number, NOW)
        await transaction.channels.save(Channel("C1", self.tenant.key, NOW, period, silent=True))

    async def stop(self, transaction: Transaction, number: int) -> None:
        await transaction.channels.stop("C1")

    async def join(self, transaction: Transaction, number: int) -> None:
        await transaction.team.join("C1", NOW)

    async def leave(self, transaction: Transaction, number: int) -> None:
        await transaction.team.leave()

    async def cast(self, transaction: Transaction, number: int) -> None:
        if check := await transaction.check(self.known("check", number)):
            done = replace(check, finished_at=NOW + timedelta(days=1))
            done = await transaction.save(done)
            await transaction.team.cast(done, Ballot(frozenset(), gap=True), NOW)

    async def announce(self, transaction: Transaction, number: int) -> Any:
        if channel := await transaction.channels.find("C1"):
            summary = await transaction.channels.count(channel)
            kept = await transaction.channels.announce(channel, Kind.LINE, NOW.date(), summary)
            self.met("announcement", kept)
            return await transaction.channels.begin_posting(kept)
        return None

    async def forget(self, transaction: Transaction, number: int) -> None:
        await transaction.forget(str(number))

    async def unpark(self, transaction: Transaction, number: int) -> Any:
        return await transaction.unpark(self.known("parked", number))


async def send(*sides: Side) -> list[Any]:
    """Claim and send all there is; what a sender was given, by tenant."""
    given: list[list[Any]] = [[] for _ in sides]
    store = sides[0].store
    while claimed := await store.claim("sender", 100, 60):
        for outgoing in claimed:
            (number,) = (n for n, side in enumerate(sides) if side.tenant == outgoing.tenant)
            side = sides[number]
            told = asdict(outgoing)
            for of_the_database in ("position", "claimed_at"):
                del told[of_the_database]
            given[number].append(side.seen(told))
            await store.sent(outgoing, channel="D1", ts=str(side.sent))
            side.sent += 1
    return given


async def told_to_us(history: list[Any], store: Store, *, alone: bool) -> list[Any]:
    us, them = Side(store, US), Side(store, THEM)
    told: list[Any] = []
    for step in history:
        if step == "send":
            given = await send(us) if alone else await send(us, them)
            told.append(sorted(given[0], key=lambda one: str(one["user_id"])))
        elif step[0]:
            told.append(us.seen(await us.act(*step[1:])))
        elif not alone:
            await them.act(*step[1:])
    return [told, await us.read("U1"), await us.read("U2")]


def test_what_a_tenant_reads_is_the_same_with_and_without_another(
    fresh: Fresh, engine: str
) -> None:
    """Both have the same people, channels, times and keys."""

    async def compare(history: list[Any]) -> None:
        async with AsyncExitStack() as stack:
            told = []
            for alone in (True, False):
                url = await stack.enter_async_context(fresh())
                store = await Store.open(url, KeyRing({"k": os.urandom(32)}))
                stack.push_async_callback(store.close)
                told.append(await told_to_us(history, store, alone=alone))
        assert told[0] == told[1]
        assert THEM.key not in str(told[1])

    @settings(
        max_examples=25 if engine == "sqlite" else 8,
        suppress_health_check=list(HealthCheck),
    )
    @given(steps)
    def check(history: list[Any]) -> None:
        with asyncio.Runner() as runner:
            runner.run(compare(history))

    check()


async def test_the_comparison_meets_what_it_should(store: Store) -> None:
    """Rare histories are not needed: this one reads something of every kind."""
    history: list[Any] = []
    for act in ("save_profile", "buyer", "open", "card", "reply", "keep_text", "park", "install"):
        history += [(False, "U1", act, 0), (True, "U1", act, 0)]
    us, one, two = await told_to_us([*history, "send"], store, alone=False)
    assert [len(part) for part in us[-1:]] == [2]
    assert "Marta 0" in str(one)
    assert "E1/T1 0" in str(one)
    assert "xoxb-E1/T1" in str(one)
    assert "Marta" not in str(two)


async def test_a_stale_check_of_another_tenant_is_never_saved(store: Store) -> None:
    us, them = Side(store, US), Side(store, THEM)
    check = await us.act("U1", "open", 0)
    await them.act("U1", "open", 0)
    async with store.begin(Seller(THEM, "U1")) as transaction:
        try:
            await transaction.save(check)
        except Stale:
            return
    raise AssertionError("it was saved")
