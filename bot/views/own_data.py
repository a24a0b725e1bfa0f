"""A seller's own data: all of it in two files, and the question whether it shall be forgotten."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bot.thread import Thread
from bot.views.messages import message
from bot.views.text import Block, Body, plain_text
from coaching.account import account, data
from coaching.words import Line, Words, plain
from storage import Buyer, Check, Holdings, Parked, Profile

VERSION = 1
"""Of the shape of ``differ.json``; counted up when something in it changes its meaning."""


def export_message(
    words: Words,
    now: datetime,
    profile: Profile,
    buyers: tuple[Buyer, ...],
    checks: tuple[Check, ...],
    parked: tuple[Parked, ...],
) -> Body:
    """A message with ``differ.md`` to read and ``differ.json`` for a machine; newest first."""
    told = _told(words, now, buyers, checks, parked)
    kept = {
        "version": VERSION,
        "exported_at": now.astimezone(UTC).isoformat(),
        "profile": asdict(profile),
        "buyers": [_buyer(buyer) for buyer in buyers],
        "checks": [_check(check, words) for check in checks],
        "unplaced": [text.text for text in parked],
    }
    files = (
        ("differ.md", told),
        ("differ.json", json.dumps(kept, ensure_ascii=False, indent=2) + "\n"),
    )
    return {
        "text": words.plain("export.text"),
        "files": [{"title": title, "content": content} for title, content in files],
    }


def _buyer(buyer: Buyer) -> dict[str, Any]:
    return {"person": buyer.person, "company": buyer.company, "rivals": list(buyer.rivals)}


def _check(check: Check, words: Words) -> dict[str, Any]:
    return {
        "state": check.state,
        "started_at": _moment(check.started_at),
        "finished_at": _moment(check.finished_at) if check.finished_at else None,
        **data(Thread.load(check.dialogue).dialogue, words),
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _told(
    words: Words,
    now: datetime,
    buyers: tuple[Buyer, ...],
    checks: tuple[Check, ...],
    parked: tuple[Parked, ...],
) -> str:
    parts = [f"# {words.plain('export.title', date=_date(now))}"]
    parts += [_account(check, words) for check in checks]
    named = [", ".join(filter(None, (b.person, b.company, *b.rivals))) for b in buyers]
    for key, entries in (("buyers", named), ("unplaced", [text.text for text in parked])):
        if entries:
            parts.append(f"## {words.text(f'export.{key}')}\n\n{_list(entries)}")
    return "\n\n".join(parts) + "\n"


def _account(check: Check, words: Words) -> str:
    key = "export.finished" if check.finished_at else "export.started"
    end = _date(check.finished_at) if check.finished_at else ""
    head = words.plain(key, start=_date(check.started_at), end=end)
    lines = account(Thread.load(check.dialogue).dialogue, words)
    return f"## {head}\n\n{_list([plain(line) for line in lines])}"


def _date(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _list(entries: list[str]) -> str:
    return "\n".join("- " + entry.replace("\n", "\n  ") for entry in entries)


def ask_to_forget(words: Words, holdings: Holdings, token: str) -> Body:
    """What would go and what stays, and the two buttons, which carry ``token``."""
    counts = {name: str(count) for name, count in asdict(holdings).items()}
    lines: tuple[Line, ...] = (
        words.say("forget.ask", **counts),
        words.say("forget.stays"),
        words.say("forget.copy"),
    )
    forget = _button(words, "yes", token) | {"style": "danger", "confirm": _sure(words)}
    buttons = {"type": "actions", "elements": [forget, _button(words, "no", token)]}
    return message(lines, (buttons,))


def _button(words: Words, name: str, token: str) -> Block:
    return {
        "type": "button",
        "action_id": f"forget:{name}",
        "text": plain_text(words.text(f"forget.options.{name}")),
        "value": token,
    }


def _sure(words: Words) -> Block:
    names = {"title": "title", "text": "text", "confirm": "yes", "deny": "no"}
    sure = {part: plain_text(words.text(f"forget.sure.{name}")) for part, name in names.items()}
    return {**sure, "style": "danger"}


def said(words: Words, key: str) -> Body:
    """``forget.gone`` or ``forget.kept``, which hold nothing of the seller's."""
    return message((words.say(f"forget.{key}"),))
