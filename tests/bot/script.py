"""One whole check as a seller acts it, and what is left of it in Slack and in the store."""

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.playground.delivery import Answer, Kind
from bot.playground.payloads import action_json, message_click_json
from bot.playground.workspace import Message
from bot.thread import Thread
from coaching.dialogue import Dialogue
from coaching.questions import draw
from coaching.words import words
from storage import Check, Seller, Tenant
from tests.bot.stage import SQLITE, Json, Stage, on_stage

PLAN = "/differ demo of the planning module for Halden"
QUOTE = "Marta said on Tuesday that two late deliveries a week cost her a whole shift"
ANSWERS = (
    *("[Go on as it is]", "[Yes]"),
    *("[Yes]", QUOTE, "[Leaving it as it is]"),
    *("[No]", "[Not sure]", "[Yes]", "[I believe so]", "[No]"),
    *("[Yes]", "[Keep it]", "[No]"),
)


def seller_of(stage: Stage) -> Seller:
    return Seller(Tenant("", stage.slack.workspace.team_id), stage.me)


def card_ts(stage: Stage) -> str:
    """The head of the newest check's thread."""
    return next(m.thread_ts for m in reversed(stage.messages()) if m.thread_ts and m.bot_id)


async def answer(stage: Stage, *answers: str) -> None:
    """Tap what stands in brackets, write the rest into the newest thread."""
    for act in answers:
        if act.startswith("["):
            await stage.tap(act[1:-1])
        else:
            await stage.say(act, card_ts(stage))


async def play(stage: Stage, answers: int = len(ANSWERS)) -> None:
    """A five-minute check from the command to the last word, or up to so many answers."""
    await stage.command(PLAN)
    await answer(stage, *ANSWERS[:answers])


async def expected(answers: int = len(ANSWERS)) -> str:
    """What a seller sees of that check, up to so many answers, when nothing goes wrong."""
    if answers not in _EXPECTED:
        with tempfile.TemporaryDirectory() as folder:
            url = SQLITE.format(folder=folder)
            async with on_stage(Path(folder), database_url=url) as stage:
                await play(stage, answers)
                _EXPECTED[answers] = seen(stage)
    return _EXPECTED[answers]


_EXPECTED: dict[int, str] = {}


async def checks(stage: Stage) -> tuple[Check, ...]:
    """The seller's checks, newest first."""
    async with stage.store.begin(seller_of(stage)) as tx:
        return await tx.checks()


async def dialogue(stage: Stage) -> Dialogue:
    """What is kept of the newest check."""
    return Thread.load((await checks(stage))[0].dialogue).dialogue


async def texts(stage: Stage) -> list[str]:
    """The words that count in the newest check, in their order."""
    moves = (await dialogue(stage)).moves
    return [said.text for move in moves for said in move.said if said.text]


def seen(stage: Stage) -> str:
    """All that ``me`` sees, as text. How often it was updated makes no difference."""
    return stage.slack.workspace.transcript(stage.me).replace(" (edited)", "")


def keys(stage: Stage) -> list[str]:
    """The key of every message of differ that was posted; one that was posted twice, twice."""
    posted = stage.slack.workspace.in_channel(stage.dm)
    return [m.metadata["event_payload"]["key"] for m in posted if m.metadata]


def once(stage: Stage) -> bool:
    """Whether no message of differ stands there twice."""
    return len(keys(stage)) == len(set(keys(stage)))


# a check without a store


def drawn(dialogue: Dialogue) -> Dialogue:
    """With the bank question that its step asks."""
    step = dialogue.standing.step()
    question = "" if dialogue.question(step) else draw(dialogue, step, (), words())
    asked = ((step.key, question),) if question else ()
    return replace(dialogue, asked=(*dialogue.asked, *asked))


def objects(value: Any) -> Iterator[Json]:
    """Every object in a body, at any depth."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from objects(inner)


# what Slack would send, to be sent in other ways than it would


def click(stage: Stage, label: str) -> Json:
    """The payload of a tap on the newest button of that label."""
    return click_on(stage, *stage.find(label, stage.messages()))


def click_on(stage: Stage, message: Message, block: Json, element: Json) -> Json:
    """The payload of a tap on a button, or on the first entry of a menu."""
    workspace = stage.slack.workspace
    key = workspace.new_response_url(stage.me, message.channel, message.ts, message.thread_ts)
    url = f"{stage.slack.origin}/response/{key}"
    first = element.get("options", [{}])[0]
    chosen = {"selected_option": first, "selected_options": [first]} if first else {}
    action = action_json(workspace, block, element, chosen)
    return message_click_json(workspace, stage.me, message, action, url)


def sent_to_app(stage: Stage, kind: str) -> list[Json]:
    """Every payload of that kind of delivery so far, each once."""
    there = (t for t in stage.slack.workspace.traffic if t.direction == "to the app")
    found = [t.payload for t in there if t.name.startswith(kind) and "retry" not in t.status]
    return [payload for place, payload in enumerate(found) if payload not in found[:place]]


async def deliver(stage: Stage, kind: Kind, *payloads: Json) -> list[Answer]:
    """Deliver these at the same time, and wait until all that follows has been sent."""
    answers = await asyncio.gather(*(stage.slack.delivery.ask(kind, p) for p in payloads))
    await stage.settle()
    return answers


@asynccontextmanager
async def elsewhere(folder: Path, statement: str = "BEGIN EXCLUSIVE") -> AsyncIterator[None]:
    """Somebody else's connection to the database, which says this and then holds on to it."""
    connection = sqlite3.connect(
        folder / "differ.db", isolation_level=None, check_same_thread=False
    )
    with closing(connection):
        # In a thread: differ's own transactions must be able to end meanwhile.
        await asyncio.to_thread(connection.execute, statement)
        yield
