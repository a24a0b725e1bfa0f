"""What lies on the disk: no clear text, and nothing that was altered is shown."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import (
    Damaged,
    Installation,
    KeyRing,
    Message,
    NotReady,
    Seller,
    Store,
    Tenant,
    migrate,
)

Post = Callable[..., Awaitable[Message]]

NOW = datetime(2026, 3, 2, tzinfo=UTC)
CANARY = "canary-in-the-mine"


def on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def alter(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement).rowcount > 0


async def test_no_word_of_a_seller_reaches_the_disk(store: Store, path: Path, ann: Seller) -> None:
    await store.install(Installation(ann.tenant, CANARY, "B1", "U0", "A1"))
    for turn in range(2):
        async with store.begin(ann) as transaction:
            check = await transaction.open_check(origin=str(turn), dialogue=CANARY * 500, now=NOW)
            assert check is not None
            await transaction.keep_buyer(CANARY, CANARY, [CANARY])
            await transaction.park(CANARY, "D1", str(turn))
            await transaction.post(purpose="question", body={"text": CANARY})
            await transaction.messages(check.id)
            buyers = await transaction.buyers()
            assert CANARY not in repr((check, buyers))
            assert CANARY.encode() not in on_disk(path)
        assert CANARY.encode() not in on_disk(path)
    assert b"question" in on_disk(path)


async def test_a_sent_body_is_gone(store: Store, path: Path, posted: Post, ann: Seller) -> None:
    await posted(ann, "1.1")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT state, body FROM outbox").fetchall() == [("sent", None)]


async def test_a_token_comes_back_and_goes(store: Store, ann: Seller) -> None:
    installation = Installation(ann.tenant, "xoxb-1", "B1", "U0", "A1")
    await store.install(installation)
    assert await store.installation(ann.tenant) == installation
    await store.install(Installation(ann.tenant, "xoxb-2", "B2", "U0", "A1"))
    found = await store.installation(ann.tenant)
    assert found is not None
    assert (found.bot_token, found.bot_id) == ("xoxb-2", "B2")
    assert "xoxb" not in repr(found)
    assert await store.installation(Tenant("E1", "")) is None
    await store.uninstall(ann.tenant)
    assert await store.installation(ann.tenant) is None


async def test_an_altered_or_moved_dialogue_is_not_shown(
    store: Store, path: Path, ann: Seller
) -> None:
    async with store.begin(ann) as transaction:
        first = await transaction.open_check(origin="1", dialogue="one", now=NOW)
        second = await transaction.open_check(origin="2", dialogue="two", now=NOW)
    assert first is not None
    assert second is not None
    whole = f"(SELECT dialogue FROM checks WHERE id = '{first.id}')"
    alter(path, f"UPDATE checks SET dialogue = {whole} WHERE id = '{second.id}'")
    alter(path, f"UPDATE checks SET dialogue = substr(dialogue, 2) WHERE id = '{first.id}'")
    for check in (first, second):
        with pytest.raises(Damaged, match=r"checks\.dialogue") as refused:
            async with store.begin(ann) as transaction:
                await transaction.check(check.id)
        assert "one" not in str(refused.value)


async def test_a_damaged_body_dies_and_holds_up_nobody(
    store: Store, path: Path, post: Post, ann: Seller, bob: Seller
) -> None:
    await post(ann)
    alter(path, "UPDATE outbox SET body = x'00'")
    await post(bob)
    (outgoing,) = await store.claim("sender", 10, 60)
    assert outgoing.user_id == bob.user_id
    with closing(sqlite3.connect(path)) as connection:
        ((state, body, reason),) = connection.execute(
            "SELECT state, body, reason FROM outbox WHERE done_at IS NOT NULL"
        )
    assert (state, body) == ("dead", None)
    assert "does not open" in reason


async def test_another_store_reads_with_the_same_keys_only(
    store: Store, url: str, keys: KeyRing, ann: Seller
) -> None:
    async with store.begin(ann) as transaction:
        await transaction.keep_buyer("Marta", "Halden", [])
    again = await Store.open(url, keys)
    await again.ready()
    async with again.begin(ann) as transaction:
        (buyer,) = await transaction.buyers()
    assert buyer.person == "Marta"
    await again.close()
    for wrong, error in ((KeyRing({"other": b"x" * 32}), NotReady), (fake(), Damaged)):
        refused = await Store.open(url, wrong)
        with pytest.raises(error):
            await refused.ready()
        with pytest.raises(error):
            async with refused.begin(ann):
                pass
        await refused.close()


def fake() -> KeyRing:
    """Another key under the id of the right one."""
    return KeyRing({"first": b"x" * 32})


async def test_two_databases_do_not_share_keys(
    store: Store, keys: KeyRing, tmp_path: Path, ann: Seller
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"
    await migrate(url)
    other = await Store.open(url, keys)
    for one in (store, other, store):
        async with one.begin(ann) as transaction:
            await transaction.keep_buyer("Marta", "Halden", [])
            await transaction.buyers()
    await other.close()
