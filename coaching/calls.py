"""The call a check was for: what is said before it, and what is asked after it."""

import json
from dataclasses import dataclass, replace
from enum import StrEnum

from coaching.change import asks, changed_factor
from coaching.factors import ASKED, Factor, State
from coaching.moves import Said
from coaching.phrases import buyer, filling
from coaching.prompts import change_parts, take_along
from coaching.reading import clip
from coaching.standing import Standing
from coaching.verdicts import title_of
from coaching.words import Line, Words

MAX_WILL = 120
"""Characters of a change, quoted in one line with the rest of it."""


class Seen(StrEnum):
    """Where the seller and a call stand."""

    OFFERED = "offered"  # "see you after the call?" was asked
    DECLINED = "declined"
    WANTED = "wanted"
    ASKED = "asked"  # "what did they say?" was asked, and may be asked again
    HEARD = "heard"  # they were quoted, or it did not come up
    CANCELLED = "cancelled"
    OVERTAKEN = "overtaken"  # another check before the same call speaks of it


class Tell(StrEnum):
    """What a buyer made of a factor, by what they said in the call."""

    AGREED = "agreed"
    DISAGREED = "disagreed"
    SILENT = "silent"  # it did not come up


@dataclass(frozen=True, slots=True)
class Heard:
    """What was told after a call. ``happened`` is False when the change did not come up.

    ``before`` has the factors to ask about, as they stood when the call began: what is changed
    later is no forecast; unless ``whole`` it lacks those not told about, as older versions kept it.
    ``prompt`` is the id of the last message that asks, or that says it is over; ``day`` the date,
    ISO, of the telling.
    """

    said: tuple[Said, ...] = ()
    happened: bool = True
    tells: tuple[tuple[Factor, Tell], ...] = ()
    before: tuple[tuple[Factor, State], ...] = ()
    whole: bool = True
    prompt: str = ""
    day: str = ""

    @property
    def text(self) -> str:
        """Their words; a message without a point at its end is a sentence all the same."""
        texts = [said.text for said in self.said if said.text]
        return " ".join([*(_ended(text) for text in texts[:-1]), *texts[-1:]])

    @property
    def told(self) -> bool:
        """Whether the first question was answered."""
        return bool(self.said) or not self.happened

    def tell(self, factor: Factor, tell: Tell) -> "Heard":
        """With one factor more."""
        return replace(self, tells=(*self.tells, (factor, tell)))

    def untell(self) -> "Heard":
        """Without the factor that was told about last."""
        return replace(self, tells=self.tells[:-1])


def _ended(text: str) -> str:
    return text if text[-1] in ".,;:!?…" else f"{text}."


def dump(heard: Heard) -> str:
    """JSON, to be kept encrypted."""
    value = {
        "said": [[said.text, said.source] for said in heard.said],
        "happened": heard.happened,
        "tells": dict(heard.tells),
        "before": dict(heard.before),
        "whole": heard.whole,
        "prompt": heard.prompt,
        "day": heard.day,
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Heard:
    """What ``dump`` wrote; nothing from an empty text."""
    if not text:
        return Heard()
    value = json.loads(text)
    return Heard(
        said=tuple(Said(said, source) for said, source in value["said"]),
        happened=value["happened"],
        tells=tuple((Factor(factor), Tell(tell)) for factor, tell in value["tells"].items()),
        before=tuple((Factor(f), State(state)) for f, state in value.get("before", {}).items()),
        whole=value.get("whole", False),
        prompt=value["prompt"],
        day=value["day"],
    )


def forecast(standing: Standing) -> tuple[tuple[Factor, State], ...]:
    """The factors to ask about after the call, and how each stands: the change's, and one guess
    more at the most."""
    states, first = standing.states, changed_factor(standing)
    guesses = [f for f in ASKED if states[f] in _GUESSED and f is not first]
    guesses.sort(key=lambda factor: _GUESSED.index(states[factor]))
    return tuple((factor, states[factor]) for factor in (first, *guesses[:1]))


_GUESSED = (State.CLAIMED, State.HEARD, State.UNSURE)


def complete(heard: Heard, standing: Standing) -> Heard:
    """With the factors to ask about by what is believed now, where none or only some are kept."""
    if heard.before and heard.whole:
        return heard
    believed = forecast(standing)
    kept = dict(heard.before)
    more = tuple((factor, state) for factor, state in believed if factor not in kept)
    lacking = max(0, len(believed) - len(kept))
    return replace(heard, before=(*heard.before, *more[:lacking]), whole=True)


def next_factor(heard: Heard) -> Factor | None:
    """The factor to ask about now; None when there is nothing more to ask."""
    if not heard.happened:
        return None
    told = dict(heard.tells)
    return next((factor for factor, _ in heard.before if factor not in told), None)


# what is said


def see_line(standing: Standing, minutes: int, zone: str, words: Words) -> Line:
    """Whether to come back after the call; a yes brings the reminder as well."""
    if not standing.brief.call_at:
        return words.say("call.see_alone", zone=zone)
    key = "call.see_reminded" if minutes else "call.see"
    return words.say(key, zone=zone, minutes=str(minutes))


def reminder_lines(standing: Standing, when: str, words: Words) -> tuple[Line, ...]:
    """Before the call: the change, and the question to ask unless the change is one. ``when`` is
    as in ``at 11:00``."""
    values = call_values(standing, words) | {"when": when, "question": take_along(standing, words)}
    lead = words.say(f"call.soon.{_how(standing)}", **values)
    return (lead,) if asks(values["will"], words) else (lead, words.say("call.ask_them", **values))


def after_line(standing: Standing, words: Words) -> Line:
    """What did they say?"""
    return words.say(f"after.ask.{_how(standing)}", **call_values(standing, words))


def after_lines(standing: Standing, words: Words) -> tuple[Line, ...]:
    """The same where it can be answered by writing."""
    return (after_line(standing, words), words.say("after.here"))


def _how(standing: Standing) -> str:
    return "will" if standing.change else "alone"


def call_values(standing: Standing, words: Words) -> dict[str, str]:
    """What a line about a check's call is filled with."""
    name = title_of(standing, words)
    return {"will": _will(standing, words), "name": name, "buyer": buyer(standing.brief, words)}


def _will(standing: Standing, words: Words) -> str:
    """What the seller set out to do, as it is quoted in a line: cut at a word when it is long."""
    if standing.change is None:
        return ""
    whole = " ".join(change_parts(standing.change, standing, words)[1].split())
    begun = clip(whole, MAX_WILL)
    return whole if begun == whole else f"{begun}…"


def factor_lines(
    heard: Heard, factor: Factor, standing: Standing, words: Words
) -> tuple[Line, ...]:
    """Their words with today's date, and one factor."""
    values = filling(standing.brief, words) | {"factor": words.text(f"factor.{factor}")}
    question = words.say(f"after.factor.{factor}", **values)
    return (words.say("after.kept"), question) if not heard.tells else (question,)


def over_line(heard: Heard, standing: Standing, words: Words) -> Line:
    """The last word on a call: what they agreed on is what the next check starts from."""
    return words.say(f"after.{_last_word(heard, standing)}", name=title_of(standing, words))


def _last_word(heard: Heard, standing: Standing) -> str:
    if not heard.said:
        return "not_said"
    if not (standing.brief.person or standing.brief.company):
        return "alone"
    return "there" if any(tell is Tell.AGREED for _, tell in heard.tells) else "stays"


def told_lines(heard: Heard, words: Words) -> tuple[Line, ...]:
    """What was told after a call, to be read again."""
    tells = tuple(
        words.say(
            "after.tell",
            factor=words.text(f"factor.{factor}"),
            tell=words.text(f"after.tells.{tell}").lower(),
        )
        for factor, tell in heard.tells
    )
    return (words.say("after.told", said=heard.text, day=heard.day), *tells)
