"""Team summaries in the database: it counts what the rules say, and keeps no name beside a vote."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coaching.factors import ASKED
from coaching.summary import MINIMUM, Summary, Tally, summarise
from coaching.votes import Ballot, Period
from storage import Channel, Check, KeyRing, Kind, Seller, Store, Tenant
from tests.attack.weeks import DAY, DEEDS, FRIDAY, HOME, HOUR, OTHER, START, Act, Opinion, live
from tests.storage.conftest import Fresh, Run, on_postgresql, on_sqlite

TENANT = Tenant("", "T1")
NOBODY = Seller(TENANT, "")


def seller(number: int, tenant: Tenant = TENANT) -> Seller:
    return Seller(tenant, f"U{number}")


def voice(opinion: Opinion) -> Ballot:
    """What somebody thinks of a buyer, the same each time it is asked."""
    chance = random.Random(repr(opinion))
    held = frozenset(factor for factor in ASKED if chance.random() < 0.5)
    return Ballot(held, gap=chance.random() < 0.5 and len(held) <= 2)


def summary_of(opinions: tuple[Opinion, ...]) -> Summary | None:
    votes = [voice(opinion) for opinion in opinions]
    v, r, e, o, c = (sum(factor in vote.held for vote in votes) for factor in ASKED)
    return summarise(Tally(len(votes), (v, r, e, o, c), sum(vote.gap for vote in votes)), MINIMUM)


async def set_up(store: Store, *names: str, minimum: int = MINIMUM, tenant: Tenant = TENANT):
    begun = START - DAY
    async with store.begin(Seller(tenant, "")) as tx:
        for name in names:
            period = Period.begin(FRIDAY, minimum, begun)
            await tx.channels.save(Channel(name, "U9", begun, period, silent=False))


async def check(
    store: Store, who: Seller, opinion: Opinion, now: datetime, name: str = ""
) -> Check:
    """A finished check about a buyer, with what its seller thinks of them."""
    async with store.begin(who) as tx:
        buyer = await tx.keep_buyer(name or f"buyer {opinion.buyer}", "")
        origin = f"{opinion} {now}"
        check = await tx.open_check(origin=origin, dialogue="", now=now, buyer_id=buyer.id)
        assert check is not None
        return await vote(tx, check, opinion, now)


async def vote(tx, check: Check, opinion: Opinion, now: datetime) -> Check:
    done = Check(
        *(check.id, check.origin, check.buyer_id, check.dialogue, "finished", None),
        *(check.started_at, check.finished_at or now, check.version),
    )
    kept: Check = await tx.save(done)
    await tx.team.cast(kept, voice(opinion), now)
    return kept


async def close(store: Store, name: str, tenant: Tenant = TENANT) -> Summary | None:
    async with store.begin(Seller(tenant, "")) as tx:
        channel = await tx.channels.find(name)
        assert channel is not None
        summary = await tx.channels.count(channel)
        period = channel.period.close(published=summary is not None)
        kept = Channel(name, channel.set_up_by, channel.set_up_at, period, channel.silent)
        await tx.channels.save(kept)
    return summary


@dataclass
class Replay:
    """What happened to a team, done again with a database."""

    store: Store
    checks: dict[int, list[tuple[Check, Opinion]]] = field(default_factory=dict)
    summaries: list[Summary] = field(default_factory=list)

    async def do(self, act: Act) -> None:
        who = seller(act.seller)
        if act.what == "check":
            assert act.opinion is not None
            done = await check(self.store, who, act.opinion, act.now)
            self.checks.setdefault(act.seller, []).append((done, act.opinion))
        elif act.what == "close":
            if summary := await close(self.store, act.channel):
                self.summaries.append(summary)
        else:
            async with self.store.begin(who) as tx:
                await self._within(tx, act)

    async def _within(self, tx, act: Act) -> None:
        if act.what == "join":
            await tx.team.join(act.channel, act.now)
        elif act.what == "leave":
            await tx.team.leave()
        elif act.what == "forget":
            await tx.forget(str(act.now.timestamp()))
            self.checks.pop(act.seller, None)
        elif act.what == "edit":
            for number, (done, opinion) in enumerate(self.checks[act.seller]):
                changed = Opinion(opinion.seller, opinion.buyer, -1)
                kept = await vote(tx, done, changed, act.now)
                self.checks[act.seller][number] = kept, changed


@settings(max_examples=9, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
@on_sqlite
async def test_the_database_counts_as_the_attacked_rules_do(
    fresh: Fresh, keys: KeyRing, data: st.DataObject
) -> None:
    """Whatever sellers do in four weeks, the summaries are those that `make attack` looked at."""
    await same(fresh, keys, data.draw(teams()))


@pytest.mark.parametrize("team", [("sndn", "nsl.", "ontn", "gnnn", "nenn", "nann", "nnbd", "nf.n")])
@on_postgresql
async def test_the_other_database_counts_as_they_do(fresh: Fresh, keys: KeyRing, team) -> None:
    await same(fresh, keys, team)


def teams() -> st.SearchStrategy[tuple[str, ...]]:
    """Seven sellers, most of them at work in most weeks."""
    deeds = st.sampled_from([*"nnnnsdn", *DEEDS])
    weeks = st.tuples(deeds, deeds, deeds, deeds).map("".join)
    return st.tuples(*[weeks] * 7)


async def same(fresh: Fresh, keys: KeyRing, team: tuple[str, ...]) -> None:
    lived = live(team)
    async with fresh() as url:
        store = await Store.open(url, keys)
        await set_up(store, HOME, OTHER)
        replay = Replay(store)
        for act in lived.acts:
            await replay.do(act)
        await store.close()

    assert replay.summaries == [summary_of(one.opinions) for one in lived.published]


@pytest.fixture
async def five(store: Store) -> list[Seller]:
    """Five sellers who have joined, each with one check in the first week."""
    await set_up(store, HOME)
    for number in range(5):
        who = seller(number)
        async with store.begin(who) as tx:
            await tx.team.join(HOME, START)
        await check(store, who, Opinion(number, number), START + HOUR)
    return [seller(number) for number in range(5)]


async def test_five_are_a_summary(store: Store, five: list[Seller]) -> None:
    said = tuple(Opinion(number, number) for number in range(5))

    assert await close(store, HOME) == summary_of(said)


async def test_one_who_leaves_takes_their_vote_along(store: Store, five: list[Seller]) -> None:
    async with store.begin(five[0]) as tx:
        await tx.team.leave()
        assert await tx.team.membership() is None

    assert await close(store, HOME) is None


async def test_what_was_counted_is_gone_and_only_bands_are_left(
    store: Store, five: list[Seller], run: Run
) -> None:
    await close(store, HOME)

    assert await run("SELECT * FROM ballots") == []
    assert len(await run("SELECT * FROM votes")) == 5


async def test_nobody_can_tell_whose_ballot_it_is_without_the_key(
    store: Store, five: list[Seller], run: Run
) -> None:
    rows = [*await run("SELECT * FROM ballots"), *await run("SELECT * FROM votes")]
    joined = await run("SELECT joined FROM memberships")
    known = {
        str(one) for row in await run("SELECT id, buyer_id, user_id FROM checks") for one in row
    }

    assert len(rows) == len(joined) == 5
    assert not [row for row in rows if known.intersection(map(str, row))]
    assert not [row for row in joined if HOME.encode() in bytes(row[0])]


async def test_a_seller_who_is_forgotten_leaves_no_vote_and_no_mark(
    store: Store, five: list[Seller], run: Run
) -> None:
    async with store.begin(five[0]) as tx:
        await tx.forget("1.0")
    assert len(await run("SELECT * FROM ballots")) == 4
    assert len(await run("SELECT * FROM memberships")) == 4
    await check(store, five[1], Opinion(1, 9), START + 2 * HOUR)
    for number in (0, 5):
        async with store.begin(seller(number)) as tx:
            await tx.team.join(HOME, START + 2 * HOUR)
        await check(store, seller(number), Opinion(number, 8), START + 3 * HOUR)
    assert await close(store, HOME) is not None

    async with store.begin(seller(0)) as tx:
        await tx.forget("2.0")
    assert len(await run("SELECT * FROM votes")) == 5


async def test_a_close_counts_nothing_of_another_workspace(store: Store, five: list[Seller]):
    other = Tenant("", "T2")
    await set_up(store, HOME, tenant=other)
    for number in range(4):
        async with store.begin(seller(number, other)) as tx:
            await tx.team.join(HOME, START)
        await check(store, seller(number, other), Opinion(number, 0), START + HOUR)

    assert await close(store, HOME, other) is None
    assert await close(store, HOME) is not None


async def test_a_channel_set_up_anew_has_no_members(store: Store, five: list[Seller]) -> None:
    """They joined another summary, perhaps with other rules."""
    async with store.begin(NOBODY) as tx:
        await tx.channels.stop(HOME)
    later = START + timedelta(days=1)
    async with store.begin(NOBODY) as tx:
        period = Period.begin(FRIDAY, MINIMUM, later)
        await tx.channels.save(Channel(HOME, "U9", later, period, silent=False))

    async with store.begin(five[0]) as tx:
        assert await tx.team.membership() is None


async def test_of_whom_somebody_has_voted(store: Store, five: list[Seller]) -> None:
    async with store.begin(five[0]) as tx:
        (buyer,) = await tx.buyers()
        assert not await tx.team.has_voted_on(buyer.id)
    await close(store, HOME)

    async with store.begin(five[0]) as tx:
        assert await tx.team.has_voted_on(buyer.id)


# announcements


@pytest.fixture
async def announced(store: Store, five: list[Seller]) -> tuple[str, str]:
    """A line and what stands in its thread."""
    async with store.begin(NOBODY) as tx:
        channel = await tx.channels.find(HOME)
        assert channel is not None
        summary = await tx.channels.count(channel)
        line = await tx.channels.announce(channel, Kind.LINE, START.date(), summary)
        thread = await tx.channels.announce(channel, Kind.THREAD, START.date(), summary, line)
    return line, thread


async def test_a_line_is_begun_once(store: Store, announced: tuple[str, str]) -> None:
    line, _ = announced
    async with store.begin(NOBODY) as tx:
        begun = await tx.channels.begin_posting(line)
    async with store.begin(NOBODY) as tx:
        assert await tx.channels.begin_posting(line) is None

    assert begun is not None
    assert begun.summary == summary_of(tuple(Opinion(n, n) for n in range(5)))
    assert (begun.channel, begun.kind, begun.day) == (HOME, Kind.LINE, START.date())


async def test_its_thread_knows_where_it_stands(store: Store, announced: tuple[str, str]) -> None:
    line, thread = announced
    async with store.begin(NOBODY) as tx:
        await tx.channels.begin_posting(line)
        assert await tx.channels.finish(line, "posted", "5.0")
        assert not await tx.channels.finish(line, "unknown")
        assert await tx.channels.replies(line) == [thread]
        begun = await tx.channels.begin_posting(thread)

    assert begun is not None
    assert begun.thread_ts == "5.0"


async def test_what_was_certainly_not_posted_may_be(
    store: Store, announced: tuple[str, str]
) -> None:
    line, _ = announced
    async with store.begin(NOBODY) as tx:
        await tx.channels.begin_posting(line)
        await tx.channels.finish(line, "new")
        assert await tx.channels.begin_posting(line) is not None
