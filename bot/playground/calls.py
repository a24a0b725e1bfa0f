"""One call of the Web API: its arguments in every form the SDK sends, and how it is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from bot.playground.events import Events
from bot.playground.limits import Pace
from bot.playground.manifest import Manifest
from bot.playground.workspace import Token, Workspace

Json = dict[str, Any]
Kind = Literal["text", "flag", "number", "json"]
Kinds = Mapping[str, Kind]
SENT_BY_THE_SDK: Kinds = {"team_id": "text"}
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
YES, NO = ("1", "true"), ("0", "false")


class SlackError(Exception):
    """`ok: false` with Slack's name for the reason, and more keys for the answer."""

    def __init__(self, error: str, *messages: str, retry_after: int = 0, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.retry_after = retry_after
        self.answer: Json = {"ok": False, "error": error, **more}
        if messages:
            said = [f"[ERROR] {message}" for message in messages]
            self.answer["response_metadata"] = {"messages": said}


def pointed(found: list[str]) -> list[str]:
    """Problems of the Block Kit check as Slack writes them, the place at the end."""
    split = [problem.partition(": ") for problem in found]
    return [f"{sentence} [json-pointer:{path}]" for path, _, sentence in split]


@dataclass(frozen=True)
class Call:
    """What a method gets: its checked arguments and the world it acts on."""

    workspace: Workspace
    events: Events
    pace: Pace
    manifest: Manifest
    token: Token
    arguments: Json
    new_link: Callable[[], str] | None = None
    origin: str = ""

    def get(self, name: str, default: Any = None) -> Any:
        return self.arguments.get(name, default)

    def need_scope(self, scope: str) -> None:
        """Raise `missing_scope` unless the token was granted it."""
        if scope not in self.token.scopes:
            provided = ",".join(sorted(self.token.scopes))
            raise SlackError("missing_scope", needed=scope, provided=provided)


@dataclass(frozen=True)
class Method:
    """One method of the Web API: what it takes, what it costs, which token and scope it needs."""

    name: str
    call: Callable[[Call], Json]
    tier: int | None
    scope: str | None
    needs: Kinds
    takes: Kinds = field(default_factory=dict)
    token: Literal["bot", "app"] = "bot"

    def check(self, given: Json) -> Json:
        """The arguments in their own types. Raises `invalid_arguments` naming each that is not."""
        kinds = {**self.needs, **self.takes, **SENT_BY_THE_SDK}
        wrong = [f"unsupported argument: {name}" for name in given if name not in kinds]
        wrong += [f"missing required field: {name}" for name in self.needs if name not in given]
        checked: Json = {}
        for name in kinds.keys() & given.keys():
            try:
                checked[name] = _typed(kinds[name], given[name])
            except ValueError:
                wrong.append(f"must be {kinds[name]} [json-pointer:/{name}]")
        if wrong:
            raise SlackError("invalid_arguments", *sorted(wrong))
        return checked


METHODS: dict[str, Method] = {}


def method(
    name: str,
    *,
    tier: int | None,
    scope: str | None = None,
    needs: Kinds | None = None,
    takes: Kinds | None = None,
    token: Literal["bot", "app"] = "bot",
) -> Callable[[Callable[[Call], Json]], Callable[[Call], Json]]:
    """Register a function as that method. `tier` None means without a limit worth keeping."""

    def register(call: Callable[[Call], Json]) -> Callable[[Call], Json]:
        METHODS[name] = Method(name, call, tier, scope, needs or {}, takes or {}, token)
        return call

    return register


def _typed(kind: Kind, value: Any) -> Any:
    match kind:
        case "text":
            if not isinstance(value, str):
                raise ValueError(kind)
            return value
        case "flag":
            if not isinstance(value, bool) and str(value).lower() not in YES + NO:
                raise ValueError(kind)
            return value is True or str(value).lower() in YES
        case "number":
            if isinstance(value, bool):
                raise ValueError(kind)
            return int(value)
        case "json":
            found = json.loads(value) if isinstance(value, str) else value
            if not isinstance(found, dict | list):
                raise ValueError(kind)
            return found


async def read_arguments(request: web.Request) -> Json:
    """Query, form, multipart or JSON, as one dict. Raises SlackError for a body it cannot read."""
    given: Json = dict(request.query)
    if request.content_type == "application/json" and request.can_read_body:
        try:
            body = json.loads(await request.read())
        except ValueError as broken:
            raise SlackError("invalid_json") from broken
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        given |= {name: value for name, value in body.items() if value is not None}
    elif request.content_type in FORMS:
        given |= dict(await request.post())
    elif request.method == "POST" and request.can_read_body:
        raise SlackError("invalid_post_type")
    return given


def token_of(request: web.Request, given: Json) -> str:
    """The token from the header, or taken out of the arguments. Raises `not_authed`."""
    asked = given.pop("token", "")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = token.strip() if scheme == "Bearer" else str(asked)
    if not found:
        raise SlackError("not_authed")
    return found
