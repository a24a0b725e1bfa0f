"""Why a seller would want to hear from the coach this week: always something of their own.

A promised change that nobody heard of since, a call they named, a factor that keeps failing, or
guesses that became answers. Nothing of theirs, no nudge.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from coaching.brief import Brief, Length
from coaching.calls import Heard, Seen, Tell, call_values
from coaching.change import factors_to_change
from coaching.factors import ASKED, WINNING, Factor, State
from coaching.moves import Ask
from coaching.phrases import join
from coaching.standing import Standing
from coaching.verdicts import title_of
from coaching.when import when
from coaching.words import Line, Words, fill, with_capital

REST = timedelta(weeks=12)
"""In which no text comes twice."""
FRESH = timedelta(days=4)
"""After a check there is no nudge for so long."""
PROMISED = timedelta(weeks=4)
"""How long a promise is asked after, and what was said in a call waited for."""
ASKED_LATELY = timedelta(days=1)
"""After the question what was said in a call there is no nudge about it for so long."""
AHEAD = timedelta(days=8)
"""How far ahead a call is spoken of."""
IGNORED = 3
"""Nudges without an answer, after which one last message comes, and then none."""
LAST = 3
FAILS = 2
"""A factor keeps failing when it did in two of the last three checks."""


class Why(StrEnum):
    """The reasons there are, the most pressing first."""

    PROMISE = "promise"
    CALL = "call"
    FACTOR = "factor"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Checked:
    """One check as a reason may come from it; ``seen`` is None before its call was spoken of,
    ``ask_at`` when it is or was asked after."""

    check_id: str
    standing: Standing
    started_at: datetime
    finished_at: datetime | None = None
    seen: Seen | None = None
    heard: Heard = field(default_factory=Heard)
    heard_at: datetime | None = None
    ask_at: datetime | None = None

    @property
    def call_at(self) -> datetime | None:
        """When the call was or is to be."""
        return self.standing.brief.call

    def before(self, factor: Factor) -> State:
        """The state of a factor before its call was told about; later changes are hindsight."""
        return dict(self.heard.before).get(factor, self.standing.states[factor])


@dataclass(frozen=True, slots=True)
class Reason:
    """Why to write. ``values`` fill the wording; ``check_id`` is the check it is about, if one;
    ``until`` is when it is none any more, for a call that begins."""

    why: Why
    values: dict[str, str]
    check_id: str = ""
    factor: Factor | None = None
    until: datetime | None = None

    @property
    def key(self) -> str:
        """Where its wordings stand."""
        return "open_call" if self.why is Why.CALL and not self.factor else str(self.why)

    @property
    def start(self) -> str:
        """Where the label of its button stands."""
        if self.why is Why.FACTOR and self.factor:
            return f"{self.key}_{check_of(self.factor).length}"
        return self.key

    def wording(self, number: int) -> str:
        """What tells one of its texts from another, for twelve weeks."""
        return f"{self.why}.{self.factor or 'whole'}.{number}"


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier nudge: its wording, the check it was about, when it was due. One that was put off
    has told nothing yet; only its wording is spent."""

    wording: str
    check_id: str | None
    at: datetime
    put_off: bool = False

    def tells(self, why: Why) -> bool:
        """Whether that is what it told."""
        return self.wording.startswith(f"{why}.") and not self.put_off


@dataclass(frozen=True, slots=True)
class Text:
    """A nudge as it is sent."""

    reason: Reason
    wording: str
    line: Line


def check_of(factor: Factor) -> Brief:
    """The check that begins with a factor: the shortest in which it is asked about."""
    return Brief("", length=Length.ONE if factor in WINNING else Length.FIVE, first=factor)


def has_just_checked(history: Sequence[Checked], now: datetime) -> bool:
    """Whether the seller has no need of a nudge: they were here in the last four days."""
    return any(now - past.started_at < FRESH for past in history)


def choose(
    history: Sequence[Checked],
    before: Sequence[Before],
    now: datetime,
    place: ZoneInfo,
    words: Words,
) -> Text | None:
    """The nudge of this week, or None: the most pressing reason that has a text left.

    Args:
        history: the seller's checks, the newest first, those that were cancelled left out.
        before: their earlier nudges, the newest first.
    """
    for reason in _reasons(history, before, now, place, words):
        lately = {nudge.wording for nudge in before if now - nudge.at < REST}
        wordings = words.find(f"nudge.{reason.key}")
        turn = len(before)
        for number in ((turn + step) % len(wordings) for step in range(len(wordings))):
            if reason.wording(number) not in lately:
                line = fill(wordings[number], **reason.values)
                return Text(reason, reason.wording(number), line)
    return None


def _reasons(
    history: Sequence[Checked],
    before: Sequence[Before],
    now: datetime,
    place: ZoneInfo,
    words: Words,
) -> Iterator[Reason]:
    told = {(why, nudge.check_id) for nudge in before for why in Why if nudge.tells(why)}
    for past in history:
        if _is_promise(past, now) and (Why.PROMISE, past.check_id) not in told:
            yield Reason(Why.PROMISE, call_values(past.standing, words), past.check_id)
    for past in sorted(history, key=lambda past: past.call_at or now):
        if _is_ahead(past, now) and (Why.CALL, past.check_id) not in told:
            yield from _call(past, now, place, words)
    yield from _failing(history, words)
    yield from _answers(history, before, words)


def _is_promise(past: Checked, now: datetime) -> bool:
    """A change was kept, its call is over, nobody has told what came of it or is being asked."""
    if past.finished_at is None or not past.standing.change or past.heard.told:
        return False
    if past.seen in (Seen.DECLINED, Seen.CANCELLED, Seen.OVERTAKEN):
        return False
    if past.ask_at and now < past.ask_at + ASKED_LATELY:
        return False
    over = (past.call_at or past.finished_at) + timedelta(hours=4)
    return over < now < over + PROMISED


def _is_ahead(past: Checked, now: datetime) -> bool:
    if past.call_at is None or past.seen in (Seen.CANCELLED, Seen.OVERTAKEN):
        return False
    return now < past.call_at < now + AHEAD


def _call(past: Checked, now: datetime, place: ZoneInfo, words: Words) -> Iterator[Reason]:
    """A call that comes, and what is still open or a guess about it."""
    standing = past.standing
    assert past.call_at is not None
    at = when(past.call_at, now, place, words, "nudge.when")
    values = call_values(past.standing, words) | _spelled("when", at)
    guesses = [f for f in factors_to_change(standing) if standing.states[f] in _GUESSED]
    if standing.step().ask is not Ask.DONE and not standing.closed:
        yield Reason(Why.CALL, values, past.check_id, until=past.call_at)
    elif guesses:
        named = _named(guesses[0], words)
        yield Reason(Why.CALL, values | named, past.check_id, guesses[0], past.call_at)


_GUESSED = (State.CLAIMED, State.UNSURE)
"""What a call can settle and nobody over there has spoken of: a no is an answer."""


def _failing(history: Sequence[Checked], words: Words) -> Iterator[Reason]:
    """The factors that failed in two of the last three finished checks."""
    finished = [past.standing for past in history if past.finished_at][:LAST]
    for factor in ASKED:
        failed = sum(_fails(standing, factor) for standing in finished)
        if failed >= FAILS:
            share = _share(failed, len(finished), words)
            values = _spelled("share", share) | _named(factor, words)
            yield Reason(Why.FACTOR, values, factor=factor)


def _share(failed: int, finished: int, words: Words) -> str:
    """``two of your last three plans``, or all of them."""
    if failed == finished:
        return words.text("nudge.share_all" if failed == LAST else "nudge.share_both")
    numbers = {"count": words.text(f"number.{failed}"), "of": words.text(f"number.{finished}")}
    return words.plain("nudge.share", **numbers)


def _fails(standing: Standing, factor: Factor) -> bool:
    """No or not sure; with five minutes to say more, a bare belief as well."""
    state = standing.states[factor]
    believed = state is State.CLAIMED and standing.brief.length is Length.FIVE
    return believed or state in (State.NO, State.UNSURE)


def _answers(
    history: Sequence[Checked], before: Sequence[Before], words: Words
) -> Iterator[Reason]:
    """Two guesses or more that a call has settled since they were last spoken of."""
    since = next((nudge.at for nudge in before if nudge.tells(Why.ANSWERS)), None)
    settled = [
        (past, factor)
        for past in history
        if past.heard_at and (since is None or past.heard_at > since)
        for factor in settled_guesses(past)
    ]
    if len(settled) > 1:
        count = words.text(f"number.{min(len(settled), 5)}")
        values = _spelled("count", count) | {"which": _which(settled[:5], words)}
        yield Reason(Why.ANSWERS, values)


def _which(settled: Sequence[tuple[Checked, Factor]], words: Words) -> str:
    """``value and ease with Northgate, and risk with Halden``."""
    factors: dict[str, list[str]] = {}
    for past, factor in settled:
        named = factors.setdefault(title_of(past.standing, words), [])
        named.append(words.text(f"inside.{factor}"))
    parts = [
        words.plain("nudge.settled", factor=join(named, words, "list_and"), name=name)
        for name, named in factors.items()
    ]
    return join(parts, words)


def settled_guesses(past: Checked) -> list[Factor]:
    """The factors that were a guess before the call, and agreed or disagreed upon in it."""
    return [
        factor
        for factor, tell in past.heard.tells
        if tell is not Tell.SILENT and past.before(factor) in (State.CLAIMED, State.HEARD)
    ]


def _named(factor: Factor, words: Words) -> dict[str, str]:
    """A factor in the middle of a sentence: its name, ``would they call you the safer choice?``,
    ``whether you are the safer choice``."""
    places = {"factor": "inside", "asking": "nudge.asking", "whether": "nudge.whether"}
    forms = (_spelled(form, words.text(f"{place}.{factor}")) for form, place in places.items())
    return {name: text for form in forms for name, text in form.items()}


def _spelled(name: str, text: str) -> dict[str, str]:
    """For the middle of a sentence, and with a capital for its beginning."""
    return {name: text, name.capitalize(): with_capital(text)}
