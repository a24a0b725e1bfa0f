"""What is measured of the two bots, side by side and in turn."""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from storage import Installation, KeyRing, Store, Tenant, migrate
from tests.bench import bots, requests
from tests.bench.bots import Bot
from tests.bench.report import Row, at_least, at_most
from tests.bench.requests import Request, Seller
from tests.bench.sellers import talk
from tests.bench.slack import CheapSlack
from tests.bot.stage import KEYS

SELLERS = [Seller(f"U{number:04d}") for number in range(100)]
ELSEWHERE = [Seller(f"U{number:04d}", f"T{number:04d}") for number in range(100)]
"""As many, each in a workspace of their own."""
PLAN = "Demo of the planning module for Northgate"
AT_ONCE = 8
SLACK_WAITS = 3.0


@dataclass(frozen=True)
class Size:
    """How much: rounds, the commands of a closed loop, the seconds of an open one at ``rate``."""

    rounds: int = 10
    commands: int = 120
    rate: float = 100.0
    seconds: float = 2.0
    overload: float = 10.0


@dataclass(frozen=True)
class Figures:
    """One bot in one round: sessions a second, CPU and acks in seconds, requests not taken."""

    rate: float
    cpu: float
    p50: float
    p99: float
    refused: int


Rounds = list[tuple[Figures, Figures]]
"""Of the floor, and of differ."""


def commands(count: int, sellers: list[Seller] = SELLERS) -> list[Request]:
    """One seller after the other types a plan."""
    return [requests.command(sellers[n % len(sellers)], PLAN) for n in range(count)]


def sqlite(file: Path) -> str:
    """As in DATABASE_URL."""
    return f"sqlite+aiosqlite:///{file}"


async def meet(bot: Bot, slack: CheapSlack, sellers: list[Seller] = SELLERS) -> int:
    """A first command of each seller, until all that follows from it has been sent. Returns how
    many were taken."""
    load = await bot.driver.closed(commands(len(sellers), sellers), 2, 0)
    written = -1
    while slack.written != written:
        written = slack.written
        await asyncio.sleep(1.5)  # longer than the outbox goes unlooked at
    return load.taken


async def in_pairs(slack: CheapSlack, floor_url: str, url: str, size: Size) -> Rounds:
    """Both bots in each round, in turn the one or the other first."""
    rounds = []
    async with bots.floor(slack, floor_url) as floor, bots.product(slack, url) as product:
        for bot in (floor, product):
            await meet(bot, slack)
        for number in range(size.rounds):
            if number % 2:
                first = await _figures(floor, size)
                rounds.append((first, await _figures(product, size)))
            else:
                first = await _figures(product, size)
                rounds.append((await _figures(floor, size), first))
    return rounds


async def _figures(bot: Bot, size: Size) -> Figures:
    closed = await bot.driver.closed(commands(size.commands), AT_ONCE, bot.messages)
    many = int(size.rate * size.seconds)
    opened = await bot.driver.open(commands(many), size.rate, bot.messages)
    refused = closed.count - closed.taken + opened.count - opened.taken
    return Figures(closed.rate, closed.cpu_each, opened.ack(0.5), opened.ack(0.99), refused)


def _ratios(rounds: Rounds, of: Callable[[Figures], float]) -> list[float]:
    return [of(product) / of(floor) for floor, product in rounds]


def acks(rounds: Rounds, size: Size) -> list[Row]:
    """P4."""
    at = f"at {size.rate:g} a second, of the floor's"
    asked = len(rounds) * int(size.commands + size.rate * size.seconds)
    refused = sum(product.refused for _, product in rounds)
    return [
        at_most(f"P4 ack p50 {at}", _ratios(rounds, lambda f: f.p50), 1.5),
        at_most(f"P4 ack p99 {at}", _ratios(rounds, lambda f: f.p99), 2.0),
        Row("commands answered with: busy, try again", f"{refused} of {asked}"),
    ]


def rates(target: str, rounds: Rounds, least: float) -> list[Row]:
    """P5 and P6."""

    def medians(of: Callable[[Figures], float]) -> str:
        bots = ([of(pair[which]) for pair in rounds] for which in (0, 1))
        return " and ".join(f"{median(figures):.1f}" for figures in bots)

    return [
        at_least(f"{target}, of the floor's", _ratios(rounds, lambda f: f.rate), least),
        Row("sessions a second: floor and differ", medians(lambda f: f.rate)),
        Row("milliseconds of CPU for a session: floor and differ", medians(lambda f: f.cpu * 1e3)),
    ]


async def many_workspaces(slack: CheapSlack, folder: Path, size: Size) -> list[Row]:
    """P7: CPU with a hundred workspaces against one."""
    url = sqlite(folder / "many.db")
    await _install(url, ELSEWHERE)
    ratios = []
    async with bots.product(slack, url) as bot:
        for sellers in (SELLERS, ELSEWHERE):
            await meet(bot, slack, sellers)
        for _ in range(size.rounds // 2):
            one, many = [
                await bot.driver.closed(commands(size.commands, some), AT_ONCE, bot.messages)
                for some in (SELLERS, ELSEWHERE)
            ]
            ratios.append(many.cpu_each / one.cpu_each)
    return [at_most("P7 CPU with 100 workspaces, of that with one", ratios, 1.2)]


async def _install(url: str, sellers: list[Seller]) -> None:
    await migrate(url)
    store = await Store.open(url, KeyRing.from_text(KEYS))
    for seller in sellers:
        tenant = Tenant("", seller.team)
        await store.install(Installation(tenant, "xoxb-bench", "BDIFFER", "UDIFFER"))
    await store.close()


async def overload(slack: CheapSlack, folder: Path, rate: float, size: Size) -> list[Row]:
    """P8: twice what can be borne; what was acknowledged is looked for in the database."""
    file = folder / "overload.db"
    async with bots.product(slack, sqlite(file)) as bot:
        met = await meet(bot, slack)
        many = int(2 * rate * size.overload)
        load = await bot.driver.open(commands(many), 2 * rate, bot.messages)
    with sqlite3.connect(file) as connection:
        [(kept,)] = connection.execute("SELECT count(*) FROM checks")
    unheard = sum(n for answer, n in load.answers.items() if answer.startswith("error "))
    lost = met + load.taken - kept
    told = load.count - load.taken - unheard
    slowest = load.ack(1.0)
    at = f"P8 at {2 * rate:.0f} a second for {size.overload:g} s"
    return [
        Row(f"{at}: the slowest ack under 3 s", f"{slowest:.2f} s", slowest < SLACK_WAITS),
        Row(
            f"{at}: each stored or told busy, none lost",
            f"{load.taken} stored, {told} told busy, {unheard} unanswered, {lost} lost",
            not unheard and not lost,
        ),
    ]


async def kinds(slack: CheapSlack, folder: Path, size: Size) -> list[Row]:
    """The acks of every kind of request, with sellers in the middle of their checks."""
    async with bots.product(slack, sqlite(folder / "kinds.db")) as bot:
        await meet(bot, slack, SELLERS[:AT_ONCE])
        load = await talk(SELLERS[:AT_ONCE], bot.driver, slack)
    return [
        Row(
            f"ack p50 and p99 of a {kind}, {AT_ONCE} sellers at once",
            f"{load.ack(0.5, kind) * 1e3:.0f} and {load.ack(0.99, kind) * 1e3:.0f} ms",
        )
        for kind in load.acks
    ]
