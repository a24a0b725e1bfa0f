"""Socket Mode: up to ten connections, and each envelope goes to exactly one of them.

Protocol: docs.slack.dev/apis/events-api/using-socket-mode.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from random import Random
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground.delivery import Answer, Envelope
from bot.playground.workspace import Workspace

Json = dict[str, Any]
MOST_CONNECTIONS = 10
ANSWERABLE = ("slash_commands", "interactive")


class SocketCarrier:
    """The server's end of all sockets of the app."""

    def __init__(self, workspace: Workspace, seed: int = 0) -> None:
        self.sockets: list[web.WebSocketResponse] = []
        self._leaving: set[web.WebSocketResponse] = set()
        self._workspace = workspace
        self._tickets: set[str] = set()
        self._waiting: dict[str, tuple[web.WebSocketResponse, asyncio.Future[Answer]]] = {}
        self._random = Random(seed)

    def new_ticket(self) -> str:
        """What makes one address good for one connection."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def link(self, request: web.Request) -> web.StreamResponse:
        """GET /link?ticket=...: the WebSocket itself."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="This address was used already, or never given.")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(timeout=1)
        await socket.prepare(request)
        if len(self.sockets) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self.sockets.append(socket)
        try:
            await socket.send_json(self._hello())
            await self._listen(socket)
        finally:
            self._forget(socket)
        return socket

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.sockets),
            "debug_info": {"host": "small-slack", "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._workspace.app_id},
        }

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        self._workspace.touch()
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                self._take(json.loads(message.data))

    def _take(self, said: Json) -> None:
        _, answer = self._waiting.get(said.get("envelope_id", ""), (None, None))
        if answer is not None and not answer.done():
            answer.set_result(Answer("acked", said.get("payload") or {}))

    def _forget(self, socket: web.WebSocketResponse) -> None:
        self._leaving.discard(socket)
        if socket in self.sockets:
            self.sockets.remove(socket)
        for holder, answer in self._waiting.values():
            if holder is socket and not answer.done():
                answer.set_result(Answer("connection_failed", code=0))
        self._workspace.touch()

    async def carry(self, envelope: Envelope) -> Answer:
        if not self.sockets:
            return Answer("connection_failed", code=0)
        socket = self._random.choice(self.sockets)
        envelope_id = secrets.token_hex(16)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = (socket, answer)
        try:
            await socket.send_json(_wrapped(envelope, envelope_id))
            return await answer
        except ConnectionError:
            return Answer("connection_failed", code=0)
        finally:
            del self._waiting[envelope_id]

    async def break_off(self, reason: str) -> None:
        """Say disconnect: nothing more comes over these sockets and no ack on them counts.

        The app hangs up by itself, as Slack leaves it to, once it has a new connection.
        """
        for socket in list(self.sockets):
            self._forget(socket)
            self._leaving.add(socket)
            await socket.send_json({"type": "disconnect", "reason": reason})

    async def warn(self) -> None:
        """Announce, as Slack does about ten seconds ahead, that the sockets will be refreshed."""
        for socket in list(self.sockets):
            await socket.send_json({"type": "disconnect", "reason": "warning"})

    async def close(self) -> None:
        for socket in [*self.sockets, *self._leaving]:
            await socket.close()


def _wrapped(envelope: Envelope, envelope_id: str) -> Json:
    wrapped: Json = {
        "envelope_id": envelope_id,
        "type": envelope.kind,
        "accepts_response_payload": envelope.kind in ANSWERABLE,
        "payload": envelope.payload,
    }
    if envelope.kind == "events_api":
        wrapped |= {"retry_attempt": envelope.retry, "retry_reason": envelope.reason or ""}
    return wrapped
