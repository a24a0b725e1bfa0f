"""The end of a seller: nothing of theirs is left, and nothing of anybody else's is touched."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from coaching.cadence import Cadence
from coaching.votes import Ballot, Period, Weekly
from storage import Call, Channel, Holdings, Nudge, Outgoing, Profile, Seller, Stale, Store, engine
from storage import store as stores
from tests.outbox import next_due
from tests.storage.conftest import Claim, Open, Run, on_sqlite

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TABLES = (
    *("sellers", "buyers", "checks", "messages", "outbox", "texts", "parked"),
    *("cadences", "due", "nudges", "calls", "memberships"),
)
Rows = Callable[[Seller], Awaitable[dict[str, list[Any]]]]


@pytest.fixture
def rows(run: Run) -> Rows:
    """Everything a seller has, by table; empty tables are left out."""

    async def rows(seller: Seller) -> dict[str, list[Any]]:
        of = {"tenant": seller.tenant.key, "user": seller.user_id}
        where = "WHERE tenant = :tenant AND user_id = :user"
        found = {t: await run(f"SELECT * FROM {t} {where} ORDER BY 1, 2, 3", **of) for t in TABLES}
        return {table: kept for table, kept in found.items() if kept}

    return rows


async def talk(store: Store, seller: Seller, number: int = 0, words: str = "canary") -> str:
    """One of everything; returns the id of the card."""
    async with store.begin(seller) as tx:
        buyer = await tx.keep_buyer(f"{words} Marta {number}", "Halden", ["Acme"])
        check = await tx.open_check(
            origin=f"o{number}", dialogue=words * 200, now=NOW, buyer_id=buyer.id
        )
        assert check is not None
        await tx.save_profile(Profile(None, True, (("risk.one",),), "en", 1 + number))
        card = await tx.post(purpose="card", body={"text": words}, check_id=check.id, step="gate")
        await tx.post(purpose="prompt", body={"text": words}, check_id=check.id, under=card.id)
        channel = f"D{seller.user_id}{seller.tenant.team_id}"
        await tx.keep_text(channel, f"{number}.1", check.id)
        await tx.park(words, channel, f"{number}.2")
        await tx.week.save_cadence(Cadence(zone="Europe/Berlin"))
        await tx.week.plan("nudge", NOW, check.id)
        nudge = Nudge(f"2026-W{number:02}", "sent", "promise.1", NOW, check.id, card.id)
        await tx.week.begin_nudge(nudge)
        await tx.calls.save(Call(check.id, "heard", NOW, NOW, words))
        period = Period.begin(Weekly(5, 16, "UTC"), 5, NOW)
        await tx.channels.save(Channel("C1", "U9", NOW, period, silent=True))
        await tx.team.join("C1", NOW)
        done = replace(check, finished_at=NOW + timedelta(hours=1))
        await tx.team.cast(done, Ballot(frozenset(), gap=True), NOW)
    return card.id


async def send(store: Store) -> list[Outgoing]:
    """All that can be sent now, in its order."""
    done: list[Outgoing] = []
    while claimed := await store.claim("sender", 10, 60):
        for outgoing in claimed:
            place = {"channel": f"D-{outgoing.user_id}", "ts": f"{len(done) + 1}.0"}
            await store.sent(outgoing, **(place if outgoing.op == "post" else nowhere()))
        done += claimed
    return done


def nowhere() -> dict[str, None]:
    return {"channel": None, "ts": None}


async def forget(store: Store, seller: Seller, ts: str = "100.0") -> None:
    async with store.begin(seller) as tx:
        await tx.forget(ts)


async def test_only_the_places_in_slack_are_left_and_they_go_with_the_messages(
    store: Store, rows: Rows, ann: Seller
) -> None:
    card = await talk(store, ann)
    await send(store)
    async with store.begin(ann) as tx:
        assert await tx.holdings() == Holdings(checks=1, buyers=1, messages=2)
    await forget(store, ann)
    assert set(await rows(ann)) == {"messages", "outbox"}
    async with store.begin(ann) as tx:
        assert await tx.forgotten() == "100.0"
        assert await tx.holdings() == Holdings(0, 0, 0)
        assert await tx.profile() == Profile()
        assert not (*await tx.parked(), *await tx.checks(), *await tx.buyers())
        assert await tx.message("card", "gate") is None
    erased = await send(store)
    assert {(one.op, one.body, one.thread_ts) for one in erased} == {("erase", None, None)}
    # A card whose replies are there would stay as "deleted" over them.
    assert erased[-1].message_id == card
    left = await rows(ann)
    left.pop("sellers")  # made by the look above
    assert left == {}


async def test_nobody_else_is_touched(
    store: Store, rows: Rows, ann: Seller, bob: Seller, stranger: Seller
) -> None:
    for seller in (ann, bob, stranger):
        await talk(store, seller)
    await send(store)
    for seller in (bob, stranger):
        await talk(store, seller, number=1)
    before = [await rows(bob), await rows(stranger)]
    await forget(store, ann)
    assert [await rows(bob), await rows(stranger)] == before
    async with store.begin(bob) as tx:
        assert await tx.forgotten() == ""


async def test_what_was_not_sent_is_not_sent_any_more(
    store: Store, rows: Rows, claim_one: Claim, ann: Seller
) -> None:
    await talk(store, ann)
    await store.later(await claim_one(), 0, "Slack is out of reach")
    await talk(store, ann, number=1)
    await forget(store, ann)
    assert await rows(ann) == {}
    assert await next_due(store) is None


async def test_a_post_under_way_is_erased_when_it_has_arrived(
    store: Store, rows: Rows, claim_one: Claim, ann: Seller
) -> None:
    await talk(store, ann)
    outgoing = await claim_one()
    await forget(store, ann)
    ((_, *kept),) = (await rows(ann))["outbox"]
    assert not any(isinstance(value, bytes | memoryview) for value in kept)
    await store.sent(outgoing, channel="D1", ts="7.0")
    erased = await claim_one()
    assert (erased.op, erased.channel, erased.ts) == ("erase", "D1", "7.0")
    await store.sent(erased, channel="D1", ts="7.0")
    assert await rows(ann) == {}


async def test_a_post_in_doubt_is_looked_for_in_its_thread_and_never_posted(
    store: Store, rows: Rows, claim_one: Claim, ann: Seller
) -> None:
    await talk(store, ann)
    await store.sent(await claim_one(), channel="D1", ts="7.0")
    await store.uncertain(await claim_one(), 0)
    await forget(store, ann)
    card, reply = sorted(await store.claim("sender", 10, 60), key=lambda one: one.op)
    assert (card.op, card.ts) == ("erase", "7.0")
    assert (reply.op, reply.uncertain, reply.body) == ("post", True, None)
    await store.sent(card, channel="D1", ts="7.0")
    assert reply.thread_ts == "7.0"
    # The card's place is needed as long as its reply is looked for.
    assert len((await rows(ann))["messages"]) == 2
    await store.dead(reply, "not there")
    assert await rows(ann) == {}


async def test_what_is_erased_holds_up_nothing_new(
    store: Store, claim_one: Claim, ann: Seller
) -> None:
    await talk(store, ann)
    await send(store)
    await forget(store, ann)
    async with store.begin(ann) as tx:
        last = await tx.post(purpose="notice", body={"text": "Gone."}, channel="D1")
    claimed = await store.claim("sender", 10, 60)
    assert {(one.op, one.channel) for one in claimed} == {("erase", "D-U1"), ("post", "D1")}
    assert last.id in {one.message_id for one in claimed}


async def test_forgotten_twice_everything_still_goes(
    store: Store, rows: Rows, claim_one: Claim, ann: Seller
) -> None:
    await talk(store, ann)
    await send(store)
    await forget(store, ann)
    under_way = await claim_one()
    await talk(store, ann, number=1)
    await forget(store, ann, "200.0")
    async with store.begin(ann) as tx:
        assert await tx.forgotten() == "200.0"
    with pytest.raises(Stale):
        await store.sent(under_way, channel="D1", ts="1.0")
    assert len(await send(store)) == 2
    assert await rows(ann) == {}


async def test_undone_nothing_has_happened(store: Store, rows: Rows, ann: Seller) -> None:
    await talk(store, ann)
    before = await rows(ann)

    async def cut_off() -> None:
        async with store.begin(ann) as tx:
            await tx.forget("100.0")
            raise RuntimeError("the power is gone")

    with pytest.raises(RuntimeError):
        await cut_off()
    assert await rows(ann) == before
    async with store.begin(ann) as tx:
        assert await tx.forgotten() == ""


# bytes


async def traces(run: Run, seller: Seller) -> list[bytes]:
    """What would betray the seller in a file: sealed words, and the ids of rows."""
    found: list[bytes] = []
    for table in TABLES:
        where = "WHERE tenant = :tenant AND user_id = :user"
        of = {"tenant": seller.tenant.key, "user": seller.user_id}
        for row in await run(f"SELECT * FROM {table} {where}", **of):
            found += [bytes(value) for value in row if isinstance(value, bytes)]
            found += [v.encode() for v in row if isinstance(v, str) and len(v) == 32]
    return found


def on_disk(path: Path, canaries: list[bytes]) -> int:
    """How many of these stand in the database file and what lies beside it."""
    files = b"".join(file.read_bytes() for file in path.parent.iterdir())
    return sum(canary in files for canary in canaries)


@pytest.fixture(params=["journal", "write-ahead log"])
def kept_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways in which SQLite keeps a commit, whatever its version."""
    monkeypatch.setattr(engine, "wal_is_safe", lambda _: request.param == "write-ahead log")
    return str(request.param)


@on_sqlite
async def test_no_byte_is_left_in_the_file_or_beside_it(
    kept_in: str, another: Open, path: Path, run: Run, ann: Seller, bob: Seller
) -> None:
    store = await another()
    assert kept_in in store.describe()
    for number in range(30):
        await talk(store, ann, number)
        await talk(store, bob, number, words="hers")
    await send(store)
    await talk(store, ann, 30)
    mine, hers = await traces(run, ann), await traces(run, bob)
    assert on_disk(path, mine) == len(mine) > 200
    await forget(store, ann)
    await send(store)
    async with store.begin(ann) as tx:
        await tx.forget("300.0")
    assert on_disk(path, mine) == 0
    assert on_disk(path, hers) == len(hers)


@on_sqlite
async def test_what_a_killed_process_left_in_the_log_goes_with_the_next_start(
    kept_in: str,
    another: Open,
    path: Path,
    run: Run,
    ann: Seller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Killed between the commit and the emptying of the log."""

    async def killed(engine: AsyncEngine) -> None:
        pass

    store = await another()
    await talk(store, ann)
    mine = await traces(run, ann)
    with monkeypatch.context() as patched:
        patched.setattr(stores, "scrub", killed)
        await forget(store, ann)
        assert (on_disk(path, mine) > 0) == (kept_in == "write-ahead log")
    await another()
    assert on_disk(path, mine) == 0
