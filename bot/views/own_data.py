"""A seller's own data: all of it in two files, and the question whether it shall be forgotten."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from bot.thread import Thread
from bot.views.elements import actions, button, confirm
from bot.views.messages import message
from bot.views.text import Body
from coaching import calls
from coaching.account import account, data
from coaching.cadence import Cadence
from coaching.words import Line, Words, plain
from storage import Buyer, Call, Check, Holdings, Membership, Nudge, Parked, Profile

VERSION = 1
"""Of the shape of ``differ.json``; counted up when something in it changes its meaning."""


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept of a seller; checks, calls and nudges the newest first."""

    profile: Profile
    cadence: Cadence
    buyers: tuple[Buyer, ...]
    checks: tuple[Check, ...]
    calls: tuple[Call, ...]
    nudges: tuple[Nudge, ...]
    parked: tuple[Parked, ...]
    membership: Membership | None = None

    def call_of(self, check: Check) -> Call | None:
        """What is kept of a check's call."""
        return next((call for call in self.calls if call.check_id == check.id), None)


def export_message(words: Words, now: datetime, kept: Kept) -> Body:
    """A message with ``differ.md`` to read and ``differ.json`` for a machine."""
    told = _told(words, now, kept)
    values = {
        "version": VERSION,
        "exported_at": now.astimezone(UTC).isoformat(),
        "profile": asdict(kept.profile),
        "times": {**asdict(kept.cadence), "looked_at": _maybe(kept.cadence.looked_at)},
        "buyers": [_buyer(buyer) for buyer in kept.buyers],
        "checks": [_check(check, kept.call_of(check), words) for check in kept.checks],
        "nudges": [_nudge(nudge) for nudge in kept.nudges],
        "team_summary": _joined(kept.membership),
        "unplaced": [text.text for text in kept.parked],
    }
    files = (
        ("differ.md", told),
        ("differ.json", json.dumps(values, ensure_ascii=False, indent=2) + "\n"),
    )
    return {
        "text": words.plain("export.text"),
        "files": [{"title": title, "content": content} for title, content in files],
    }


def _joined(membership: Membership | None) -> dict[str, str] | None:
    if membership is None:
        return None
    return {"channel": membership.channel.id, "joined_at": _moment(membership.joined_at)}


def _buyer(buyer: Buyer) -> dict[str, Any]:
    return {"person": buyer.person, "company": buyer.company, "rivals": list(buyer.rivals)}


def _check(check: Check, call: Call | None, words: Words) -> dict[str, Any]:
    return {
        "state": check.state,
        "started_at": _moment(check.started_at),
        "finished_at": _maybe(check.finished_at),
        **data(Thread.load(check.dialogue).dialogue, words),
        "call": _call(call) if call else None,
    }


def _call(call: Call) -> dict[str, Any]:
    heard = calls.load(call.talk)
    return {
        "state": call.state,
        "ask_at": _maybe(call.ask_at),
        "heard_at": _maybe(call.heard_at),
        "said": heard.text,
        "factors": {str(factor): str(tell) for factor, tell in heard.tells},
    }


def _nudge(nudge: Nudge) -> dict[str, Any]:
    wording = " ".join((*nudge.earlier, nudge.wording))
    told = {"week": nudge.week, "outcome": nudge.outcome, "wording": wording}
    return {**told, "at": _moment(nudge.at), "answered": nudge.answered}


def _maybe(moment: datetime | None) -> str | None:
    return _moment(moment) if moment else None


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _told(words: Words, now: datetime, kept: Kept) -> str:
    parts = [f"# {words.plain('export.title', date=_date(now))}"]
    parts += [_account(check, kept.call_of(check), words) for check in kept.checks]
    named = [", ".join(filter(None, (b.person, b.company, *b.rivals))) for b in kept.buyers]
    for key, entries in (("buyers", named), ("unplaced", [text.text for text in kept.parked])):
        if entries:
            parts.append(f"## {words.text(f'export.{key}')}\n\n{_list(entries)}")
    return "\n\n".join(parts) + "\n"


def _account(check: Check, call: Call | None, words: Words) -> str:
    key = "export.finished" if check.finished_at else "export.started"
    end = _date(check.finished_at) if check.finished_at else ""
    head = words.plain(key, start=_date(check.started_at), end=end)
    lines = account(Thread.load(check.dialogue).dialogue, words)
    if call and (heard := calls.load(call.talk)).text:
        lines = (*lines, *calls.told_lines(heard, words))
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
    forget, keep = (
        button(words.text(f"forget.options.{name}"), f"forget:{name}", token)
        for name in ("yes", "no")
    )
    sure = {"style": "danger", "confirm": confirm("forget.sure", words)}
    return message(lines, (actions(forget | sure, keep),))


def said(words: Words, key: str) -> Body:
    """``forget.gone`` or ``forget.kept``, which hold nothing of the seller's."""
    return message((words.say(f"forget.{key}"),))
