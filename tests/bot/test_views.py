"""Everything that can be shown is taken by Slack, and shows a seller's words as words."""

from collections.abc import Iterator
from dataclasses import replace
from string import Formatter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.blocks import problems
from bot.playground.chat_methods import LONGEST_UPDATE
from bot.playground.grammar import Surface
from bot.views import forms, greeting, placing
from bot.views import messages as views
from bot.views.text import MAX_FALLBACK, escape, unescape
from coaching.answers import hear
from coaching.brief import Brief, Choice, Kind, Length, Sort
from coaching.card import answer_label, card
from coaching.change import offered
from coaching.dialogue import Dialogue, advance, begin
from coaching.factors import Factor
from coaching.moves import Ask, Move, Reply, Said, Step
from coaching.prompts import Option, Prompt, change_parts, keep_prompt, prompt, verdict_prompt
from coaching.reading import MAX_TEXT, Reading, Source
from coaching.taps import tap
from coaching.words import fill, words
from storage import Buyer
from tests.bot.script import drawn, objects

WORDS = words()
ID = "0" * 32
Json = dict[str, Any]

SIGNS = [
    *("<!channel>", "<@U1SAM>", "<https://evil.example|bank>", "https://halden.example/?a=1&b=2"),
    *("*bold*", "_it_", "~no~", "`code`", "```x```", "&lt;!here&gt;", "&#60;", "a & b", "> quote"),
    *("{buyer}", "{0}", "}{", "%s", "a|b", "a, b", "#deals", ":smile:", "\u202eabc", "e\u0301"),
    *("W" * 60, "\u0390" * 40, "ab " * 30, "\U0001f600" * 20),
]
anything = st.characters(exclude_categories=["Cs", "Cc"])


def written(most: int) -> st.SearchStrategy[str]:
    """What somebody may type into a field of that length."""
    drawn = st.sampled_from(SIGNS) | st.text(anything, min_size=1, max_size=most)
    long = st.sampled_from(SIGNS).map(lambda sign: sign * most)
    return (drawn | long).map(lambda text: " ".join(text[:most].split())).filter(bool)


names = written(forms.MAX_NAME) | st.just("")
rivals = st.lists(
    written(forms.MAX_COMPETITOR).map(lambda name: Choice(Sort.COMPETITOR, name.replace(",", ""))),
    max_size=forms.MAX_COMPETITORS,
    unique_by=lambda choice: choice.name.casefold(),
)
others = st.lists(
    st.sampled_from([Choice(s) for s in Sort if s is not Sort.COMPETITOR]), unique=True
)


@st.composite
def briefs(draw: st.DrawFn) -> Brief:
    choices = [c for c in draw(rivals) if c.name] + draw(others)
    return Brief(
        plan=draw(written(MAX_TEXT)),
        person=draw(names),
        company=draw(names),
        choices=tuple(choices) or (Choice(Sort.NOTHING),),
        length=draw(st.sampled_from(Length)),
        call_at=draw(st.sampled_from(["", "2026-12-01T10:00:00+01:00"])),
        kind=draw(st.sampled_from(Kind)),
        renewal=draw(st.booleans()),
        known=draw(st.booleans()),
        ready=draw(st.booleans()),
    )


def answers(dialogue: Dialogue, draw: st.DrawFn) -> Move:
    """One thing that a seller can do now."""
    asked = prompt(dialogue, WORDS)
    taps = [option for option in (*asked.options, *asked.pick) if not option.form]
    ways: list[Option | str] = [*taps, "words", "words", "form", "way out"]
    way = draw(st.sampled_from(ways))
    if way == "words":
        said = Said(draw(written(3000) | st.sampled_from(["yes", "no", "not sure"])), "1.000001")
        return hear(dialogue, (said,), WORDS)
    if way == "form" and asked.step.factor:
        what, who, when = (draw(written(most)) for most in (3000, 60, 60))
        reading = Reading(what, who, what, when, Source.SAID)
        return Move(asked.step, Reply.FORM, reading=reading)
    if isinstance(way, str):
        loose = [Reply.BACK, Reply.SKIP, Reply.PAUSE, Reply.RESUME]
        return Move(asked.step, draw(st.sampled_from(loose)))
    carried = views.value(ID, asked.step.key, way.reply, way.argument)
    _, step, reply, argument = views.parse_value(carried)
    move = tap(Step.parse(step), Reply(reply), argument)
    return replace(move, change=offered(dialogue, WORDS)) if move.reply is Reply.KEEP else move


@st.composite
def dialogues(draw: st.DrawFn) -> Dialogue:
    """A check at any of its moments."""
    dialogue = begin(draw(briefs()), draw(st.integers(0, 8)))
    for _ in range(draw(st.integers(0, 30))):
        dialogue = drawn(advance(dialogue, answers(dialogue, draw)) or dialogue)
    return drawn(dialogue)


def messages(dialogue: Dialogue) -> Iterator[Json]:
    """Every message that may show this moment."""
    asked, shown = prompt(dialogue, WORDS), card(dialogue, WORDS)
    yield views.prompt_message(asked, ID, WORDS, mention="U1SAM")
    for option in (*asked.options, *asked.pick):
        yield views.answered_message(asked.lines, option.label)
    yield views.answered_message(asked.lines, ", ".join(o.label for o in asked.pick))
    yield views.card_message(shown, ID, WORDS)
    yield views.change_what(dialogue, ID, WORDS)
    for prompted in again(dialogue):
        yield views.prompt_message(prompted, ID, WORDS)
        yield views.answered_message(prompted.lines, answer_label(Reply.YES, WORDS))


def again(dialogue: Dialogue) -> Iterator[Prompt]:
    """What earlier messages are changed to."""
    standing = dialogue.standing
    for factor in standing.asked_factors:
        if standing.records[factor].reading:
            yield keep_prompt(dialogue, factor, WORDS)
    if standing.closed:
        yield verdict_prompt(dialogue, WORDS)


def modals(dialogue: Dialogue) -> Iterator[Json]:
    """Every form that may open at this moment."""
    standing = dialogue.standing
    known = tuple(
        Buyer(f"{n:032}", standing.brief.person, f"{standing.brief.company} {n}", ())
        for n in range(20)
    )
    yield forms.brief_form(WORDS, standing.brief, (), ID)
    yield forms.brief_form(WORDS, standing.brief, known, ID)
    parts = change_parts(offered(dialogue, WORDS), standing, WORDS)
    yield forms.change_form(WORDS, parts, ID, "change")
    for factor in Factor:
        step = Step(Ask.KEEP, factor).key
        reading = standing.records[factor].reading
        yield forms.evidence_form(WORDS, standing.brief, reading, ID, step)


def test_a_form_to_correct_what_was_said_holds_all_of_it() -> None:
    said = "x" * MAX_TEXT
    plan = forms.brief_form(WORDS, Brief(said))
    change = forms.change_form(WORDS, ("", said, ""), ID, "change")

    assert [e["initial_value"] for e in objects([plan, change]) if "initial_value" in e] == [
        said,
        said,
    ]


def taken(body: Json, surface: Surface) -> None:
    """Slack takes it, and nothing in it can become a mention, a link or a style."""
    assert problems(body, surface) == []
    kinds = {found["type"] for found in objects(body) if "type" in found}
    assert kinds.isdisjoint({"mrkdwn", "link", "broadcast", "usergroup", "channel", "emoji"})
    if surface == "message":
        assert len(body["text"]) <= LONGEST_UPDATE
        assert "<" not in body["text"].replace("<@U1SAM> ", "")


def text_of(body: Json) -> str:
    """What stands in the first block, as it is read."""
    elements = body["blocks"][0]["elements"][0]["elements"]
    return "".join(e["text"] for e in elements if e["type"] == "text").lstrip("\n")


@settings(max_examples=50)
@given(dialogues())
def test_every_moment_of_a_check_can_be_shown(dialogue: Dialogue) -> None:
    for body in messages(dialogue):
        taken(body, "message")
    for body in modals(dialogue):
        taken(body, "modal")


@settings(max_examples=40)
@given(dialogues())
def test_a_notification_says_what_the_message_says(dialogue: Dialogue) -> None:
    for body in messages(dialogue):
        said, shown = unescape(body["text"].replace("<@U1SAM> ", "")), text_of(body)
        cut = len(escape(shown)) > MAX_FALLBACK
        assert shown.startswith(said.removesuffix("…")) if cut else shown == said


@pytest.mark.parametrize("sign", ["x", "&", "<"])
def test_the_longest_answer_can_be_shown_under_another_line(sign: str) -> None:
    body = views.message((fill("One change."), fill("{words}", words=sign * MAX_TEXT)))
    taken(body, "message")
    assert text_of(body) == "One change.\n" + sign * MAX_TEXT


@settings(max_examples=10)
@given(briefs(), st.integers(0, 30))
def test_the_question_where_words_belong_can_be_shown(brief: Brief, number: int) -> None:
    checks = [(ID, begin(brief).standing)] * number
    taken(placing.ask_where(checks, ID, WORDS), "message")


@pytest.mark.parametrize("key", [k for k, v in WORDS.find("notice").items() if isinstance(v, str)])
@settings(max_examples=15)
@given(value=written(60))
def test_every_notice_can_be_shown(key: str, value: str) -> None:
    wanted = {name for _, name, _, _ in Formatter().parse(WORDS.text(f"notice.{key}")) if name}
    body = views.notice(WORDS, key, **dict.fromkeys(wanted, value))
    taken(body, "message")
    assert (value in text_of(body)) >= bool(wanted)


@pytest.mark.parametrize(
    "body",
    [
        greeting.welcome(WORDS),
        greeting.welcome(WORDS, start=False),
        greeting.help_text(WORDS),
        greeting.privacy_text(WORDS),
    ],
    ids=["welcome", "welcome without start", "help", "privacy"],
)
def test_what_is_said_before_any_check_can_be_shown(body: Json) -> None:
    taken(body, "message")


@pytest.mark.parametrize("name", ["privacy", "example"])
def test_a_page_to_read_can_be_shown(name: str) -> None:
    taken(greeting.shown(WORDS, name), "modal")


@pytest.mark.parametrize("sign", SIGNS)
def test_a_plan_is_shown_as_it_was_typed(sign: str) -> None:
    sign = " ".join(sign.split())
    dialogue = begin(Brief(f"before {sign} after"))
    assert f"before {sign} after" in text_of(views.card_message(card(dialogue, WORDS), ID, WORDS))


@pytest.mark.parametrize("sign", [sign for sign in SIGNS if len(sign) <= 24 and "," not in sign])
def test_a_competitor_is_chosen_by_its_name_whatever_it_is(sign: str) -> None:
    """The button carries the name there and back."""
    dialogue = begin(Brief("a demo", "Marta", "Halden", (Choice(Sort.COMPETITOR, sign),)))
    step = Step(Ask.KEEP, Factor.VALUE)
    for move in (
        Move(Step(Ask.QUESTION), Reply.YES),
        Move(Step(Ask.FACTOR, Factor.VALUE), Reply.YES),
        hear_at(Step(Ask.GATE, Factor.VALUE)),
    ):
        dialogue = advance(dialogue, move) or dialogue
    first = prompt(dialogue, WORDS).options[0]
    assert first.label.casefold() == sign.casefold()
    _, key, reply, argument = views.parse_value(
        views.value(ID, step.key, first.reply, first.argument)
    )
    following = advance(dialogue, tap(Step.parse(key), Reply(reply), argument))
    assert following is not None
    assert following.standing.states[Factor.VALUE] == "held"


def hear_at(step: Step) -> Move:
    reading = Reading("it cost a shift", "Marta", "it cost a shift", "", Source.SAID)
    return Move(step, Reply.FORM, reading=reading)
