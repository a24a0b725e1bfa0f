"""A seller's year: a check a week, with the same few buyers, answered as it comes."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from coaching.brief import NOTHING, Brief, Choice, Kind, Length, Sort
from coaching.factors import ASKED
from coaching.history import Earlier, recall
from coaching.moves import Ask, Reply
from coaching.prompts import MAX_PROMPT
from coaching.questions import REST, Asked, remember
from coaching.reading import Source
from coaching.words import words
from tests.coaching.talk import THEIRS, VAGUE, Talk, shown, tap_of

WEEKS = 52
FIRST = date(2026, 1, 5)
BUYERS = (
    Brief("", "Marta Lind", "Northgate"),
    Brief("", "", "Halden Industrial Bearings and Transmissions"),
    Brief("", "the head of operations", "Kestrel"),
)
RIVALS = tuple(Choice(Sort.COMPETITOR, name) for name in ("Acme", "Brightwater Consulting Group"))
OTHERS = (Choice(Sort.THEMSELVES), Choice(Sort.ELSEWHERE))


class Seller:
    """Somebody who answers at random, but comes to the end of each check."""

    def __init__(self, seed: int, language: str) -> None:
        self.random = Random(seed)
        self.words = words(language)
        self.asked: Asked = ()
        self.finished: list[tuple[Brief, Talk, date]] = []

    def check(self, week: int) -> Talk:
        today = FIRST + timedelta(weeks=week)
        buyer = self.random.choice(BUYERS)
        choices = [NOTHING, *self.random.sample((*RIVALS, *OTHERS), self.random.randint(0, 3))]
        brief = replace(
            buyer,
            plan="a demo of the planning module",
            choices=tuple(choices),
            kind=self.random.choice(list(Kind)),
            length=self.random.choice((Length.FIVE, Length.FIVE, Length.ONE)),
            near=self.random.random() < 0.2,
        )
        earlier = [Earlier(t.dialogue, day, b is buyer) for b, t, day in self.finished[-12:]]
        past = recall(earlier, brief, today)
        talk = Talk(
            replace(brief, past=past, known=bool(past.evidence)), week, self.asked, self.words
        )
        while talk.step.ask is not Ask.DONE:
            looked_at(talk)
            self.answer(talk)
        looked_at(talk)
        self.asked = remember(self.asked, talk.dialogue)
        self.finished.append((buyer, talk, today))
        return talk

    def answer(self, talk: Talk) -> None:
        """A tap, a sentence, the form, or a skipped factor."""
        way, about = self.random.random(), talk.step.factor
        if about and way < 0.25:
            talk.say(self.random.choice((THEIRS, VAGUE, "we are the market leader", THEIRS)))
        elif about and talk.step.ask is not Ask.FACTOR and way < 0.4:
            keys = [choice.key for choice in talk.dialogue.standing.brief.choices]
            talk.form(Source.DID, *self.random.sample(keys, 1))
        elif way > 0.97:
            talk.tap(Reply.SKIP)
        else:
            taps = [o for o in talk.prompt.options if not o.form and o.reply is not Reply.ANOTHER]
            assert talk.give(tap_of(talk.step, self.random.choice(taps)))


def looked_at(talk: Talk) -> None:
    """What holds for every message: short, complete, and no is never the longer way."""
    text = shown(talk.prompt.lines)
    assert "{" not in text
    assert talk.step.ask is Ask.AGAIN or len(text) <= MAX_PROMPT
    if talk.step.ask in (Ask.FACTOR, Ask.STILL):
        no, yes = (Talk.__new__(Talk) for _ in range(2))
        for after, reply in ((no, Reply.NO), (yes, Reply.YES)):
            after.dialogue, after.earlier, after.turns = talk.dialogue, talk.earlier, 0
            after.words = talk.words
            after.tap(reply)
        assert no.step.factor is not talk.step.factor


@pytest.mark.parametrize(
    ("seed", "language"), [*((n, "en") for n in range(4)), (4, "de"), (5, "de")]
)
def test_a_year_of_checks(seed: int, language: str) -> None:
    seller = Seller(seed, language)
    asked: list[set[str]] = []

    for week in range(WEEKS):
        talk = seller.check(week)
        assert talk.dialogue.standing.finished
        questions = {question for _, question in talk.dialogue.asked}
        assert not questions & {q for check in asked[-REST:] for q in check}
        asked.append(questions)

    kinds_asked = {question.split(".")[1] for check in asked for question in check}
    assert {"one", "two", "three", "no"} < kinds_asked
    assert len(ASKED) == len({question.split(".")[0] for check in asked for question in check})
