"""A backup holds every row, still sealed, and fills either database."""

import asyncio
import gzip
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coaching.cadence import Cadence, Nudges
from coaching.votes import Ballot, Period, Weekly
from storage import (
    Call,
    Channel,
    Damaged,
    KeyRing,
    Kind,
    NotReady,
    Nudge,
    Seller,
    Store,
    Tenant,
    back_up,
    migrate,
    restore,
)
from tests.storage.conftest import Fresh, on_sqlite

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
SAM = Seller(Tenant("", "T1"), "U1")
SECRET = "Marta is afraid of the audit"


async def fill(url: str, keys: KeyRing) -> None:
    """A seller with a buyer, a check, two messages of which one was sent, and a parked text."""
    store = await Store.open(url, keys)
    async with store.begin(SAM) as tx:
        await tx.profile()
        buyer = await tx.keep_buyer("Marta", "Northgate", ("Acme",))
        check = await tx.open_check(origin="o", dialogue=SECRET, now=NOW, buyer_id=buyer.id)
        assert check
        card = await tx.post(purpose="card", body={"text": SECRET}, check_id=check.id)
        # By another process, whose clock is behind: its id sorts before the card's.
        await tx.post(
            purpose="prompt",
            body={"text": "?"},
            check_id=check.id,
            under=card.id,
            message_id="00" + card.id[2:],
        )
        await tx.park(SECRET, "D1", "1.0")
        await tx.week.save_cadence(Cadence(Nudges.ON, zone="Europe/Berlin", looked_at=NOW))
        await tx.week.plan("nudge", NOW)
        await tx.week.begin_nudge(Nudge("2026-W19", "sent", "promise.1", NOW, check.id, card.id))
        await tx.calls.save(Call(check.id, "heard", NOW, NOW, SECRET))
        period = Period.begin(Weekly(5, 16, "UTC"), 5, NOW)
        channel = Channel("C1", "U9", NOW, period, silent=True)
        await tx.channels.save(channel)
        await tx.channels.announce(channel, Kind.SET_UP, NOW.date())
        await tx.team.join("C1", NOW)
        done = replace(check, finished_at=NOW + timedelta(hours=1))
        await tx.team.cast(done, Ballot(frozenset(), gap=True), NOW)
    await store.pace(await store.claim_due(["nudge"], NOW, "clock", 1, 0.0), 0.0)
    (claimed,) = await store.claim("me", 5, 30)
    await store.sent(claimed, channel="D1", ts="2.0")
    await store.close()


async def told(url: str, keys: KeyRing) -> tuple[object, ...]:
    """What the store tells of the seller."""
    store = await Store.open(url, keys)
    async with store.begin(SAM) as tx:
        (check,) = await tx.checks()
        found = (check, await tx.messages(check.id), await tx.buyers(), await tx.profile())
        team = (await tx.team.membership(), await tx.channels.find("C1"))
        week = (*team, await tx.week.cadence(), await tx.week.nudges(9), await tx.calls.all())
    due = await store.claim("other", 5, 30)
    planned = await store.claim_due(["nudge"], NOW, "other", 5, 30)
    await store.close()
    return (*found, *week, [outgoing.body for outgoing in due], [one.at for one in planned])


async def test_a_backup_brings_everything_back(fresh: Fresh, tmp_path: Path, keys: KeyRing):
    """What was kept and what was still to be sent is there again, in a database of its own."""
    async with fresh() as url, fresh() as other:
        await fill(url, keys)
        written = await back_up(url, tmp_path / "differ.backup")

        assert await restore(other, tmp_path / "differ.backup") == written
        assert await told(other, keys) == await told(url, keys)


async def test_a_restored_database_goes_on(fresh: Fresh, tmp_path: Path, keys: KeyRing):
    """After a restore new messages take their place behind the old ones."""
    async with fresh() as url, fresh() as other:
        await fill(url, keys)
        await back_up(url, tmp_path / "differ.backup")
        await restore(other, tmp_path / "differ.backup")
        store = await Store.open(other, keys)
        async with store.begin(SAM) as tx:
            await tx.post(purpose="notice", body={"text": "new"})

        bodies = []
        while claimed := await store.claim("me", 5, 30):
            bodies += [outgoing.body for outgoing in claimed]
            await store.sent(claimed[0], channel="D1", ts=f"{len(bodies) + 2}.0")
        await store.close()

    assert bodies == [{"text": "?"}, {"text": "new"}]


async def test_a_backup_says_nothing_in_the_clear(fresh: Fresh, tmp_path: Path, keys: KeyRing):
    """What sellers wrote stays sealed, and only its owner may read the file at all."""
    path = tmp_path / "differ.backup"
    async with fresh() as url:
        await fill(url, keys)
        await back_up(url, path)

    clear = gzip.decompress(path.read_bytes())

    assert not [word for word in (b"audit", b"Marta", b"Acme") if word in clear]
    assert path.stat().st_mode & 0o777 == 0o600


@on_sqlite
async def test_sellers_go_on_writing_while_a_backup_is_made(
    url: str, path: Path, tmp_path: Path, keys: KeyRing
):
    """PostgreSQL's readers keep nobody waiting; on SQLite the file itself is let alone."""
    await fill(url, keys)
    begun, backup, written = tmp_path / "a.backup.part", back_up(url, tmp_path / "a.backup"), 0
    under_way = asyncio.create_task(backup)
    with closing(sqlite3.connect(path, timeout=0)) as seller:
        while not under_way.done():
            await asyncio.sleep(0)
            if begun.exists():
                with seller:
                    written += seller.execute("UPDATE sellers SET welcomed = true").rowcount
    await under_way

    assert written
    assert [name for name in os.listdir(tmp_path) if "backup" in name] == ["a.backup"]


async def test_nothing_is_overwritten(fresh: Fresh, tmp_path: Path, keys: KeyRing):
    """Neither an older backup nor a database that holds something."""
    path = tmp_path / "differ.backup"
    async with fresh() as url:
        await fill(url, keys)
        await back_up(url, path)

        with pytest.raises(FileExistsError, match="overwrites nothing"):
            await back_up(url, path)
        with pytest.raises(NotReady, match="not empty"):
            await restore(url, path)


async def test_a_backup_moves_from_one_engine_to_the_other(
    fresh: Fresh, engine: str, tmp_path: Path, keys: KeyRing
):
    """Begun on SQLite, gone on with on PostgreSQL, and back."""
    first = f"sqlite+aiosqlite:///{tmp_path / 'first.db'}"
    await migrate(first)
    await fill(first, keys)
    await back_up(first, tmp_path / "one.backup")
    async with fresh() as second:
        await restore(second, tmp_path / "one.backup")
        await back_up(second, tmp_path / "two.backup")
    third = f"sqlite+aiosqlite:///{tmp_path / 'third.db'}"
    await restore(third, tmp_path / "two.backup")

    assert await told(third, keys) == await told(first, keys)


@on_sqlite
@pytest.mark.parametrize("damage", ["cut", "overwritten", "not compressed", "empty"])
async def test_a_damaged_backup_is_said_and_restores_nothing(
    url: str, fresh: Fresh, tmp_path: Path, keys: KeyRing, damage: str
):
    """What was read before the damage does not stay: the whole one can still be restored."""
    whole, broken = tmp_path / "whole.backup", tmp_path / "broken.backup"
    await fill(url, keys)
    await back_up(url, whole)
    held = whole.read_bytes()
    middle = len(held) // 2
    broken.write_bytes(
        {
            "cut": held[:middle],
            "overwritten": held[:middle] + bytes(100) + held[middle + 100 :],
            "not compressed": gzip.decompress(held),
            "empty": gzip.compress(b""),
        }[damage]
    )
    async with fresh() as other:
        with pytest.raises(Damaged, match=r"broken.backup breaks off, .* take an older one"):
            await restore(other, broken)

        assert await restore(other, whole)


async def test_another_versions_backup_is_refused(fresh: Fresh, tmp_path: Path):
    """The sentence names both versions."""
    path = tmp_path / "other.backup"
    path.write_bytes(gzip.compress(b'{"revision": "9999"}\n'))
    async with fresh() as url:
        with pytest.raises(NotReady, match="9999"):
            await restore(url, path)
