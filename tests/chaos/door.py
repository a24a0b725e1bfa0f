"""Between Slack and the replicas: a round robin that remembers what was asked and answered.

Slack asks for people (commands, taps, texts) and tells the product of its own messages. Only what
people did is remembered, each under the key by which the product knows a request it has seen.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from bot.desk import tap_key
from bot.playground.delivery import Answer, Envelope
from bot.playground.server import SmallSlack
from bot.playground.signed_http import HttpCarrier
from bot.playground.workspace import RESPONSE_URL_USES, ResponseUrl
from coaching.words import words

Json = dict[str, Any]
Key = tuple[str, str]
LAST_RETRY = 3


@dataclass
class Request:
    """One thing a person did, as it reached the product or did not."""

    user: str
    key: Key
    response_url: str = ""
    delivered: int = 0
    acks: int = 0
    acked: bool = False
    """It was confirmed: answered with ok, and the person was not told that nothing was kept."""
    given_up: bool = False


@dataclass
class Door:
    """One carrier for all replicas. Those in `closed` get nothing."""

    carriers: list[HttpCarrier]
    urls: Mapping[str, ResponseUrl]
    closed: set[int] = field(default_factory=set)
    requests: dict[Key, Request] = field(default_factory=dict)
    texts: dict[str, Request] = field(default_factory=dict)
    under_way: dict[int, list[Request]] = field(default_factory=dict)
    last: dict[str, Request] = field(default_factory=dict)
    """What each person did last."""
    turn: int = 0
    on_answer: Callable[[str], None] = lambda user: None

    @classmethod
    def between(cls, slack: SmallSlack, urls: list[str]) -> Self:
        """The door through which all requests of a small Slack go from now on."""
        carriers = [HttpCarrier(url, slack.signing_secret) for url in urls]
        door = cls(carriers, slack.workspace.response_urls)
        slack.carrier = slack.delivery.carrier = door
        return door

    async def carry(self, envelope: Envelope) -> Answer:
        """To the next replica that is open."""
        replica = self._next()
        request = self._request(envelope)
        if request is None:
            return await self.carriers[replica].carry(envelope)
        request.delivered += 1
        with self._noted(replica, request):
            answer = await self.carriers[replica].carry(envelope)
        request.acks += answer.acked and not refused(answer.payload)
        request.acked |= request.acks > self._told(request)
        request.given_up = envelope.retry == LAST_RETRY and not request.acked
        self.last[request.user] = request
        self.on_answer(request.user)
        return answer

    def _told(self, request: Request) -> int:
        """How often a person was told that a tap was not kept: the product has no other use for
        the address that comes with a tap."""
        url = self.urls.get(request.response_url.rpartition("/")[2])
        return RESPONSE_URL_USES - url.uses_left if url else 0

    def _next(self) -> int:
        """The one after the last, or any, as a load balancer does that finds none well."""
        for _ in self.carriers:
            self.turn = (self.turn + 1) % len(self.carriers)
            if self.turn not in self.closed:
                break
        return self.turn

    @contextmanager
    def _noted(self, replica: int, request: Request) -> Iterator[None]:
        waiting = self.under_way.setdefault(replica, [])
        waiting.append(request)
        try:
            yield
        finally:
            waiting.remove(request)

    def _request(self, envelope: Envelope) -> Request | None:
        named = name_of(envelope)
        if named is None:
            return None
        user, key = named
        request = self.requests.setdefault(key, Request(user, key))
        if envelope.kind == "interactive":
            request.response_url = envelope.payload.get("response_url", "")
        if envelope.kind == "events_api":
            self.texts[envelope.payload["event"]["ts"]] = request
        return request

    def unanswered(self, replica: int) -> list[Request]:
        """What people asked of a replica and it has not answered."""
        return list(self.under_way.get(replica, []))

    def busy(self) -> bool:
        return any(self.under_way.values())

    async def break_off(self, reason: str) -> None:
        """Nothing stays connected between two requests."""

    async def close(self) -> None:
        for carrier in self.carriers:
            await carrier.close()


def name_of(envelope: Envelope) -> tuple[str, Key] | None:
    """Who did it and the key of its inbox row; None for what no person did."""
    payload = envelope.payload
    if envelope.kind == "slash_commands":
        return payload["user_id"], ("command", payload["trigger_id"])
    if envelope.kind == "interactive":
        if payload["type"] != "block_actions":
            return None  # forms and shortcuts, which no driver here sends again
        return payload["user"]["id"], ("tap", tap_key(payload))
    event = payload["event"]
    if event["type"] != "message" or event.get("subtype") or event.get("bot_id"):
        return None
    return event["user"], ("event", payload["event_id"])


def refused(payload: Json) -> bool:
    """Whether the answer says that nothing was kept."""
    return bool(payload.get("text") == words().plain("notice.unsaved"))
