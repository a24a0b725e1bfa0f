"""What a refusal is taken for, whoever answered it: Slack, or something that stands before it."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import Refusal, meaning_of, reason_of, retry_after

JSON, TEXT, HTML = "application/json", "text/plain", "text/html"


@pytest.mark.parametrize(
    ("status", "kind", "body", "meaning", "reason"),
    [
        (200, JSON, '{"ok": false, "error": "internal_error"}', Refusal.UNCLEAR, "internal_error"),
        (200, JSON, '{"ok": false, "error": "token_revoked"}', Refusal.REVOKED, "token_revoked"),
        (200, JSON, '{"ok": false, "error": "no_text"}', Refusal.FINAL, "no_text"),
        (200, JSON, '{"ok": fal', Refusal.UNCLEAR, ""),
        (500, JSON, '{"ok": false, "error": "no_text"}', Refusal.UNCLEAR, "no_text"),
        (429, JSON, '{"ok": false, "error": "ratelimited"}', Refusal.LATER, "ratelimited"),
        (429, TEXT, "too many", Refusal.LATER, ""),
        (503, JSON, '{"ok": false, "error": "service_unavailable"}', Refusal.LATER, None),
        (503, TEXT, "upstream connect error", Refusal.UNCLEAR, ""),
        (502, HTML, "<h1>Bad gateway</h1>", Refusal.UNCLEAR, ""),
    ],
)
async def test_what_a_refusal_means(
    status: int, kind: str, body: str, meaning: Refusal, reason: str | None
) -> None:
    error = await refused(status, kind, body)

    assert meaning_of(error) is meaning
    assert reason is None or reason_of(error) == reason


@pytest.mark.parametrize(("given", "seconds"), [("30", 30.0), ("soon", 1.0), ("-5", 1.0)])
async def test_how_long_to_wait(given: str, seconds: float) -> None:
    assert retry_after(await refused(429, TEXT, "", {"Retry-After": given})) == seconds


async def refused(
    status: int, kind: str, body: str, headers: dict[str, str] | None = None
) -> SlackApiError:
    """What the SDK raises at such an answer."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, content_type=kind, text=body, headers=headers)

    app = web.Application()
    app.router.add_post("/api/api.test", answer)
    async with TestServer(app) as server:
        client = AsyncWebClient(base_url=str(server.make_url("/api/")), retry_handlers=[])
        with pytest.raises(SlackApiError) as raised:
            await client.api_test()
    return raised.value
