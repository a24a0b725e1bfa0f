"""Instructions of one request in process, without network or database: bare Bolt, and differ.

`python -m tests.bench.instructions` runs each under callgrind, with N requests and with 2 N, so
that the start falls out. The figures repeat closely, whatever else the machine does.
"""

import argparse
import asyncio
import gc
import re
import sys
import time
from collections.abc import Awaitable, Callable
from copy import copy
from typing import Any, cast

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import build_app
from bot.desk import Desk
from bot.installations import Installations
from bot.playground.signed_http import sign
from bot.serve import utc_now
from storage import Store
from tests.bench import requests
from tests.bench.driver import SECRET
from tests.bench.memory import Memory
from tests.bench.report import Row, at_most, run, table
from tests.bench.requests import Request, Seller
from tests.bench.sellers import element

TARGET = "P3 {}: instructions of dispatch and method, of bare Bolt's"
LIMIT = 1.5
REQUESTS = 20
COLLECTED = re.compile(r"Collected *: *(\d+)")
SELLER = Seller("U1SAM")
COMMAND = requests.command(SELLER, "Demo of the planning module")

Work = Callable[[int], Awaitable[None]]


def _bolt_request(request: Request) -> AsyncBoltRequest:
    now = int(time.time())
    headers = {
        "content-type": request.content_type,
        "x-slack-request-timestamp": str(now),
        "x-slack-signature": sign(SECRET, now, request.body),
    }
    return AsyncBoltRequest(body=request.body, headers=cast(Any, headers))


async def bare(count: int) -> None:
    """Bolt with one listener, which says "ok"."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=SELLER.team, bot_token="xoxb-bench")

    async def on_differ(ack: AsyncAck) -> None:
        await ack()

    app = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)
    app.command("/differ")(on_differ)
    for _ in range(count):
        await _taken(app, COMMAND)


async def commands(count: int) -> None:
    """differ, a plan typed after the command each time."""
    app, _ = _differ()
    for _ in range(count):
        await _checked(app, COMMAND)


async def taps(count: int) -> None:
    """differ, the first button of three questions, over and over in the same check."""
    app, memory = _differ()
    await _checked(app, COMMAND)
    begun, three = copy(memory.kept), []
    for _ in range(3):
        message = {"ts": "1.0", **memory.kept.posted[-1]}
        button = element(message, "tap:")
        assert button is not None
        three.append(requests.tap(SELLER, message, button))
        await _checked(app, three[-1])
    for number in range(count):
        if number % 3 == 0:
            memory.kept = copy(begun)
        await _checked(app, three[number % 3])


def _differ() -> tuple[AsyncApp, Memory]:
    memory = Memory()
    store = cast(Store, memory)
    return build_app(Desk(store, utc_now), Installations(store), AsyncWebClient()), memory


async def _checked(app: AsyncApp, request: Request) -> None:
    """As bot/web.py: the signature first."""
    bolt_request = _bolt_request(request)
    now = bolt_request.headers["x-slack-request-timestamp"][0]
    signature = bolt_request.headers["x-slack-signature"][0]
    assert SignatureVerifier(SECRET).is_valid(request.body, now, signature)
    await _dispatched(app, bolt_request)


async def _taken(app: AsyncApp, request: Request) -> None:
    await _dispatched(app, _bolt_request(request))


async def _dispatched(app: AsyncApp, request: AsyncBoltRequest) -> None:
    response = await app.async_dispatch(request)
    assert response.status == 200, response.body


WORK: dict[str, Work] = {"bare": bare, "commands": commands, "taps": taps}


async def _instructions(what: str, count: int) -> int:
    child = (sys.executable, "-m", "tests.bench.instructions", "--run", what, str(count))
    options = ("--tool=callgrind", "--callgrind-out-file=/dev/null")
    _, said = await run("valgrind", *options, *child)
    found = COLLECTED.search(said)
    assert found, said
    return int(found[1])


async def each(what: str) -> float:
    """Instructions for one request."""
    once, twice = await asyncio.gather(
        _instructions(what, REQUESTS), _instructions(what, 2 * REQUESTS)
    )
    return (twice - once) / REQUESTS


async def measure() -> list[Row]:
    """P3, with the totals it comes from."""
    floor, by_command, by_tap = await asyncio.gather(*map(each, WORK))
    totals = f"bare Bolt {floor:,.0f}, a command {by_command:,.0f}, a tap {by_tap:,.0f}"
    return [
        Row("instructions for one request", totals),
        at_most(TARGET.format("a command with a plan"), [by_command / floor], LIMIT),
        at_most(TARGET.format("a tap"), [by_tap / floor], LIMIT),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", nargs=2, metavar=("WHAT", "COUNT"), help="what callgrind watches")
    arguments = parser.parse_args()
    if arguments.run:
        what, count = arguments.run
        gc.disable()  # it comes now and then, and would be counted for one run and not the other
        asyncio.run(cast(Any, WORK[what](int(count))))
    else:
        print(table(asyncio.run(measure())))  # noqa: T201 -- it is a command


if __name__ == "__main__":
    main()
