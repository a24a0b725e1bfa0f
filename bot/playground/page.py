"""The playground's page: it shows what the person one acts as would see in Slack.

Each open browser page is a `Seat` with one WebSocket. Whatever changes in the workspace, every seat
is drawn anew in Python and gets the regions that differ; what a person does comes back as a deed
and is handed to the people of the small Slack, as if done in Slack's own client.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from bot.playground.deeds import Deeds
from bot.playground.inputs import NotThereError
from bot.playground.screen import Screen
from bot.playground.seats import Marks, Seat, first_channel

if TYPE_CHECKING:
    from bot.playground.server import SmallSlack

Json = dict[str, Any]
log = logging.getLogger(__name__)

HERE = Path(__file__).parent
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Page:
    """The routes of the page, and the seats in front of it."""

    def __init__(self, slack: SmallSlack) -> None:
        self._slack = slack
        self._marks = Marks(slack.workspace)
        self._seats: dict[Seat, web.WebSocketResponse] = {}
        self._token = secrets.token_urlsafe(24)
        self._deeds = Deeds(slack)
        slack.workspace.on_change.append(self._changed)
        slack.workspace.on_traffic.append(self._wired)

    # Routes

    async def document(self, request: web.Request) -> web.Response:
        """The page itself, with the token that its socket must show."""
        template = Template((HERE / "page.html").read_text(encoding="utf-8"))
        text = template.substitute(token=self._token)
        headers = {"Content-Security-Policy": CONTENT_POLICY, "Cache-Control": "no-store"}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """One seat: draws on every change, takes deeds until the browser leaves."""
        token = request.query.get("token", "")
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            raise web.HTTPForbidden(text="This page is from an earlier start. Load it again.")
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        seat = self._seat(request.query)
        self._seats[seat] = socket
        drawing = asyncio.create_task(self._draw(seat, socket))
        try:
            await self._listen(seat, socket)
        finally:
            del self._seats[seat]
            drawing.cancel()
        return socket

    async def close(self, web_app: web.Application) -> None:
        """Let the browsers go, so that the server can end."""
        for socket in list(self._seats.values()):
            await socket.close()

    def _seat(self, query: Mapping[str, str]) -> Seat:
        """Where the browser says it was before, as far as that still exists."""
        workspace = self._slack.workspace
        user = query.get("user", "")
        seat = Seat(user if user in workspace.users else workspace.me, "")
        seat.look(first_channel(workspace, seat.user))
        known = workspace.channels.get(query.get("channel", ""))
        if known is not None and seat.user in known.members:
            tab = "home" if known.is_im and query.get("tab") == "home" else "messages"
            seat.look(known.id, tab)
            seat.thread = query.get("thread") or None
        seat.notices_from = len(workspace.notices)
        return seat

    # Drawing

    def _changed(self) -> None:
        for seat in self._seats:
            seat.stale.set()

    def _wired(self) -> None:
        for seat in self._seats:
            if seat.behind:
                seat.stale.set()

    async def _draw(self, seat: Seat, socket: web.WebSocketResponse) -> None:
        """Changes that come in one turn of the loop are drawn once."""
        seat.stale.set()
        while not socket.closed:
            await seat.stale.wait()
            seat.stale.clear()
            try:
                await socket.send_json(self._patch(seat))
            except ConnectionError:
                return
            except Exception:
                log.exception("The page could not be drawn")

    def _patch(self, seat: Seat) -> Json:
        self._marks.attend(seat)
        screen = Screen(self._slack, self._marks, seat)
        regions = screen.regions()
        changed = {id_: html for id_, html in regions.items() if seat.sent.get(id_) != html}
        seat.sent.update(changed)
        done, seat.done = seat.done, []
        return {"html": changed, "now": screen.now(), "say": screen.news(), "done": done}

    # Deeds

    async def _listen(self, seat: Seat, socket: web.WebSocketResponse) -> None:
        """A deed may wait three seconds for the app's answer; the next one does not wait for it."""
        async with asyncio.TaskGroup() as running:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    running.create_task(self._do(seat, json.loads(message.data)))

    async def _do(self, seat: Seat, deed: Json) -> None:
        try:
            await self._deeds.do(seat, deed)
        except NotThereError as gone:
            self._tell(seat, str(gone).partition("\n")[0])
        except Exception:
            log.exception("A deed on the page failed")
            self._tell(seat, "That did not work. The log of the playground says why.")
        seat.done.append(int(deed.get("id", 0)))
        seat.stale.set()

    def _tell(self, seat: Seat, text: str) -> None:
        self._slack.workspace.notice(seat.user, text, seat.channel)


async def _file(request: web.Request) -> web.FileResponse:
    return web.FileResponse(HERE / request.path[1:], headers={"Cache-Control": "no-store"})


def add_page(web_app: web.Application, slack: SmallSlack) -> None:
    """Serve the page, its style, its script and its socket from `web_app`.

    Requests under other hosts' names and from other sites' pages are refused by `web_app` itself.
    """
    page = Page(slack)
    web_app.on_shutdown.append(page.close)
    web_app.router.add_get("/", page.document)
    web_app.router.add_get("/page.css", _file)
    web_app.router.add_get("/page.js", _file)
    web_app.router.add_get("/page", page.socket)
