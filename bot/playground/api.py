"""The door of the Web API: every request under /api/ is read, checked, called, and played with.

The order is Slack's: does the connection hold, is there such a method, whose token is it, is it
allowed, is it too fast, are the arguments right. Nothing unknown is ever answered with ok.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiohttp import web

# Imported for what they register.
import bot.playground.chat_methods
import bot.playground.file_methods
import bot.playground.methods
import bot.playground.view_methods  # noqa: F401
from bot.playground.calls import METHODS, Call, Method, SlackError, read_arguments, token_of
from bot.playground.events import Events
from bot.playground.faults import Fault, Faults
from bot.playground.file_methods import UPLOAD, take_bytes
from bot.playground.limits import Pace
from bot.playground.manifest import Manifest
from bot.playground.workspace import Token, Workspace

Json = dict[str, Any]
RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class WebApi:
    """Answers the app's calls."""

    def __init__(
        self,
        workspace: Workspace,
        events: Events,
        faults: Faults,
        manifest: Manifest,
        new_link: Callable[[], str] | None,
    ) -> None:
        self._workspace = workspace
        self._events = events
        self._faults = faults
        self._manifest = manifest
        self._new_link = new_link
        self._pace = Pace(workspace.clock)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """GET or POST /api/{method}."""
        name = request.match_info["method"]
        fault = self._faults.next(name)
        given: Json = {}
        try:
            given = await read_arguments(request)
            token = token_of(request, given)
            if fault is not None and not fault.accepted:
                self._before(fault, token)
                if fault.kind != "revoke_token":
                    self._record(name, given, fault.kind)
                    return await self._play(fault, request, {})
            answer = self._called(request, name, token, given)
        except SlackError as refused:
            answer = refused.answer
            wait = {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
            self._record(name, given, refused.error)
            return web.json_response(answer, status=429 if wait else 200, headers=wait)
        played = fault if fault is not None and fault.accepted else None
        self._record(name, given, f"ok, then {played.kind}" if played else "ok")
        return await self._play(played, request, answer) if played else web.json_response(answer)

    async def take_file(self, request: web.Request) -> web.StreamResponse:
        """POST /upload/{ticket}: the bytes of one file, for which there is no other key."""
        fault, given = self._faults.next(UPLOAD), await request.read()
        told: Json = {"length": len(given)}
        if fault is not None and not fault.accepted:
            self._record(UPLOAD, told, fault.kind)
            return await self._play(fault, request, {})
        status, said = take_bytes(self._workspace, request.match_info["ticket"], given)
        self._record(UPLOAD, told, f"{said}, then {fault.kind}" if fault else said)
        if fault is not None:
            return await self._play(fault, request, {})
        return web.Response(status=status, text=said)

    def _record(self, name: str, given: Json, status: str) -> None:
        self._workspace.record("from the app", name, given, status)

    def _called(self, request: web.Request, name: str, token: str, given: Json) -> Json:
        if (method := METHODS.get(name)) is None:
            raise SlackError("unknown_method", req_method=name)
        held = self._allowed(method, token)
        if wait := self._pace.wait(name, method.tier):
            raise SlackError("ratelimited", retry_after=wait)
        call = Call(
            self._workspace,
            self._events,
            self._pace,
            self._manifest,
            held,
            method.check(given),
            self._new_link,
            str(request.url.origin()),
        )
        if method.scope is not None:
            call.need_scope(method.scope)
        return {"ok": True, **method.call(call)}

    def _allowed(self, method: Method, token: str) -> Token:
        held = self._workspace.tokens.get(token)
        if held is None:
            raise SlackError("invalid_auth")
        if held.revoked:
            raise SlackError("token_revoked")
        if held.kind != method.token:
            raise SlackError("not_allowed_token_type")
        return held

    def _before(self, fault: Fault, token: str) -> None:
        if fault.kind == "revoke_token" and (held := self._workspace.tokens.get(token)):
            held.revoked = True
        if fault.kind == "ratelimited":
            raise SlackError("ratelimited", retry_after=int(fault.seconds))

    async def _play(self, fault: Fault, request: web.Request, answer: Json) -> web.StreamResponse:
        match fault.kind:
            case "slow":
                clock = self._workspace.clock
                await clock.until(clock.now() + timedelta(seconds=fault.seconds))
                return web.json_response(answer)
            case "ratelimited":
                wait = {"Retry-After": str(int(fault.seconds))}
                return web.Response(status=429, headers=wait)
            case "server_error":
                page = "<html><body>Something went wrong</body></html>"
                return web.Response(status=fault.status, text=page, content_type="text/html")
            case "refuse":
                return web.json_response({"ok": False, "error": fault.error})
            case "truncate":
                return await _cut(request, json.dumps(answer).encode())
            case _:
                return _hang_up(request, with_reset=fault.kind == "reset")


def _hang_up(request: web.Request, with_reset: bool) -> web.Response:
    transport = request.transport
    if transport is not None:
        if with_reset:
            line = transport.get_extra_info("socket")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        transport.abort()
    # The response goes nowhere: the connection is gone already.
    return web.Response()


async def _cut(request: web.Request, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(len(body))})
    response.content_type = "application/json"
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
