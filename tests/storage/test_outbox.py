from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest

from storage import Message, Outgoing, Seller, Stale, Store
from tests.outbox import next_due
from tests.storage.conftest import Run, on_postgresql, on_sqlite

Claim = Callable[..., Awaitable[Outgoing]]
Post = Callable[..., Awaitable[Message]]
KEPT = """SELECT (SELECT count(*) FROM inbox),
    (SELECT count(*) FROM outbox WHERE done_at IS NOT NULL)"""


def texts(claimed: Sequence[Outgoing]) -> list[str]:
    return [outgoing.body["text"] for outgoing in claimed if outgoing.body]


async def change(store: Store, seller: Seller, message_id: str, text: str) -> None:
    async with store.begin(seller) as transaction:
        await transaction.update(message_id, {"text": text})


async def remove(store: Store, seller: Seller, message_id: str) -> None:
    async with store.begin(seller) as transaction:
        await transaction.delete(message_id)


# lanes


async def test_a_lane_is_claimed_in_order_and_one_at_a_time(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    for text in ("one", "two", "three"):
        await post(ann, text)
    for number, text in enumerate(("one", "two", "three")):
        outgoing = await claim_one()
        assert texts([outgoing]) == [text]
        assert await store.claim("another", 10, 60) == []
        await store.sent(outgoing, channel="D1", ts=f"1.{number}")
    assert await next_due(store) is None


async def test_lanes_do_not_wait_for_each_other(
    store: Store, ann: Seller, bob: Seller, stranger: Seller, post: Post
) -> None:
    for seller in (ann, ann, bob, stranger):
        await post(seller, seller.user_id)
    assert texts(await store.claim("a", 2, 60)) == ["U1", "U2"]
    assert texts(await store.claim("b", 9, 60)) == ["U1"]


async def test_an_operation_that_waits_holds_its_lane(
    store: Store, ann: Seller, bob: Seller, post: Post, claim_one: Claim
) -> None:
    await post(ann, "one")
    await post(ann, "two")
    await store.later(await claim_one(), 100, "ratelimited")
    assert await store.claim("sender", 10, 60) == []
    assert 95 < (await next_due(store) or 0) <= 100
    await post(bob, "three")
    assert await next_due(store) == 0
    assert texts(await store.claim("sender", 10, 60)) == ["three"]


async def test_two_senders_never_claim_the_same(store: Store, ann: Seller, post: Post) -> None:
    sellers = [replace(ann, user_id=f"U{number}") for number in range(30)]
    for seller in sellers:
        await post(seller, seller.user_id)
    first, second = await store.claim("a", 20, 60), await store.claim("b", 20, 60)
    assert sorted(texts([*first, *second])) == sorted(seller.user_id for seller in sellers)


# what a sender is given


async def test_a_claim_knows_where_to_post(
    store: Store, ann: Seller, posted: Post, post: Post, claim_one: Claim
) -> None:
    card = await post(ann, "card")
    outgoing = await claim_one()
    assert (outgoing.op, outgoing.message_id, outgoing.attempt) == ("post", card.id, 1)
    assert (outgoing.channel, outgoing.ts, outgoing.thread_ts) == (None, None, None)
    assert (outgoing.tenant, outgoing.user_id) == (ann.tenant, ann.user_id)
    await store.sent(outgoing, channel="D1", ts="1.1")
    await post(ann, "reply", under=card.id)
    reply = await claim_one()
    assert (reply.channel, reply.ts, reply.thread_ts) == ("D1", None, "1.1")
    await store.sent(reply, channel="D1", ts="1.2")
    await change(store, ann, card.id, "new")
    update = await claim_one()
    assert (update.op, update.channel, update.ts) == ("update", "D1", "1.1")


async def test_the_dm_is_remembered_from_the_first_post(
    store: Store, ann: Seller, posted: Post
) -> None:
    await posted(ann, "1.1")
    async with store.begin(ann) as transaction:
        assert (await transaction.profile()).dm_channel == "D1"


async def test_a_post_without_a_place_is_not_sent(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    await post(ann)
    outgoing = await claim_one()
    with pytest.raises(ValueError, match="ts"):
        await store.sent(outgoing, channel="D1", ts=None)


# claims that are lost


async def test_a_post_whose_lease_ran_out_is_looked_up(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    await post(ann)
    lost = await claim_one(lease=-1)
    found = await claim_one("another")
    assert (lost.uncertain, found.uncertain, found.attempt) == (False, True, 2)
    assert found.claimed_at == lost.claimed_at
    with pytest.raises(Stale):
        await store.sent(lost, channel="D1", ts="1.1")
    with pytest.raises(Stale):
        await store.later(lost, 0, "late")
    await store.sent(found, channel="D1", ts="1.1")
    with pytest.raises(Stale):
        await store.dead(found, "twice")


async def test_a_look_up_that_is_lost_is_looked_up_again_from_the_same_time(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    await post(ann)
    first = await claim_one(lease=-1)
    await claim_one(lease=-1)
    third = await claim_one()
    assert third.uncertain
    assert third.claimed_at == first.claimed_at
    await store.uncertain(third, 0)
    assert (await claim_one()).uncertain


async def test_a_post_that_was_not_found_is_posted_anew(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    await post(ann)
    first = await claim_one()
    await store.uncertain(first, 0)
    looked_up = await claim_one()
    assert looked_up.uncertain
    assert looked_up.body == first.body
    await store.later(looked_up, 0, "not found")
    fresh = await claim_one()
    assert not fresh.uncertain
    assert fresh.attempt == 3
    assert fresh.claimed_at > first.claimed_at


async def test_an_uncertain_post_waits_before_it_is_looked_up(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    await post(ann)
    await store.uncertain(await claim_one(), 30)
    assert await store.claim("sender", 10, 60) == []
    assert 25 < (await next_due(store) or 0) <= 30


@pytest.mark.parametrize("op", ["update", "delete"])
async def test_what_does_no_harm_twice_is_never_in_doubt(
    store: Store, ann: Seller, posted: Post, claim_one: Claim, op: str
) -> None:
    card = await posted(ann, "1.1")
    await (change(store, ann, card.id, "new") if op == "update" else remove(store, ann, card.id))
    await claim_one(lease=-1)
    again = await claim_one()
    assert (again.op, again.uncertain) == (op, False)
    await store.uncertain(again, 0)
    assert not (await claim_one()).uncertain


async def test_a_lease_is_counted_by_next_due(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    await post(ann)
    await claim_one(lease=60)
    assert 55 < (await next_due(store) or 0) <= 60


@on_sqlite
async def test_a_new_start_doubts_every_earlier_claim(
    store: Store, ann: Seller, bob: Seller, posted: Post, post: Post, claim_one: Claim
) -> None:
    """Only SQLite's one process knows at its start that all others are gone."""
    card = await posted(ann, "1.1")
    await change(store, ann, card.id, "new")
    await post(bob)
    assert len(await store.claim("gone", 10, 600)) == 2
    assert await store.release() == 2
    update, unknown = await store.claim("sender", 10, 60)
    assert (update.op, update.uncertain) == ("update", False)
    assert (unknown.op, unknown.uncertain) == ("post", True)


@on_sqlite
async def test_a_new_start_can_let_the_past_settle(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    """On SQLite, like the above."""
    await post(ann)
    await claim_one()
    await store.release(seconds=20)
    assert 15 < (await next_due(store) or 0) <= 20


@on_postgresql
async def test_a_new_start_leaves_the_claims_of_other_processes(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    """On PostgreSQL, where others may be at work: their leases tell whether they are."""
    await post(ann)
    await claim_one()
    assert await store.release() == 0


async def test_a_sender_that_stops_gives_up_its_own_claims_only(
    store: Store, ann: Seller, bob: Seller, post: Post, claim_one: Claim
) -> None:
    await post(ann, "in doubt")
    await claim_one("stops")
    await post(bob, "of another")
    await claim_one("stays")
    assert await store.release("stops") == 1
    (outgoing,) = await store.claim("next", 10, 60)
    assert texts([outgoing]) == ["in doubt"]
    assert outgoing.uncertain


# what is absorbed


async def test_updates_that_wait_become_one(
    store: Store, ann: Seller, posted: Post, claim_one: Claim
) -> None:
    card = await posted(ann, "1.1")
    for text in ("a", "b", "c"):
        await change(store, ann, card.id, text)
    last = await claim_one()
    assert texts([last]) == ["c"]
    await change(store, ann, card.id, "d")
    await change(store, ann, card.id, "e")
    await store.sent(last, channel=None, ts=None)
    assert texts([await claim_one()]) == ["e"]


async def test_a_post_that_waits_takes_the_newer_body(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    card = await post(ann, "old")
    await change(store, ann, card.id, "new")
    outgoing = await claim_one()
    assert (outgoing.op, texts([outgoing])) == ("post", ["new"])
    await store.sent(outgoing, channel="D1", ts="1.1")
    assert await next_due(store) is None


async def test_an_update_of_a_post_under_way_comes_after_it(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    card = await post(ann, "old")
    outgoing = await claim_one()
    await change(store, ann, card.id, "new")
    await store.later(outgoing, 0, "ratelimited")
    outgoing = await claim_one()
    assert (outgoing.op, texts([outgoing])) == ("post", ["old"])
    await store.sent(outgoing, channel="D1", ts="1.1")
    outgoing = await claim_one()
    assert (outgoing.op, texts([outgoing])) == ("update", ["new"])


async def test_what_was_never_claimed_vanishes_with_its_thread(
    store: Store, ann: Seller, post: Post
) -> None:
    card = await post(ann)
    await post(ann, under=card.id)
    await remove(store, ann, card.id)
    assert await next_due(store) is None


async def test_a_delete_replaces_an_update_that_waits(
    store: Store, ann: Seller, posted: Post, claim_one: Claim
) -> None:
    card = await posted(ann, "1.1")
    await change(store, ann, card.id, "new")
    await remove(store, ann, card.id)
    outgoing = await claim_one()
    assert (outgoing.op, outgoing.body, outgoing.ts) == ("delete", None, "1.1")
    await store.sent(outgoing, channel=None, ts=None)
    assert await next_due(store) is None


async def test_a_post_under_way_is_deleted_after_it(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    card = await post(ann)
    outgoing = await claim_one()
    await remove(store, ann, card.id)
    await store.sent(outgoing, channel="D1", ts="1.1")
    outgoing = await claim_one()
    assert (outgoing.op, outgoing.ts) == ("delete", "1.1")


# what dies


async def test_what_belongs_to_a_dead_post_dies_with_it(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    card = await post(ann)
    outgoing = await claim_one()
    await change(store, ann, card.id, "new")
    await post(ann, "reply", under=card.id)
    await store.dead(outgoing, "invalid_blocks")
    while await next_due(store) is not None:
        assert await store.claim("sender", 10, 60) == []


async def test_a_dead_post_lets_the_lane_go_on(
    store: Store, ann: Seller, post: Post, claim_one: Claim
) -> None:
    await post(ann, "one")
    await post(ann, "two")
    await store.dead(await claim_one(), "invalid_blocks")
    assert texts([await claim_one()]) == ["two"]


async def test_sweeping_leaves_what_is_open_and_what_is_young(
    store: Store, ann: Seller, posted: Post, post: Post, run: Run
) -> None:
    await posted(ann, "1.1")
    await post(ann, "open")
    async with store.begin(ann) as transaction:
        await transaction.receive("event", "Ev1")
    await store.sweep()
    assert await run(KEPT) == [(1, 1)]
    await run("UPDATE inbox SET seen_at = seen_at - 86401")
    await run("UPDATE outbox SET done_at = done_at - 86401")
    await store.sweep()
    assert await run(KEPT) == [(0, 0)]
    assert texts(await store.claim("sender", 10, 60)) == ["open"]
    async with store.begin(ann) as transaction:
        assert await transaction.receive("event", "Ev1")
