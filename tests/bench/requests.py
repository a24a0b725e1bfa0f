"""What Slack sends, as bodies: as much of it as differ reads.

Shapes: docs.slack.dev/reference/interaction-payloads, docs.slack.dev/reference/events.
"""

import json
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlencode

from tests.bench.slack import TEAM

Json = dict[str, Any]
FORM = "application/x-www-form-urlencoded"
_numbers = count(1)


@dataclass(frozen=True)
class Request:
    """One request of Slack, to be signed when it is sent."""

    kind: str
    body: str
    content_type: str = FORM


@dataclass(frozen=True)
class Seller:
    """Who acts. Their direct messages with the bot bear their own name."""

    user_id: str
    team: str = TEAM

    @property
    def dm(self) -> str:
        return "D" + self.user_id[1:]


def command(seller: Seller, text: str) -> Request:
    fields = {
        "command": "/differ",
        "text": text,
        "team_id": seller.team,
        "user_id": seller.user_id,
        "channel_id": "C1DEALS",
        "api_app_id": "A1BENCH",
        "is_enterprise_install": "false",
        "trigger_id": new(f"{seller.user_id}."),
    }
    return Request("command", urlencode(fields))


def tap(seller: Seller, message: Json, element: Json, kind: str = "tap") -> Request:
    """A button of a message as it was posted."""
    action = {**element, "block_id": "taps", "action_ts": new("1700000000.")}
    place = {"message_ts": message["ts"], "channel_id": seller.dm, "type": "message"}
    payload = _interaction(seller, "block_actions") | {
        "container": place,
        "channel": {"id": seller.dm, "name": "directmessage"},
        "message": message,
        "actions": [action],
    }
    return Request(kind, urlencode({"payload": json.dumps(payload)}))


def text(seller: Seller, words: str, thread_ts: str) -> Request:
    """Words in the thread of a check."""
    event = {
        "type": "message",
        "channel": seller.dm,
        "channel_type": "im",
        "user": seller.user_id,
        "text": words,
        "ts": new("1800000000."),
        "thread_ts": thread_ts,
    }
    payload = {
        "type": "event_callback",
        "team_id": seller.team,
        "api_app_id": "A1BENCH",
        "event_id": new("Ev"),
        "event": event,
        "authorizations": [{"team_id": seller.team, "user_id": "UDIFFER", "is_bot": True}],
    }
    return Request("text", json.dumps(payload), "application/json")


def form(seller: Seller, view: Json, values: Json) -> Request:
    """A form that was opened, sent with these values by block."""
    view_id = new("V")
    filled = {block: {block: value} for block, value in values.items()}
    sent = {**view, "id": view_id, "hash": view_id, "state": {"values": filled}}
    payload = _interaction(seller, "view_submission") | {"view": sent, "response_urls": []}
    return Request("form", urlencode({"payload": json.dumps(payload)}))


def new(prefix: str) -> str:
    """A text that no other request has."""
    return f"{prefix}{next(_numbers):09d}"


def _interaction(seller: Seller, kind: str) -> Json:
    return {
        "type": kind,
        "user": {"id": seller.user_id, "team_id": seller.team},
        "team": {"id": seller.team},
        "api_app_id": "A1BENCH",
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": new(f"{seller.user_id}."),
        "response_url": "http://127.0.0.1:9/none",
    }
