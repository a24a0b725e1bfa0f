"""What lies on the disk: no clear text, and nothing that was altered is shown."""

from collections.abc import Awaitable, Callable
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
from tests.postgres import Postgres
from tests.storage.conftest import Run, on_sqlite

Post = Callable[..., Awaitable[Message]]

NOW = datetime(2026, 3, 2, tzinfo=UTC)
CANARY = "canary-in-the-mine"


Disk = Callable[[], Awaitable[bytes]]


@pytest.fixture
def disk(server: Postgres | None, path: Path, run: Run) -> Disk:
    """All that the database's files hold, its log of changes among them."""

    async def disk() -> bytes:
        if server is None:
            return b"".join(file.read_bytes() for file in path.parent.iterdir())
        await run("CHECKPOINT")
        ((number,),) = await run("SELECT oid FROM pg_database WHERE datname = current_database()")
        folders = (server.folder / "base" / str(number), server.folder / "pg_wal")
        files = [file for folder in folders for file in folder.iterdir() if file.is_file()]
        return b"".join(file.read_bytes() for file in files)

    return disk


async def test_no_word_of_a_seller_reaches_the_disk(store: Store, disk: Disk, ann: Seller) -> None:
    await store.install(Installation(ann.tenant, CANARY, "B1", "U0"))
    for turn in range(2):
        async with store.begin(ann) as transaction:
            check = await transaction.open_check(origin=str(turn), dialogue=CANARY * 500, now=NOW)
            assert check is not None
            await transaction.keep_buyer(CANARY, CANARY, [CANARY])
            await transaction.park(CANARY, "D1", str(turn))
            await transaction.post(purpose="question", body={"text": CANARY}, step="in-the-clear")
            await transaction.messages(check.id)
            buyers = await transaction.buyers()
            assert CANARY not in repr((check, buyers))
    found = await disk()
    assert CANARY.encode() not in found
    assert b"in-the-clear" in found


@on_sqlite
async def test_no_word_reaches_a_file_that_sqlite_writes_within_a_transaction(
    store: Store, path: Path, ann: Seller
) -> None:
    async with store.begin(ann) as transaction:
        for turn in range(2):
            await transaction.open_check(origin=str(turn), dialogue=CANARY * 500, now=NOW)
            await transaction.checks()
            for file in path.parent.iterdir():
                assert CANARY.encode() not in file.read_bytes()


async def test_a_sent_body_is_gone(store: Store, run: Run, posted: Post, ann: Seller) -> None:
    await posted(ann, "1.1")
    assert await run("SELECT state, body FROM outbox") == [("sent", None)]


async def test_a_token_comes_back_and_goes(store: Store, ann: Seller) -> None:
    installation = Installation(ann.tenant, "xoxb-1", "B1", "U0")
    await store.install(installation)
    assert await store.installation(ann.tenant) == installation
    await store.install(Installation(ann.tenant, "xoxb-2", "B2", "U0"))
    found = await store.installation(ann.tenant)
    assert found is not None
    assert (found.bot_token, found.bot_id) == ("xoxb-2", "B2")
    assert "xoxb" not in repr(found)
    assert await store.installation(Tenant("E1", "")) is None
    await store.uninstall(ann.tenant)
    assert await store.installation(ann.tenant) is None


async def test_an_altered_or_moved_dialogue_is_not_shown(
    store: Store, run: Run, ann: Seller
) -> None:
    async with store.begin(ann) as transaction:
        first = await transaction.open_check(origin="1", dialogue="one", now=NOW)
        second = await transaction.open_check(origin="2", dialogue="two", now=NOW)
    assert first is not None
    assert second is not None
    await run(
        "UPDATE checks SET dialogue = (SELECT dialogue FROM checks WHERE id = :from) "
        "WHERE id = :to",
        **{"from": first.id, "to": second.id},
    )
    await run("UPDATE checks SET dialogue = substr(dialogue, 2) WHERE id = :id", id=first.id)
    for check in (first, second):
        with pytest.raises(Damaged, match=r"checks\.dialogue") as refused:
            async with store.begin(ann) as transaction:
                await transaction.check(check.id)
        assert "one" not in str(refused.value)


async def test_a_damaged_body_dies_and_holds_up_nobody(
    store: Store, run: Run, post: Post, ann: Seller, bob: Seller
) -> None:
    await post(ann)
    await run("UPDATE outbox SET body = substr(body, 2)")
    await post(bob)
    (outgoing,) = await store.claim("sender", 10, 60)
    assert outgoing.user_id == bob.user_id
    ((state, body, reason),) = await run(
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
    store: Store, keys: KeyRing, bare: str, ann: Seller
) -> None:
    await migrate(bare)
    other = await Store.open(bare, keys)
    for one in (store, other, store):
        async with one.begin(ann) as transaction:
            await transaction.keep_buyer("Marta", "Halden", [])
            await transaction.buyers()
    await other.close()
