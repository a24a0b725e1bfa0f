"""Signed requests to the app's request URL, as Slack sends them without Socket Mode.

Signature: docs.slack.dev/authentication/verifying-requests-from-slack.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.playground.delivery import Answer, Envelope

Json = dict[str, Any]
FORM = "application/x-www-form-urlencoded"


def sign(secret: str, timestamp: int, body: str) -> str:
    """The v0 signature of a body at that second since 1970."""
    base = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpCarrier:
    """Requests to one URL, over one session that is made when it is first needed."""

    def __init__(self, request_url: str, signing_secret: str) -> None:
        if not signing_secret:
            raise ValueError("Signed delivery needs a signing secret that is not empty.")
        self.request_url = request_url
        self._secret = signing_secret
        self._session: aiohttp.ClientSession | None = None

    async def verify_url(self) -> bool:
        """Slack's `url_verification`: whether the app at the URL answers the challenge."""
        challenge = {"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV", "token": ""}
        answer = await self._send(json.dumps(challenge), "application/json", {})
        return answer.acked and challenge["challenge"] in answer.payload.values()

    async def carry(self, envelope: Envelope) -> Answer:
        retry = {}
        if envelope.retry:
            retry["X-Slack-Retry-Num"] = str(envelope.retry)
            retry["X-Slack-Retry-Reason"] = envelope.reason or "unknown_error"
        body, content_type = _written(envelope)
        return await self._send(body, content_type, retry)

    async def _send(self, body: str, content_type: str, extra: dict[str, str]) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        # The app holds the timestamp against its own real clock, so this one is never moved.
        timestamp = int(time.time())
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": str(timestamp),
            "X-Slack-Signature": sign(self._secret, timestamp, body),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **extra,
        }
        try:
            async with self._session.post(
                self.request_url, data=body.encode(), headers=headers, allow_redirects=False
            ) as response:
                return _read(response, await response.text())
        except aiohttp.ClientError:
            return Answer("connection_failed", code=0)

    async def break_off(self, reason: str) -> None:
        """Nothing stays connected between two requests."""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _written(envelope: Envelope) -> tuple[str, str]:
    match envelope.kind:
        case "events_api":
            return json.dumps(envelope.payload), "application/json"
        case "interactive":
            return urlencode({"payload": json.dumps(envelope.payload)}), FORM
        case "slash_commands":
            return urlencode(envelope.payload), FORM


def _read(response: aiohttp.ClientResponse, text: str) -> Answer:
    no_retry = response.headers.get("X-Slack-No-Retry") == "1"
    if response.status != 200:
        return Answer("http_error", code=response.status, no_retry=no_retry)
    if not text:
        return Answer("acked")
    if response.content_type == "application/json":
        payload = json.loads(text)
        return Answer("acked", payload if isinstance(payload, dict) else {"text": str(payload)})
    return Answer("acked", {"text": text})
