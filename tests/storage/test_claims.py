"""Several senders on one PostgreSQL: each operation once, each lane in order, nobody left out."""

from __future__ import annotations

import ast
import asyncio
import base64
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tenacity import retry, retry_if_exception_type, wait_random

import storage
from storage import Busy, KeyRing, Message, Outgoing, Seller, Stale, Store
from tests.outbox import next_due
from tests.storage.conftest import Open, Run, on_postgresql

Post = Callable[..., Awaitable[Message]]
Claim = Callable[..., Awaitable[Outgoing]]

HERE = Path(__file__)
LANES, EACH = 200, 10


async def fill(store: Store, ann: Seller) -> None:
    async def lane(number: int) -> None:
        async with store.begin(replace(ann, user_id=f"U{number}")) as transaction:
            for turn in range(EACH):
                await transaction.post(purpose="question", body={"turn": turn})

    for first in range(0, LANES, 10):
        await asyncio.gather(*map(lane, range(first, first + 10)))


@retry(retry=retry_if_exception_type(Busy), wait=wait_random(0.01, 0.05))
async def record(store: Store, outgoing: Outgoing, ts: str) -> None:
    """As the sender does it: a busy database is asked again, and may have kept it before."""
    with suppress(Stale):
        await store.sent(outgoing, channel="D1", ts=ts)


@on_postgresql
async def test_three_senders_send_each_operation_once_and_each_lane_in_order(
    store: Store, another: Open, ann: Seller
) -> None:
    """On PostgreSQL, for SQLite has one process: 2,000 operations of 200 sellers."""
    stores = [store, await another(), await another()]
    await fill(store, ann)
    sent: list[tuple[str, int]] = []
    shares = [0, 0, 0]

    async def send(one: Store, outgoing: Outgoing) -> None:
        assert outgoing.body is not None
        assert (outgoing.attempt, outgoing.uncertain) == (1, False)
        sent.append((outgoing.user_id, outgoing.body["turn"]))
        await record(one, outgoing, str(len(sent)))

    async def work(number: int) -> None:
        one = stores[number]
        while await next_due(one) is not None:
            claimed = await one.claim(f"sender {number}", 32, 60)
            assert len(claimed) <= 32
            shares[number] += len(claimed)
            await asyncio.gather(*(send(one, outgoing) for outgoing in claimed))

    await asyncio.gather(*map(work, range(3)))
    assert len(sent) == LANES * EACH
    for lane in range(LANES):
        assert [turn for user, turn in sent if user == f"U{lane}"] == list(range(EACH))
    assert min(shares) > LANES * EACH / 10


@on_postgresql
async def test_what_a_killed_sender_had_claimed_is_taken_over_when_its_lease_runs_out(
    url: str, ann: Seller
) -> None:
    """On PostgreSQL; a process that starts on SQLite releases the claims of the one before."""
    keys = "k:" + base64.b64encode(os.urandom(32)).decode()
    store = await Store.open(url, KeyRing.from_text(keys))
    for number in range(8):
        async with store.begin(replace(ann, user_id=f"U{number}")) as transaction:
            await transaction.post(purpose="question", body={"turn": number})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(HERE.with_name("claimer.py")), url, keys, "5", "3"),
        stdout=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": str(HERE.parents[2])},
    )
    assert process.stdout is not None
    assert int(await process.stdout.readline()) == 5
    process.kill()
    await process.wait()
    left = await store.claim("alive", 10, 60)
    assert [outgoing.uncertain for outgoing in left] == [False] * 3
    wait = await next_due(store)
    assert wait is not None
    assert 0 < wait <= 3
    await asyncio.sleep(wait + 0.01)
    taken = await store.claim("alive", 10, 60)
    assert [(outgoing.uncertain, outgoing.attempt) for outgoing in taken] == [(True, 2)] * 5
    await store.close()


async def test_who_waits_longest_is_claimed_first(
    store: Store, ann: Seller, bob: Seller, post: Post, claim_one: Claim
) -> None:
    """A seller with much to be told does not keep the others waiting."""
    for _ in range(5):
        await post(ann)
    await post(bob)
    first, second = await store.claim("a", 2, 60)
    assert (first.user_id, second.user_id) == (ann.user_id, bob.user_id)


async def test_the_first_message_sent_and_the_seller_s_next_act_do_not_lock_each_other_out(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    """Both write the seller's row and the message, in opposite order."""
    message = await post(ann)
    outgoing = await claim_one()
    async with store.begin(ann) as transaction:
        await transaction.profile()
    async with store.begin(ann) as transaction:
        await transaction.profile()
        sent = asyncio.create_task(store.sent(outgoing, channel="D1", ts="1.1"))
        await asyncio.sleep(0.2)
        await transaction.delete(message.id)
    await sent
    assert (await claim_one()).op == "delete"


CLOCKS = {"time", "monotonic", "now", "utcnow", "today", "localtime", "gmtime", "time_ns"}


def test_no_lease_and_no_due_time_comes_from_the_clock_of_a_process() -> None:
    """The room has no clock: ids alone are made of the time, and only so that they sort; and how
    long a connection has rested is nobody's business but the process's own."""
    calls = {
        f"{path.name}: {ast.unparse(node)}"
        for path in sorted(Path(storage.__file__).parent.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS)
            or (isinstance(node.func, ast.Name) and node.func.id in CLOCKS)
        )
        and ast.unparse(node) != "func.now()"
    }
    assert calls == {"engine.py: time.monotonic()"}


NOW = {
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "extract(epoch FROM clock_timestamp())::float",
}


@pytest.mark.parametrize("lease", [-5, 0, 30])
async def test_a_lease_is_counted_from_the_database_s_clock(
    store: Store, post: Post, ann: Seller, run: Run, engine: str, lease: float
) -> None:
    await post(ann)
    ((before,),) = await run(f"SELECT {NOW[engine]}")
    await store.claim("a", 1, lease)
    ((claimed, due, after),) = await run(f"SELECT claimed_at, due_at, {NOW[engine]} FROM outbox")
    assert due == pytest.approx(claimed + lease, abs=1e-5)
    assert before - 1e-3 <= claimed <= after + 1e-3
