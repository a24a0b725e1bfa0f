"""A stand-in for Slack's Web API that costs almost nothing: everything is well.

The small Slack checks what Slack checks; under load that would be what is measured. This one
answers "ok" with a new `ts`, counts, and remembers what each seller last saw, to be answered.
"""

import asyncio
import json
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]
TEAM = "T1BENCH"
KEPT = 20
"""Messages in each channel."""
IDENTITY = {"team_id": TEAM, "team": "Bench", "user_id": "UDIFFER", "bot_id": "BDIFFER"}
HEAD = "HTTP/1.1 {}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\n\r\n"
WELL = "200 OK"


class CheapSlack:
    """What was called, over how many connections, and what stands in the direct messages."""

    def __init__(self) -> None:
        self.port = 0
        self.calls: Counter[str] = Counter()
        self.connections = 0
        self.posted: defaultdict[str, deque[Json]] = defaultdict(lambda: deque(maxlen=KEPT))
        """The last messages by channel, each with its `ts`."""
        self.views: dict[str, Json] = {}
        """The view that was opened last, by whose trigger it was."""
        self._numbers = count(1)

    @property
    def api_url(self) -> str:
        """What goes into SLACK_API_URL."""
        return f"http://127.0.0.1:{self.port}/api/"

    @property
    def written(self) -> int:
        """How many messages were posted, changed or taken away."""
        return sum(n for name, n in self.calls.items() if name.startswith("chat."))

    @classmethod
    @asynccontextmanager
    async def start(cls) -> "AsyncIterator[CheapSlack]":
        """For the length of an ``async with``."""
        slack = cls()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(slack), "127.0.0.1", backlog=1024)
        slack.port = server.sockets[0].getsockname()[1]
        try:
            yield slack
        finally:
            server.close()

    def reply(self, method: str, given: Json) -> tuple[str, Json]:
        """The status line and the answer to a call; without a status the connection breaks."""
        return WELL, self.answer(method, given)

    def answer(self, method: str, given: Json) -> Json:
        """Ok, and what the method's caller reads."""
        self.calls[method] += 1
        match method:
            case "chat.postMessage":
                return self._post(given)
            case "chat.update":
                return {"ok": True, "channel": given["channel"], "ts": given["ts"]}
            case "conversations.open":
                return {"ok": True, "channel": {"id": "D" + given["users"][1:]}}
            case "users.info":
                return {"ok": True, "user": {"locale": "en-US", "tz": "Europe/Berlin"}}
            case "views.open":
                self.views[given["trigger_id"].partition(".")[0]] = given["view"]
            case "conversations.history" | "conversations.replies":
                return {"ok": True, "messages": list(self.posted[given["channel"]])}
        return {"ok": True} | IDENTITY

    def _post(self, given: Json) -> Json:
        ts = f"1700000000.{next(self._numbers):06d}"
        channel = given["channel"]
        self.posted[channel].append({**given, "ts": ts})
        return {"ok": True, "channel": channel, "ts": ts}


class _Connection(asyncio.Protocol):
    """Just as much of HTTP as the SDK speaks, kept alive."""

    def __init__(self, slack: CheapSlack) -> None:
        self._slack = slack
        self._received = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._slack.connections += 1

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (request := self._next()) is not None:
            path, given = request
            status, answer = self._slack.reply(path.rpartition("/")[2], given)
            if not status:
                self._transport.abort()
                return
            body = json.dumps(answer).encode()
            self._transport.write(HEAD.format(status, len(body)).encode() + body)

    def _next(self) -> tuple[str, Json] | None:
        """The path and the arguments of a request that is there as a whole."""
        head, _, rest = self._received.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        length = int(fields.get("content-length", 0))
        if b"\r\n\r\n" not in self._received or len(rest) < length:
            return None
        self._received = rest[length:]
        path, _, query = lines[0].split()[1].partition("?")
        return path, _read(query) | _read(rest[:length].decode())


def _read(arguments: str) -> Json:
    if arguments.startswith("{"):
        given: Json = json.loads(arguments)
        return given
    return dict(parse_qsl(arguments))
