"""A check against a flat model of it, with taps, words, forms, edits and ways back in any order."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from coaching import record
from coaching.answers import edit, extend, hear
from coaching.brief import NOTHING, Brief, Choice, Kind, Length, Sort
from coaching.card import card
from coaching.change import read_change
from coaching.dialogue import advance
from coaching.factors import Factor
from coaching.moves import Ask, Change, Move, Reply, Said, Step
from coaching.phrases import choice_name
from coaching.prompts import MAX_PROMPT
from coaching.reading import Reading, Source, read
from tests.coaching.model import Model
from tests.coaching.talk import EN, MARTA, Talk, shown, tap_of

CHOICES = (
    NOTHING,
    Choice(Sort.COMPETITOR, "Acme"),
    Choice(Sort.COMPETITOR, "Kestrel Industrial Software and Services"),
    Choice(Sort.THEMSELVES),
    Choice(Sort.ELSEWHERE),
)
LONG = replace(
    MARTA,
    person="Wolfeschlegelsteinhausen Bergerdorff-Featherstonehaugh",
    company="Llanfairpwllgwyngyll Holdings International",
)
TEXTS = (
    "yes",
    "no",
    "not sure",
    "not",
    "sure",
    "both",
    "all of them",
    "they didn't compare",
    "Acme",
    "leaving it as it is and acme",
    "Marta told me in March that re-typing the plan costs them two days a month",
    "their CFO sent me the list of forty steps last week",
    "we are the market leader in planning and they would save a ton of time",
    "I showed them the dashboard for the planners",
    "be clearer and build trust",
    "they seem keen",
    "it will certainly help the warehouse people to plan the whole week at once",
    "*stars* <@U1> {buyer} }{ & _under_ from Marta, who said it on Monday",
    "lorem ipsum dolor sit amet " * 15,
)
briefs = st.lists(st.sampled_from(CHOICES), min_size=1, max_size=5, unique=True).flatmap(
    lambda chosen: st.builds(
        replace,
        st.sampled_from((MARTA, LONG, Brief("Renewal call", renewal=True))),
        choices=st.just(tuple(chosen)),
        length=st.sampled_from((Length.FIVE, Length.FIVE, Length.FIVE, Length.ONE)),
    )
)
texts = st.sampled_from(TEXTS)


class Conversation(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.offered: list[Move] = []

    @initialize(brief=briefs, ready=st.sampled_from((True, True, False)), number=st.integers(0, 9))
    def begin(self, brief: Brief, ready: bool, number: int) -> None:
        self.talk = Talk(replace(brief, ready=ready), number)
        self.model = Model(brief.length, self.names(brief), ready)

    # the same for both

    def names(self, brief: Brief) -> dict[str, str]:
        return {choice.key: choice_name(choice, brief, EN) for choice in brief.choices}

    def read(self, step: str, text: str) -> tuple[bool, bool]:
        if step == "change":
            return False, read_change(Change(words=text), EN).wish
        brief = self.talk.dialogue.standing.brief
        reading = read(text, (brief.first_name, brief.person, brief.company))
        return reading.source is not Source.IMPRESSION, reading.fault is not None

    def source(self) -> str:
        self.sources.append(f"{len(self.sources):06}.0")
        return self.sources[-1]

    def give(self, move: Move) -> None:
        more: dict[str, Any] = {"factor": str(move.factor)} if move.factor else {}
        if move.reply in (Reply.FORM, Reply.BETTER):
            theirs = move.reading is not None and move.reading.source is not Source.IMPRESSION
            more |= {"better": list(move.choices), "theirs": theirs}
        before = self.talk.dialogue
        taken = self.talk.give(move)
        assert taken == self.model.give(move.step.key, move.reply, **more)
        if not taken:
            assert self.talk.dialogue is before
        event(f"{move.reply}" if taken else "too late")

    @property
    def about_factor(self) -> bool:
        return self.talk.step.factor is not None and self.talk.step.ask is not Ask.FACTOR

    # taps

    @rule(which=st.lists(st.integers(0, 9), min_size=1, max_size=6))
    def tap(self, which: list[int]) -> None:
        for one in which:
            self.tap_one(one)

    @rule(which=st.integers(0, 9))
    def tap_one(self, which: int) -> None:
        asked = self.talk.prompt
        options = [o for o in (*asked.options, *asked.pick) if not o.form]
        if options:
            move = tap_of(asked.step, options[which % len(options)])
            self.offered.append(move)
            self.give(move)

    @rule(reply=st.sampled_from((Reply.SKIP, Reply.BACK, Reply.BACK, Reply.PAUSE, Reply.RESUME)))
    def control(self, reply: Reply) -> None:
        self.give(Move(self.talk.step, reply))

    @rule(which=st.integers(0, 20), factor=st.sampled_from(Factor), kind=st.sampled_from(Kind))
    def seldom(self, which: int, factor: Factor, kind: Kind) -> None:
        if which == 20:
            self.give(Move(self.talk.step, Reply.CANCEL))
        elif which > 14:
            self.give(Move(Step(Ask.QUESTION), Reply.KIND, kind=kind))
        elif which > 8:
            self.give(Move(Step(Ask.DONE), Reply.REOPEN, factor=factor))

    @precondition(lambda self: self.offered)
    @rule(data=st.data())
    def tap_late(self, data: st.DataObject) -> None:
        self.give(data.draw(st.sampled_from(self.offered)))

    @rule(data=st.data(), chosen=st.sets(st.sampled_from(CHOICES)))
    def keep_again(self, data: st.DataObject, chosen: set[Choice]) -> None:
        keys = tuple(c.key for c in CHOICES if c in chosen)
        edited = [f for f, one in self.model.factors().items() if self.model.edited(one)]
        factor = Factor(data.draw(st.sampled_from(edited or list(Factor))))
        reply = data.draw(st.sampled_from((Reply.BETTER, Reply.BETTER, Reply.MINE)))
        better = keys if reply is Reply.BETTER else ()
        self.give(Move(Step(Ask.KEEP, factor), reply, choices=better))

    # forms

    @rule(brief=briefs)
    def send_the_brief_again(self, brief: Brief) -> None:
        if self.model.cancelled:
            return
        now = self.talk.dialogue.standing.brief
        brief = replace(now, choices=brief.choices, length=brief.length, ready=True)
        move = Move(Step(Ask.FILL_IN), Reply.BRIEF, brief=brief)
        assert self.talk.give(move)
        assert self.model.give("fill_in", "brief", length=brief.length, choices=self.names(brief))

    @precondition(lambda self: self.about_factor)
    @rule(source=st.sampled_from(Source), chosen=st.sets(st.sampled_from(CHOICES)))
    def send_the_small_form(self, source: Source, chosen: set[Choice]) -> None:
        keys = tuple(c.key for c in CHOICES if c in chosen)
        reading = Reading("x" * 400, "Marta Lind", "x" * 400, "March", source)
        self.give(Move(self.talk.step, Reply.FORM, reading=reading, choices=keys))

    @precondition(lambda self: self.talk.step.ask is Ask.CHANGE)
    @rule()
    def write_another_change(self) -> None:
        change = Change(when="it starts", will="ask", so_that="they say it")
        self.give(Move(self.talk.step, Reply.WORDS, change=change))

    # words

    @precondition(lambda self: self.about_factor)
    @rule(data=st.data())
    def say_something_about_them(self, data: st.DataObject) -> None:
        self.say(data.draw(st.sampled_from(TEXTS[10:])))
        if self.talk.step.ask is Ask.KEEP:
            self.tap_one(data.draw(st.integers(0, 9)))

    @precondition(lambda self: self.talk.step.ask not in (Ask.CANCELLED, Ask.DONE))
    @rule(text=texts)
    def say(self, text: str) -> None:
        source = self.source()
        move = hear(self.talk.dialogue, (Said(text, source),), EN)
        assert self.talk.give(move)
        assert self.model.words(self.model.awaited(), [[source, text]], self.read)
        event(f"words: {move.reply}")

    @precondition(lambda self: self.talk.step.ask not in (Ask.CANCELLED, Ask.DONE))
    @rule(text=texts)
    def say_more_before_the_next_question(self, text: str) -> None:
        source = self.source()
        longer = extend(self.talk.dialogue, Said(text, source), EN)
        assert longer is not None
        self.talk.dialogue = longer
        self.talk._draw()
        self.model.more(source, text, self.read)

    @precondition(lambda self: self.sources)
    @rule(data=st.data(), text=texts | st.just(""))
    def edit_or_delete(self, data: st.DataObject, text: str) -> None:
        source = data.draw(st.sampled_from(self.sources[-8:]))
        step, spent = self.talk.step, self.talk.dialogue.doubted
        edited = edit(self.talk.dialogue, Said(text, source), EN)
        if edited is None:
            return
        self.talk.dialogue = edited
        self.talk._draw()
        self.model.edit(source, text, self.read)
        assert self.talk.step.factor is step.factor
        assert self.talk.dialogue.doubted == spent

    # what always holds

    @invariant()
    def next_step_and_states_are_the_models(self) -> None:
        moves = self.talk.dialogue.moves
        trace = [f"{m.step.key}: {m.reply} {m.factor or m.text[:30]}" for m in moves]
        assert self.talk.step.key == self.model.step(), trace
        factors = self.model.factors()
        states = {str(f): str(state) for f, state in self.talk.states.items()}
        assert states == {f: self.model.state(one) for f, one in factors.items()}
        assert self.talk.dialogue.standing.closed == self.model.closed

    @invariant()
    def a_check_that_is_kept_and_read_again_is_the_same(self) -> None:
        assert record.load(record.dump(self.talk.dialogue)) == self.talk.dialogue

    @invariant()
    def one_doubt_for_a_factor_and_three_for_a_check(self) -> None:
        spent = Counter(m.step.factor for m in self.talk.dialogue.moves if m.doubted)
        assert set(spent.values()) <= {1}
        assert len(set(spent) - {None}) <= 3

    @invariant()
    def every_question_is_short_and_complete(self) -> None:
        asked = self.talk.prompt
        text = shown(asked.lines)
        assert text.strip()
        if asked.step.ask is not Ask.AGAIN:
            assert len(text) <= MAX_PROMPT, text
        if not any("{" in said for said in TEXTS if said in text):
            assert "{" not in text.replace("{buyer} }{", "")

    @invariant()
    def every_option_leads_somewhere(self) -> None:
        asked = self.talk.prompt
        labels = [option.label for option in asked.options]
        assert len(set(labels)) == len(labels)
        for option in (*asked.options, *asked.pick):
            if not option.form:
                assert advance(self.talk.dialogue, tap_of(asked.step, option)), option.label

    @invariant()
    def the_card_shows_where_it_stands(self) -> None:
        head, marks, *_ = shown(card(self.talk.dialogue, EN).lines).splitlines()
        assert head
        assert len(marks) == len("O ·  C ·  │  V ·  R ·  E ·")


Conversation.TestCase.settings = settings(
    max_examples=settings().max_examples * 3 // 5,
    stateful_step_count=50,
    # Many rules wait for a step of their own, so some draws are thrown away.
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


TestConversation = Conversation.TestCase
pytestmark = pytest.mark.timeout(6 * settings().max_examples)
