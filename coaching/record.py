"""A dialogue as text and back, so that it can be kept."""

import json
from dataclasses import fields, is_dataclass
from typing import Any

from coaching.brief import Brief, Choice, Kind, Length, Sort
from coaching.dialogue import Dialogue
from coaching.factors import Factor
from coaching.moves import Change, Move, Reply, Said, Step
from coaching.past import Evidence, Past, Quote, Still
from coaching.reading import Fault, Reading, Source

VERSION = 1


def dump(dialogue: Dialogue) -> str:
    """JSON of a dialogue; empty fields are left out."""
    moves = [_lean(move) | {"step": move.step.key} for move in dialogue.moves]
    value = {
        "v": VERSION,
        "number": dialogue.number,
        "asked": dialogue.asked,
        "moves": moves,
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Dialogue:
    """The dialogue of a JSON text; ``ValueError`` when a newer version wrote it."""
    value = json.loads(text)
    if value["v"] != VERSION:
        raise ValueError(f"a dialogue of version {value['v']}; this program reads {VERSION}")
    asked = tuple((step, question) for step, question in value["asked"])
    return Dialogue(tuple(_move(move) for move in value["moves"]), value["number"], asked)


def _lean(value: Any) -> Any:
    """What JSON knows. ``asdict`` would make a deep copy of all it meets first."""
    if isinstance(value, tuple):
        return [_lean(part) for part in value]
    if not is_dataclass(value):
        return value
    parts = ((field.name, getattr(value, field.name)) for field in fields(value))
    return {name: _lean(part) for name, part in parts if part not in (None, "", (), False)}


def _move(value: dict[str, Any]) -> Move:
    return Move(
        step=Step.parse(value["step"]),
        reply=Reply(value["reply"]),
        said=tuple(Said(**{"text": "", **said}) for said in value.get("said", ())),
        reading=_reading(value["reading"]) if "reading" in value else None,
        choices=tuple(value.get("choices", ())),
        brief=_brief(value["brief"]) if "brief" in value else None,
        change=Change(**value["change"]) if "change" in value else None,
        factor=Factor(value["factor"]) if "factor" in value else None,
        kind=Kind(value["kind"]) if "kind" in value else None,
        doubted=value.get("doubted", False),
    )


def _reading(value: dict[str, Any]) -> Reading:
    fault = value.get("fault")
    parts = {
        "text": "",
        **value,
        "source": Source(value["source"]),
        "fault": fault and Fault(fault),
    }
    return Reading(**parts)


def _brief(value: dict[str, Any]) -> Brief:
    choices = tuple(Choice(Sort(c["sort"]), c.get("name", "")) for c in value.get("choices", ()))
    parts = {
        "plan": "",
        **value,
        "choices": choices,
        "length": Length(value["length"]),
        "kind": Kind(value["kind"]),
        "ready": value.get("ready", False),
        "near": value.get("near", False),
        "past": _past(value.get("past", {})),
        "first": Factor(value["first"]) if "first" in value else None,
    }
    return Brief(**parts)


def _past(value: dict[str, Any]) -> Past:
    return Past(
        evidence=tuple(_evidence(one) for one in value.get("evidence", ())),
        guesses=tuple(Factor(name) for name in value.get("guesses", ())),
        missed=tuple(Factor(name) for name in value.get("missed", ())),
        worn=tuple(value.get("worn", ())),
        quotes=tuple(_quote(one) for one in value.get("quotes", ())),
    )


def _quote(value: dict[str, Any]) -> Quote:
    factor = Factor(value["factor"]) if "factor" in value else None
    return Quote(value["text"], value["day"], factor)


def _evidence(value: dict[str, Any]) -> Evidence:
    return Evidence(
        factor=Factor(value["factor"]),
        reading=_reading(value["reading"]),
        better_than=tuple(value.get("better_than", ())),
        since=value["since"],
        still=Still(value["still"]),
        rivals=tuple(value.get("rivals", ())),
    )
