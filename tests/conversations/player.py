"""Plays the seller's lines of a conversation file and writes down what differ answers."""

import argparse
import asyncio
import re
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.playground.faults import duplicate
from bot.playground.workspace import Message
from tests.bot.stage import DEALS, Stage, labels, on_stage

HERE = Path(__file__).parent
COUNT = re.compile(r"^\*Taps and texts: (\d+)\*$", re.MULTILINE)
CORRECTIONS = ("edit ", "delete ", "[Back", "[Change an", "[Pause", "[Continue", "[Cancel", "[Skip")
BEGUN = ("eyes of the potential buyers", "**Value.**", "Augen der möglichen Käufer", "**Nutzen.**")
"""What is said first, in each language, of what costs a tap."""
BY_WORD = ('"back"', '"change"', '"pause"', '"resume"', '"cancel"', '"skip"')
Json = dict[str, Any]


def files() -> list[Path]:
    """All conversations."""
    return sorted(path for path in HERE.glob("*.md") if path.name != "README.md")


async def play(text: str, folder: Path, **settings: Any) -> str:
    """The file's text as it would be if differ answered as it does now."""
    async with on_stage(folder, **settings) as stage:
        player = Player(stage)
        if "delivers everything twice" in text:
            player.everything_twice()
        out: list[str] = []
        for line in text.splitlines():
            if line.startswith("▸ "):
                out += [line, *await player.act(line[2:]), ""]
            elif not line.startswith(">") and (line or (out and out[-1])):
                out.append(line)
    result = "\n".join(out).rstrip() + "\n"
    return COUNT.sub(f"*Taps and texts: {player.count}*", result)


class Player:
    """Does what a seller's line says, and tells what came of it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._twice = self._later = False
        self._seen: dict[str, list[str]] = {}
        self._said: dict[str, str] = {}
        self.count = 0

    def everything_twice(self) -> None:
        """Slack delivers each event again, and the seller taps everything twice."""
        self._twice = True
        self._stage.slack.faults.chance("events_api", 1.0, duplicate(2))

    async def act(self, line: str) -> list[str]:
        """One line of the seller; returns the lines of differ that follow from it."""
        self._counted(line)
        form = self._stage.slack.workspace.top_modal(self._stage.me)
        shown = await self._do(line)
        await self._stage.settle()
        modal = self._stage.slack.workspace.top_modal(self._stage.me)
        if modal is not None and modal is not form:
            shown.append(f"> (a form opens: {modal.body['title']['text']})")
        return shown + self._news()

    def _counted(self, line: str) -> None:
        shown = (text for texts in self._seen.values() for text in texts)
        begun = any(mark in text for text in shown for mark in BEGUN)
        self._later = self._later or (begun and line.startswith("time "))
        if begun and not self._later and not line.startswith((*CORRECTIONS, *BY_WORD, "(")):
            self.count += 2 if '" + "' in line else 1

    async def _do(self, line: str) -> list[str]:
        stage = self._stage
        line, _, check = line.partition("  in ")
        if line == "home":
            return [f"> {said}".rstrip() for said in (await stage.open_home()).splitlines()]
        if line.startswith(("time ", "travel ")):
            self._elsewhere(*line.split(" ", 1))
        elif line.startswith("/"):
            await stage.command(line)
        elif line.startswith("[") or line.startswith("(only you) ["):
            await self._tap(line, check)
        elif line.startswith("form"):
            return [f"> ({block}: {error})" for block, error in (await self._form(line)).items()]
        elif line.startswith(("edit ", "delete ")):
            await self._correct(line)
        elif found := re.match(r'shortcut on "(.*)"$', line):
            ts = await stage.slack.people.say(stage.me, DEALS, found[1])
            await stage.slack.people.message_shortcut(stage.me, DEALS, ts, "check_message")
        elif found := re.match(r"\((\d+) (days|weeks) later\)$", line):
            stage.slack.clock.advance(timedelta(**{found[2]: int(found[1])}))
        elif line == "global shortcut":
            await stage.slack.people.global_shortcut(stage.me, "start_check")
        else:
            await self._write(line, check)
        return []

    async def _correct(self, line: str) -> None:
        stage = self._stage
        if found := re.match(r'edit "(.*)" to "(.*)"$', line):
            await stage.slack.people.edit(stage.me, stage.dm, self._said[found[1]], found[2])
        elif found := re.match(r'delete "(.*)"$', line):
            await stage.slack.people.delete(stage.me, stage.dm, self._said[found[1]])

    def _elsewhere(self, what: str, where: str) -> None:
        """At another time, or in another place."""
        if what == "time":
            self._stage.slack.clock.set(self._moment(where))
        else:
            self._stage.slack.workspace.users[self._stage.me].tz = where

    async def _tap(self, line: str, check: str) -> None:
        label = line[line.index("[") + 1 : line.rindex("]")]
        day = line[line.rindex("]") + 1 :].strip() or None
        if check == "home":
            await self._stage.tap_home(label, day)
            return
        among = self._stage.ephemerals() if line.startswith("(only") else self._in(check)
        if not self._twice:
            await self._stage.tap(label, among, day)
            return
        await asyncio.gather(self._stage.press(label, among), self._stage.press(label, among))

    async def _form(self, line: str) -> dict[str, str]:
        values: dict[str, Any] = {}
        for part in line.removeprefix("form").strip().split(" · "):
            if part:
                name, _, value = part.partition(": ")
                several = name in ("choices", "compare", "workdays")
                values[name] = value.split(" & ") if several else value
                if name in ("call_at", "moved_to"):
                    values[name] = int(self._moment(value).timestamp())
        return await self._stage.submit(**values)

    def _moment(self, said: str) -> datetime:
        """``2030-03-05 11:00``, where the seller is."""
        place = ZoneInfo(self._stage.slack.workspace.users[self._stage.me].tz)
        return datetime.fromisoformat(said).replace(tzinfo=place)

    async def _write(self, line: str, check: str) -> None:
        beside = line.startswith("beside ")
        texts = re.findall(r'"((?:[^"]|"(?! \+ |$))*)"', line.removeprefix("beside "))
        thread = None if beside else self._thread(check)
        stage = self._stage
        if len(texts) == 1:
            self._said[texts[0]] = await stage.say(texts[0], thread)
        else:
            await self._burst(texts, thread, backwards="out of order" in line)

    async def _burst(self, texts: list[str], thread: str | None, *, backwards: bool) -> None:
        """All written before any is delivered, in the same order or in the other."""
        stage, workspace = self._stage, self._stage.slack.workspace
        written = [
            workspace.post(Message(stage.dm, workspace.new_ts(), text, stage.me, thread_ts=thread))
            for text in texts
        ]
        for message in reversed(written) if backwards else written:
            await stage.slack.events.posted(message)

    def _card(self, check: str) -> Message:
        cards = [m for m in self._stage.messages() if not m.thread_ts and _marks(_lines(m))]
        return next(m for m in reversed(cards) if check in _lines(m)[0])

    def _thread(self, check: str) -> str:
        return self._card(check).ts

    def _in(self, check: str) -> list[Message]:
        if not check:
            return self._stage.messages()
        card = self._card(check).ts
        return [m for m in self._stage.messages() if card in (m.ts, m.thread_ts)]

    def _news(self) -> list[str]:
        """What differ said since, and how a card has changed."""
        out: list[str] = []
        posted = 0
        for message in [*self._stage.ephemerals(), *self._stage.messages()]:
            if not message.bot_id:
                continue
            lines = _lines(message)
            before = self._seen.get(message.ts)
            self._seen[message.ts] = lines
            card = not message.thread_ts and bool(_marks(lines))
            in_thread = message.thread_ts is not None
            posted += before is None and in_thread and bool(_taps(message))
            if before is None:
                out += _quoted(lines, _taps(message), "(only you) " if message.visible_to else "")
            elif card and before != lines:
                out.append("> Card: " + " / ".join(lines[1:]))
            elif before != lines and not lines[-1].startswith("✓") and before[-1:] != lines[-1:]:
                out += _quoted(lines, _taps(message), "(in its place) ")
        # Two questions in a row would be talking at somebody.
        assert posted <= 1, out
        return out


def _marks(lines: list[str]) -> bool:
    return len(lines) > 1 and bool(re.match(r"[OL] \S  [CK] \S  │", lines[1]))


def _quoted(lines: list[str], taps: str, head: str) -> list[str]:
    quoted = [f"> {head}{lines[0]}", *(f"> {line}".rstrip() for line in lines[1:])]
    return [*quoted, f"> {taps}"] if taps else quoted


def _lines(message: Message) -> list[str]:
    lines: list[str] = []
    for block in message.blocks:
        if block["type"] == "rich_text":
            lines += "".join(_text(e) for e in block["elements"][0]["elements"]).split("\n")
        elif block["type"] == "context":
            lines += [element["text"] for element in block["elements"]]
    return lines or message.text.splitlines()


def _text(element: Json) -> str:
    if element["type"] == "user":
        return "@Sam"
    bold = element.get("style", {}).get("bold")
    text: str = element["text"]
    return re.sub(r"^(\n?)(.*)$", r"\1**\2**", text) if bold else text


def _taps(message: Message) -> str:
    taps: list[str] = []
    for block in message.blocks:
        if block["type"] == "section":
            taps.append(f"{block['text']['text']} [{'] ['.join(labels(block['accessory']))}] ·")
        for element in block.get("elements", ()) if block["type"] == "actions" else ():
            if element["type"] == "overflow":
                continue
            chosen = element.get("initial_option", {}).get("text", {}).get("text")
            shown = [f"{chosen} ▾"] if chosen else labels(element)
            taps += [f"[{label}]" for label in shown]
    return " ".join(taps)


def main() -> None:
    """Compare, or with ``--rewrite`` write, every conversation (or those that are named)."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rewrite", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    for path in files():
        if arguments.names and path.stem not in arguments.names:
            continue
        text = path.read_text("utf-8")
        with tempfile.TemporaryDirectory() as folder:
            played = asyncio.run(play(text, Path(folder)))
        if arguments.rewrite:
            path.write_text(played, "utf-8")
        same = "unchanged" if played == text else "differs"
        print(f"{path.name}: {same}")  # noqa: T201 - a command speaks by printing


if __name__ == "__main__":
    main()
