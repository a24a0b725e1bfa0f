"""What answers over HTTP: only to Slack, never with a failure of ours, and honest about itself."""

import io
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.playground.server import SmallSlack
from bot.playground.signed_http import HttpCarrier, sign
from bot.web import MAX_BODY
from tests.bot.script import checks, elsewhere, expected, once, play, seen
from tests.bot.stage import ROOT, Stage, at_work, on_stage

BODY = json.dumps({"type": "event_callback", "team_id": "T1SMALL", "event": {"type": "new_type"}})
MALFORMED = {
    "abc": "abc",
    "empty": "",
    "not a number": "nan",
    "a fraction": "1.5",
    "5000 digits": "1" * 5000,
    "signed": "-1700000000",
    "other digits": "\N{FULLWIDTH DIGIT ONE}" * 10,
    "spaces": "17000 00000",
}


@asynccontextmanager
async def asked(stage: Stage, path: str, **more: Any) -> AsyncIterator[aiohttp.ClientResponse]:
    method = "POST" if "data" in more else "GET"
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, stage.url + path, **more) as response,
    ):
        yield response


def signed(stage: Stage, body: str, age: int = 0, **more: str) -> dict[str, str]:
    """The headers of Slack for a body."""
    moment = int(time.time()) - age
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": str(moment),
        "X-Slack-Signature": sign(stage.slack.signing_secret, moment, body),
        **more,
    }


async def status(stage: Stage, body: str | bytes | io.BytesIO, headers: dict[str, str]) -> int:
    async with asked(stage, "/slack/events", data=body, headers=headers) as response:
        return response.status


async def test_a_whole_check_over_signed_requests(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "http") as stage:
        assert isinstance(stage.slack.carrier, HttpCarrier)
        assert await stage.slack.carrier.verify_url()
        await play(stage)
        assert seen(stage) == await expected()
        assert once(stage)
        told = [t.status for t in stage.slack.workspace.traffic if t.direction == "to the app"]
        assert set(told) == {"acked"}


async def test_malformed_signature_headers_are_refused(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "http") as stage:
        good = signed(stage, BODY)
        assert await status(stage, BODY, good) == 200
        for name in ("X-Slack-Request-Timestamp", "X-Slack-Signature"):
            left_out = {key: value for key, value in good.items() if key != name}
            assert await status(stage, BODY, left_out) == 401
            for value in [*MALFORMED.values(), "v0=é", "v0=", "v1=" + good[name][3:]]:
                assert await status(stage, BODY, good | {name: value}) == 401, (name, value)


async def test_wrong_and_old_signatures_are_refused(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "http") as stage:
        good = signed(stage, BODY)
        other = good["X-Slack-Signature"][:-1] + (
            "0" if good["X-Slack-Signature"][-1] != "0" else "1"
        )
        assert await status(stage, BODY, good | {"X-Slack-Signature": other}) == 401
        assert await status(stage, BODY + " ", good) == 401
        assert await status(stage, BODY, signed(stage, BODY, age=301)) == 401
        assert await status(stage, BODY, signed(stage, BODY, age=-310)) == 401
        assert await status(stage, BODY, signed(stage, BODY, age=290)) == 200


async def test_no_forged_request_is_accepted_or_makes_us_fail(tmp_path: Path) -> None:
    bodies: list[str | bytes] = [
        BODY,
        "{",
        "[" * 100_000,
        b"\xff\xfe",
        "payload={",
        "payload=%7B",
        "",
    ]
    types = ["application/json", "application/x-www-form-urlencoded", "text/plain; charset=nope"]
    async with on_stage(tmp_path, "http") as stage:
        draw = random.Random(7)
        for _ in range(150):
            headers = signed(stage, "another body", age=draw.choice([0, 0, 10**6]))
            headers["Content-Type"] = draw.choice(types)
            for name in [*headers]:
                if draw.random() < 0.3:
                    headers[name] = draw.choice([*MALFORMED.values(), "v0=" + "0" * 64])
            assert await status(stage, draw.choice(bodies), headers) == 401


async def test_a_body_over_one_megabyte_is_refused(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "http") as stage:
        for size, found in ((MAX_BODY, 200), (MAX_BODY + 1, 413)):
            body = BODY + " " * (size - len(BODY))
            sent = io.BytesIO(body.encode())
            assert await status(stage, sent, signed(stage, body)) == found


async def test_only_slack_s_own_path_and_method_are_there(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "http") as stage:
        for path, found in (("/slack/events", 405), ("/", 404), ("/slack/install", 404)):
            async with asked(stage, path) as response:
                assert response.status == found


@pytest.mark.parametrize(
    "outer",
    [
        {"type": "event_callback", "event": {"type": "nobody_listens"}},
        {"type": "event_callback", "event": {"type": "message", "subtype": "nobody_listens"}},
        {"type": "app_rate_limited", "minute_rate_limited": 1518467820},
    ],
    ids=["event", "subtype", "app_rate_limited"],
)
async def test_what_nobody_listens_to_is_taken_note_of(
    tmp_path: Path, outer: dict[str, Any]
) -> None:
    """Slack counts everything but 200 as a failed delivery."""
    async with on_stage(tmp_path, "http") as stage:
        body = json.dumps(
            {"team_id": "T1SMALL", "api_app_id": "ADIFFER", "event_id": "Ev1", **outer}
        )
        assert await status(stage, body, signed(stage, body)) == 200
        assert await checks(stage) == ()


async def test_over_socket_mode_no_request_is_taken(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert await status(stage, BODY, signed(stage, BODY)) == 404


# health


async def health(stage: Stage, path: str) -> tuple[int, str]:
    async with asked(stage, path) as response:
        body = await response.json()
    assert body["ok"] == (response.status == 200)
    return response.status, body.get("problem", "")


@pytest.mark.parametrize("delivery", ["socket", "http"])
async def test_a_process_that_is_well_says_so(tmp_path: Path, delivery: Any) -> None:
    async with on_stage(tmp_path, delivery) as stage:
        assert await health(stage, "/healthz") == (200, "")
        assert await health(stage, "/readyz") == (200, "")


async def test_without_its_schema_it_is_not_ready_and_says_why(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        async with elsewhere(tmp_path, "DROP TABLE alembic_version"):
            pass
        code, problem = await health(stage, "/readyz")
        assert (code, "the schema is missing" in problem) == (503, True)
        assert await health(stage, "/healthz") == (200, "")


async def test_with_a_locked_database_it_is_not_ready_and_says_why(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        async with elsewhere(tmp_path):
            code, problem = await health(stage, "/readyz")
        assert (code, "locked" in problem) == (503, True)


async def test_without_socket_mode_it_is_not_ready_and_says_why(tmp_path: Path) -> None:
    async with AsyncExitStack() as first:
        start = SmallSlack.start(manifest=ROOT / "app_manifest.yml")
        slack = await first.enter_async_context(start)
        async with at_work(slack, tmp_path) as stage:
            await first.aclose()
            while (found := await health(stage, "/readyz"))[0] == 200:
                pass
            assert found == (503, "Socket Mode is not connected.")
