from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, event

from storage import Check, Message, Outgoing, Profile, Seller, Stale, StorageError, Store
from storage.transaction import Transaction
from tests.outbox import next_due

Claim = Callable[..., Awaitable[Outgoing]]
Post = Callable[..., Awaitable[Message]]

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


async def opened(transaction: Transaction, origin: str = "trigger 1", **more: Any) -> Check:
    check = await transaction.open_check(origin=origin, dialogue="my plan", now=NOW, **more)
    assert check is not None
    return check


async def test_a_request_is_received_once_per_tenant(
    store: Store, ann: Seller, bob: Seller, stranger: Seller
) -> None:
    async with store.begin(ann) as transaction:
        assert await transaction.receive("event", "Ev1")
        assert await transaction.receive("action", "Ev1")
    async with store.begin(bob) as transaction:
        assert not await transaction.receive("event", "Ev1")
    async with store.begin(stranger) as transaction:
        assert await transaction.receive("event", "Ev1")


async def test_an_exception_undoes_all_and_wakes_nobody(store: Store, ann: Seller) -> None:
    woken: list[int] = []
    store.on_commit = lambda: woken.append(1)

    async def fail() -> None:
        async with store.begin(ann) as transaction:
            await transaction.receive("event", "Ev1")
            await transaction.post(purpose="question", body={"text": "?"})
            raise OSError("mine")

    with pytest.raises(OSError, match="mine"):
        await fail()
    async with store.begin(ann) as transaction:
        assert await transaction.receive("event", "Ev1")
    assert await next_due(store) is None
    assert not woken


async def test_only_a_commit_that_left_something_to_send_wakes(store: Store, ann: Seller) -> None:
    woken: list[int] = []
    store.on_commit = lambda: woken.append(1)
    async with store.begin(ann) as transaction:
        await transaction.profile()
    assert not woken
    async with store.begin(ann) as transaction:
        await transaction.post(purpose="question", body={"text": "?"})
    assert woken == [1]


async def test_a_profile_is_made_and_kept(store: Store, ann: Seller, bob: Seller) -> None:
    profile = Profile("D1", True, (("A1", "B2"), ()), "de")
    async with store.begin(ann) as transaction:
        assert await transaction.profile() == Profile()
        await transaction.save_profile(profile)
    async with store.begin(ann) as transaction:
        assert await transaction.profile() == profile
    async with store.begin(bob) as transaction:
        assert await transaction.profile() == Profile()


async def test_buyers_are_known_by_person_and_company(store: Store, ann: Seller) -> None:
    async with store.begin(ann) as transaction:
        marta = await transaction.keep_buyer("Marta Klein", "Halden", ["Acme"])
        await transaction.keep_buyer("Jo", "", ["Bolt"])
        again = await transaction.keep_buyer(" marta klein ", "HALDEN", [])
        assert again == marta
        other = await transaction.keep_buyer("Marta Klein", "Volt", [])
        assert other.id != marta.id
        await transaction.keep_buyer("Marta Klein", "Halden", ["Zenith", "Acme"])
    async with store.begin(ann) as transaction:
        buyers = await transaction.buyers()
    assert [b.company for b in buyers] == ["Halden", "Volt", ""]
    assert buyers[0] == replace(marta, rivals=("Zenith", "Acme"))


async def test_a_check_is_opened_once_per_origin(
    store: Store, ann: Seller, bob: Seller, stranger: Seller
) -> None:
    async with store.begin(ann) as transaction:
        await opened(transaction)
        assert await transaction.open_check(origin="trigger 1", dialogue="", now=NOW) is None
        await opened(transaction, "trigger 2")
    for other in (bob, stranger):
        async with store.begin(other) as transaction:
            await opened(transaction)


async def test_a_check_is_read_as_it_was_saved(store: Store, ann: Seller) -> None:
    async with store.begin(ann) as transaction:
        buyer = await transaction.keep_buyer("Marta", "Halden", [])
        check = await opened(transaction, state="setup", buyer_id=buyer.id)
        changed = replace(
            check,
            dialogue="“riskier”, says Märta",
            state="finished",
            call_at=datetime(2026, 3, 2, 15, 0, tzinfo=timezone(timedelta(hours=2))),
            finished_at=NOW,
        )
        saved = await transaction.save(changed)
    async with store.begin(ann) as transaction:
        assert await transaction.check(check.id) == saved == replace(changed, version=2)
        assert saved.started_at == NOW


async def test_a_time_without_a_zone_is_refused(store: Store, ann: Seller) -> None:
    with pytest.raises(ValueError, match="zone"):
        async with store.begin(ann) as transaction:
            await transaction.open_check(origin="1", dialogue="", now=NOW.replace(tzinfo=None))


async def test_a_check_that_changed_since_is_stale(store: Store, ann: Seller) -> None:
    async with store.begin(ann) as transaction:
        check = await opened(transaction)
        await transaction.save(check)
        with pytest.raises(Stale):
            await transaction.save(check)


async def test_checks_are_listed_newest_first_by_state(store: Store, ann: Seller) -> None:
    async with store.begin(ann) as transaction:
        checks = [
            await opened(transaction, str(number), state=state)
            for number, state in enumerate(["open", "paused", "open", "finished"])
        ]
        assert await transaction.checks() == tuple(reversed(checks))
        assert await transaction.checks("open", "paused") == (checks[2], checks[1], checks[0])
        assert await transaction.checks("cancelled") == ()


async def test_no_seller_reaches_what_is_another_s(
    store: Store, ann: Seller, bob: Seller, stranger: Seller, post: Post, claim_one: Claim
) -> None:
    async with store.begin(ann) as transaction:
        check = await opened(transaction)
        parked = await transaction.park("mine", "D1", "5.5")
        await transaction.keep_text("D1", "5.6", check.id)
        await transaction.keep_buyer("Marta", "Halden", [])
    card = await post(ann, check_id=check.id)
    await store.sent(await claim_one(), channel="D1", ts="1.1")
    for other in (bob, stranger):
        async with store.begin(other) as transaction:
            assert await transaction.check(check.id) is None
            assert await transaction.checks() == ()
            assert await transaction.check_in_thread("D1", "1.1") is None
            assert await transaction.messages(check.id) == ()
            assert await transaction.buyers() == ()
            assert await transaction.unpark(parked) is None
            assert await transaction.check_of_text("D1", "5.6") is None
            with pytest.raises(Stale):
                await transaction.save(check)
        for act in ("update", "delete"):
            with pytest.raises(StorageError):
                async with store.begin(other) as transaction:
                    await getattr(transaction, act)(card.id, *([{}] if act == "update" else []))
        for foreign in ({"check_id": check.id}, {"under": card.id}):
            with pytest.raises(StorageError):
                await post(other, **foreign)
    async with store.begin(ann) as transaction:
        assert await transaction.check(check.id) == check
        (kept,) = await transaction.messages(check.id)
        assert kept.id == card.id


async def test_a_check_is_found_by_the_thread_of_its_card(
    store: Store, ann: Seller, claim_one: Claim
) -> None:
    async with store.begin(ann) as transaction:
        check = await opened(transaction)
        card = await transaction.post(purpose="card", body={}, check_id=check.id)
        await transaction.post(purpose="question", body={}, check_id=check.id, under=card.id)
    await store.sent(await claim_one(), channel="D1", ts="1.1")
    await store.sent(await claim_one(), channel="D1", ts="1.2")
    async with store.begin(ann) as transaction:
        assert await transaction.check_in_thread("D1", "1.1") == check
        assert await transaction.check_in_thread("D1", "1.2") is None
        assert await transaction.check_in_thread("D2", "1.1") is None


async def test_messages_are_listed_before_and_after_they_are_sent(
    store: Store, ann: Seller, claim_one: Claim
) -> None:
    async with store.begin(ann) as transaction:
        check = await opened(transaction)
        card = await transaction.post(purpose="card", body={}, check_id=check.id)
        question = await transaction.post(
            purpose="question", body={}, check_id=check.id, under=card.id, step="risk"
        )
        assert await transaction.messages(check.id) == (card, question)
    await store.sent(await claim_one(), channel="D1", ts="1.1")
    async with store.begin(ann) as transaction:
        first, second = await transaction.messages(check.id)
        assert first == replace(card, channel="D1", ts="1.1")
        assert second == question


async def test_a_text_belongs_to_one_check(store: Store, ann: Seller) -> None:
    async with store.begin(ann) as transaction:
        check = await opened(transaction)
        assert await transaction.keep_text("D1", "1.1", check.id)
        assert not await transaction.keep_text("D1", "1.1", None)
        assert await transaction.keep_text("D1", "1.2", None)
        assert await transaction.check_of_text("D1", "1.1") == check.id
        assert await transaction.check_of_text("D1", "1.2") is None
        assert await transaction.check_of_text("D1", "1.3") is None


async def test_a_kept_text_finds_its_check_later(store: Store, ann: Seller, bob: Seller) -> None:
    async with store.begin(ann) as transaction:
        check = await opened(transaction)
        await transaction.keep_text("D1", "1.1", None)
        await transaction.place_text("D1", "1.1", check.id)
        assert await transaction.check_of_text("D1", "1.1") == check.id
    async with store.begin(bob) as transaction:
        theirs = await opened(transaction)
        await transaction.place_text("D1", "1.1", theirs.id)
    async with store.begin(ann) as transaction:
        assert await transaction.check_of_text("D1", "1.1") == check.id


async def test_finished_checks_come_with_the_buyers_own_first(store: Store, ann: Seller) -> None:
    async with store.begin(ann) as transaction:
        marta = await transaction.keep_buyer("Marta", "Halden", [])
        ids = []
        for origin, buyer_id in enumerate((marta.id, None, marta.id, None)):
            check = await opened(transaction, origin=str(origin), buyer_id=buyer_id)
            assert check.id not in [c.id for c in await transaction.finished(marta.id, 9)]
            await transaction.save(replace(check, state="finished", finished_at=NOW))
            ids.append(check.id)
        finished = [check.id for check in await transaction.finished(marta.id, 3)]
    assert finished == [ids[2], ids[0], ids[3]]


async def test_a_parked_text_is_taken_out_once(store: Store, ann: Seller) -> None:
    async with store.begin(ann) as transaction:
        parked_id = await transaction.park("which one?", "D1", "1.1")
    async with store.begin(ann) as transaction:
        parked = await transaction.unpark(parked_id)
        assert parked is not None
        assert (parked.text, parked.channel, parked.ts) == ("which one?", "D1", "1.1")
        assert await transaction.unpark(parked_id) is None


async def test_an_interaction_costs_few_statements(
    store: Store, engine: str, ann: Seller, posted: Post
) -> None:
    async with store.begin(ann) as transaction:
        check = await opened(transaction)
    card = await posted(ann, "1.1", check_id=check.id)
    run: list[str] = []

    def watch(connection: object, cursor: object, statement: str, *more: object) -> None:
        run.append(statement)

    event.listen(Engine, "before_cursor_execute", watch)
    async with store.begin(ann) as transaction:
        await transaction.receive("action", "1")
        found = await transaction.check(check.id)
        assert found is not None
        await transaction.save(found)
        await transaction.update(card.id, {"text": "risk: no"})
        for step in ("risk", "ease"):
            await transaction.post(purpose="question", body={}, under=card.id, step=step)
    event.remove(Engine, "before_cursor_execute", watch)
    lock = call = [] if engine == "sqlite" else ["SELECT"]
    own = ["INSERT", "SELECT", "UPDATE", "INSERT", "INSERT"]
    assert [statement.split()[0] for statement in run] == [*lock, *own, *call]
