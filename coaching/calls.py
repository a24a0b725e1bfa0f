"""The call a check was for: what is said before it, and what is asked after it."""

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from coaching.cadence import DAY, MORNING, Cadence, moment, monday_of, next_morning
from coaching.change import asks, changed_factor
from coaching.factors import ASKED, Factor, State
from coaching.grammar import later
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


def typed_tell(text: str, words: Words) -> Tell | None:
    """The tap that a whole message is: "agreed", "no", "it didn't come up"."""
    return next((tell for tell in Tell if words.hears(f"tell.{tell}", text)), None)


def unended(text: str) -> str:
    """A message as its words are heard, "Thanks!" as "Thanks"."""
    return text.rstrip(" .!")


def read_tell(text: str, words: Words) -> tuple[Tell | None, str]:
    """The tap a message is or begins with, and what it says besides: "no, she thinks Acme is
    safer". Of a yes or no before a tap, "no, it didn't come up", the tap counts. None when it
    begins with none, or with two that contradict each other."""
    if is_aside(text, words):
        return _answer(unended(text), words), ""
    tell, rest = _led(text, words)
    second, more = _led(rest, words)
    return (second, _besides(more, words)) if second else (tell, _besides(rest, words))


def _led(text: str, words: Words) -> tuple[Tell | None, str]:
    """The tap before all else, and the rest; a comma parts them, or the buyer: "yes she did"."""
    if tell := _answer(unended(text), words):
        return tell, ""
    if (parted := _PARTED.fullmatch(text)) and (tell := _answer(parted[1], words)):
        return tell, parted[2]
    first, _, rest = text.partition(" ")
    if _is_idle(rest.partition(" ")[0], words) and (tell := typed_tell(first, words)):
        return tell, rest
    return None, ""


def _is_contradictory(text: str, words: Words) -> bool:
    """Whether it takes back what it begins with: "yes, she did not"."""
    tell, rest = _led(text, words)
    second, _ = _led(rest, words)
    return bool(tell and second) and second not in (tell, Tell.SILENT)


_PARTED = re.compile(r"(.+?)(?:[,;:!…\n]|\.(?!\s*\d)|\s[-–—]\s)\s*(.+)", re.DOTALL)


def _answer(text: str, words: Words) -> Tell | None:
    if words.hears("yes", text):
        return Tell.AGREED
    return Tell.DISAGREED if words.hears("no", text) else typed_tell(text, words)


def _besides(text: str, words: Words) -> str:
    """What follows a tap, unless it says no more than that."""
    return "" if all(_is_idle(word, words) for word in text.split()) else text


def _is_idle(word: str, words: Words) -> bool:
    return words.hears("tell.idle", word.strip(".,;:!…"))


def correct(heard: Heard, said: Said, words: Words) -> Heard | None:
    """With one message as it was edited, empty when it was deleted; None when it is not quoted.
    What follows the first is quoted without the tap it begins with."""
    sources = [one.source for one in heard.said]
    if said.source not in sources:
        return None
    place = sources.index(said.source)
    tell, besides = read_tell(said.text, words)
    if place and (tell or is_aside(said.text, words)):
        said = replace(said, text=besides)
    return replace(heard, said=(*heard.said[:place], said, *heard.said[place + 1 :]))


def typed_wish(text: str, words: Words) -> bool | None:
    """Whether a whole message wants what was offered: "yes", "no, thanks"; None for other words."""
    if words.hears("yes", text) or words.hears("offer.yes", text):
        return True
    return False if words.hears("no", text) or words.hears("offer.no", text) else None


def typed_later(text: str, cadence: Cadence, now: datetime, words: Words) -> datetime | None:
    """When a whole message would have the question come again, "tomorrow", "not yet", "next
    week": on the next working morning, or the first of next week; None for other words."""
    name = later(text, words)
    if name == "next":
        sunday = monday_of(now, cadence.place) + 6 * DAY
        return next_morning(cadence, moment(sunday, MORNING, cadence.place))
    if name == "tomorrow" or words.hears("tell.later", text):
        return next_morning(cadence, now)
    return None


def is_aside(text: str, words: Words) -> bool:
    """Whether a whole message quotes nobody: a tap in words, or two that contradict each other,
    "not sure", "thanks"."""
    text = unended(text)
    if later(text, words) or typed_tell(text, words) or typed_wish(text, words) is not None:
        return True
    if _is_contradictory(text, words):
        return True
    return any(words.hears(meaning, text) for meaning in _ASIDES)


_ASIDES = ("unsure", "thanks", "tell.later", "tell.moved", "tell.cancelled")


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
