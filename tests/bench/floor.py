"""The floor: the least that a correct bot must do for one `/differ`, and nothing more.

Bolt checks the signature and finds the listener; one transaction is durable before Slack hears
"ok"; then one chat.postMessage. It keeps no words of its own, encrypts nothing, and would post
twice or not at all when it is cut off: what differ does beyond it is what differ costs beyond it.
"""

import argparse
import asyncio
import time
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    event,
    insert,
    select,
)
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

metadata = MetaData()
sessions = Table(
    "sessions",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("team", String, nullable=False),
    Column("seller", String, nullable=False),
    Column("plan", String, nullable=False),
    Column("score", Integer, nullable=False, default=0),
    Column("at", Double, nullable=False),
    Index("sessions_of_seller", "team", "seller", "id"),
)
ADD = insert(sessions).returning(sessions.c.id)
LAST_SCORE = (
    select(sessions.c.score)
    .where(sessions.c.team == bindparam("of_team"), sessions.c.seller == bindparam("of_seller"))
    .order_by(sessions.c.id.desc())
    .limit(1)
    .offset(1)
)


def open_engine(url: str, journal: str) -> AsyncEngine:
    """As durable as differ's: a commit survives a power cut."""
    if not url.startswith("sqlite"):
        return create_async_engine(url, pool_size=10, max_overflow=0)
    engine = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=60)

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (f"journal_mode={journal}", "synchronous=FULL"):
            cursor.execute(f"PRAGMA {pragma}")
            cursor.fetchall()
        cursor.close()

    return engine


class Floor:
    """The listener, and the posts that are on their way."""

    def __init__(self, engine: AsyncEngine, client: AsyncWebClient) -> None:
        self._engine = engine
        self._client = client
        self._posting: set[asyncio.Task[None]] = set()

    async def on_differ(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        last = await self._keep(body)
        await ack()
        task = asyncio.create_task(self._post(body, last))
        self._posting.add(task)
        task.add_done_callback(self._posting.discard)

    async def _keep(self, body: dict[str, Any]) -> int:
        team, seller = body["team_id"], body["user_id"]
        new = {"team": team, "seller": seller, "plan": body["text"], "at": time.time()}
        async with self._engine.begin() as connection:
            await connection.execute(ADD, new)
            found = await connection.execute(LAST_SCORE, {"of_team": team, "of_seller": seller})
            return found.scalar() or 0

    async def _post(self, body: dict[str, Any], last: int) -> None:
        text = f"{body['text']}: is that meaningfully different? (last time {last} of 5)"
        await self._client.chat_postMessage(channel="D" + body["user_id"][1:], text=text)


async def serve(arguments: argparse.Namespace) -> None:
    """Until it is killed."""
    engine = open_engine(arguments.database, arguments.journal)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient("xoxb-bench", base_url=arguments.slack, session=session)
        # Without it Bolt looks only every ten milliseconds whether the listener has answered.
        app = AsyncApp(client=client, signing_secret=arguments.secret, process_before_response=True)
        app.command("/differ")(Floor(engine, client).on_differ)
        web_app = app.web_app("/slack/events")
        web_app.router.add_get("/healthz", _healthy)
        runner = web.AppRunner(web_app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", arguments.port).start()
        await asyncio.Event().wait()


async def _healthy(_: web.Request) -> web.StreamResponse:
    return web.json_response({"ok": True})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", required=True, help="as in DATABASE_URL")
    parser.add_argument("--journal", default="WAL", help="SQLite's journal_mode")
    parser.add_argument("--slack", required=True, help="as in SLACK_API_URL")
    parser.add_argument("--secret", required=True, help="as in SLACK_SIGNING_SECRET")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
