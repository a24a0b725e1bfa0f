"""Master keys change while processes run; what sellers wrote is not touched."""

from datetime import UTC, datetime
from pathlib import Path

from storage import KeyRing, Seller, Store, Tenant

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


async def write(store: Store, team: str, said: str) -> None:
    async with store.begin(Seller(Tenant("", team), "U1")) as tx:
        await tx.profile()
        assert await tx.open_check(origin=said, dialogue=said, now=NOW)


async def read(store: Store, team: str) -> list[str]:
    async with store.begin(Seller(Tenant("", team), "U1")) as tx:
        return [check.dialogue for check in await tx.checks()]


async def test_a_running_process_goes_on_through_a_rotation(url: str, tmp_path: Path):
    """It meets the new key in the file, for workspaces it knew and for one it did not."""
    path = tmp_path / "differ.key"
    running = await Store.open(url, KeyRing.read_or_make_file(path)[0])
    for team in ("T1", "T2"):
        await write(running, team, "before")
    fresh = await Store.open(url, KeyRing.read_or_make_file(path)[0])

    rotating = await Store.open(url, KeyRing.renew_file(path))
    moved = await rotating.rewrap()
    await write(running, "T1", "after")
    await write(fresh, "T2", "after")

    assert moved == 2
    assert await rotating.rewrap() == 0
    assert await read(fresh, "T1") == ["after", "before"]
    assert await read(running, "T2") == ["after", "before"]
    for store in (running, fresh, rotating):
        await store.close()


async def test_after_a_rotation_the_new_key_is_enough(url: str, tmp_path: Path):
    """The old key is kept in the file for backups; the database no longer needs it."""
    path = tmp_path / "differ.key"
    store = await Store.open(url, KeyRing.read_or_make_file(path)[0])
    await write(store, "T1", "said")
    await store.close()
    renewed = await Store.open(url, KeyRing.renew_file(path))
    await renewed.rewrap()
    await renewed.close()
    newest, oldest = path.read_text().strip().split(",")

    store = await Store.open(url, KeyRing.from_text(newest))
    await store.ready()

    assert await read(store, "T1") == ["said"]
    assert oldest
    assert path.stat().st_mode & 0o777 == 0o600
    await store.close()
