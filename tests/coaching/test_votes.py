"""Which checks a summary may count, and when: each rule by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from coaching.brief import Brief, Length
from coaching.factors import Factor, State
from coaching.moves import Reply
from coaching.past import Evidence, Past
from coaching.reading import Reading, Source
from coaching.votes import LONGEST, Ballot, Period, Weekly, ballot
from tests.coaching.talk import HURRIED, MARTA, Talk

BERLIN = Weekly(5, 16, "Europe/Berlin")
MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
CLOSE = datetime(2026, 11, 6, 15, tzinfo=UTC)


def talk(*states: str, brief: Brief = MARTA) -> Talk:
    """A check in which value, risk, ease, offering and commercials end like this."""
    check = Talk(brief).tap(Reply.YES)
    for state in states:
        check.answer(State(state))
    return check


def vote(*states: str, brief: Brief = MARTA) -> Ballot | None:
    return ballot(talk(*states, brief=brief).dialogue.standing)


def test_a_finished_check_says_what_holds() -> None:
    assert vote("held", "heard", "claimed", "no", "held") == Ballot(
        frozenset({Factor.VALUE, Factor.COMMERCIALS}), gap=False
    )


@pytest.mark.parametrize(
    ("states", "gap"),
    [
        (("claimed", "no", "no", "no", "no"), True),
        (("held", "claimed", "no", "no", "no"), True),
        (("heard", "claimed", "no", "unsure", "open"), True),
        (("held", "held", "claimed", "claimed", "no"), True),
        (("held", "held", "claimed", "no", "no"), False),
        (("no", "no", "unsure", "open", "no"), False),
    ],
)
def test_a_gap_is_half_of_the_yeses_or_more_without_a_buyer(
    states: tuple[str, ...], gap: bool
) -> None:
    cast = vote(*states)

    assert cast is not None
    assert cast.gap == gap


def test_a_check_that_has_no_verdict_yet_has_no_vote() -> None:
    assert vote("held", "no", "no", "no") is None


def test_one_minute_has_no_vote() -> None:
    check = Talk(HURRIED).tap(Reply.NO, Reply.NO, Reply.NO)

    assert check.dialogue.standing.finished
    assert ballot(check.dialogue.standing) is None


def test_a_buyer_without_a_name_has_no_vote() -> None:
    nobody = replace(MARTA, person=" ", company="")

    assert vote("no", "no", "no", "no", "no", brief=nobody) is None
    assert vote("no", "no", "no", "no", "no", brief=replace(nobody, company="Northgate"))


def test_a_check_that_carries_an_earlier_answer_has_no_vote() -> None:
    reading = Reading("they re-type it", "Marta", "they re-type it", "March", Source.SAID)
    past = Past(evidence=(Evidence(Factor.VALUE, reading, ("nothing",), "2026-10-01"),))
    check = Talk(replace(MARTA, past=past)).tap(Reply.YES)
    check.tap(Reply.YES, Reply.NO, Reply.NO, Reply.NO, Reply.NO)

    assert check.dialogue.standing.finished
    assert ballot(check.dialogue.standing) is None


def test_an_answer_that_is_given_anew_counts_as_it_stands() -> None:
    check = talk("held", "held", "no", "no", "no")
    assert check.dialogue.standing.brief.length is Length.FIVE
    check.reopen(Factor.VALUE)

    assert ballot(check.dialogue.standing) == Ballot(frozenset({Factor.RISK}), gap=False)


# when


@pytest.mark.parametrize(
    ("after", "close"),
    [
        (MONDAY, CLOSE),
        (CLOSE - HOUR, CLOSE),
        (CLOSE, CLOSE + WEEK),
        (CLOSE + HOUR, CLOSE + WEEK),
    ],
)
def test_the_close_is_an_hour_of_a_weekday_where_the_channel_is(
    after: datetime, close: datetime
) -> None:
    assert BERLIN.next(after) == close


def test_the_close_keeps_its_hour_when_the_clocks_change() -> None:
    summer = BERLIN.next(datetime(2027, 3, 27, tzinfo=UTC))

    assert summer == datetime(2027, 4, 2, 14, tzinfo=UTC)
    missing = Weekly(7, 2, "Europe/Berlin").next(datetime(2027, 3, 27, tzinfo=UTC))
    assert missing == datetime(2027, 3, 28, 1, tzinfo=UTC)
    twice = Weekly(7, 2, "Europe/Berlin").next(datetime(2026, 10, 24, tzinfo=UTC))
    assert twice == datetime(2026, 10, 25, 0, tzinfo=UTC)


PERIOD = Period.begin(BERLIN, 5, MONDAY)


def test_a_check_counts_at_the_next_close() -> None:
    finished = MONDAY + DAY

    assert PERIOD.closing_of(finished, MONDAY, finished) == CLOSE


def test_what_was_finished_before_joining_or_before_the_set_up_never_counts() -> None:
    assert PERIOD.closing_of(MONDAY + HOUR, MONDAY + DAY, MONDAY + DAY) is None
    assert PERIOD.closing_of(MONDAY - HOUR, MONDAY - DAY, MONDAY) is None


def test_after_a_summary_a_new_period_begins() -> None:
    following = PERIOD.close(published=True)

    assert (following.since, following.closes) == (CLOSE, CLOSE + WEEK)
    assert following.closing_of(CLOSE - HOUR, MONDAY, CLOSE + DAY) is None
    assert following.closing_of(CLOSE + HOUR, MONDAY, CLOSE + DAY) == CLOSE + WEEK


def test_with_too_few_nothing_is_spent_and_the_period_grows() -> None:
    following = PERIOD.close(published=False)

    assert (following.since, following.closes) == (MONDAY, CLOSE + WEEK)
    assert following.closing_of(CLOSE - HOUR, MONDAY, CLOSE + DAY) == CLOSE + WEEK


def test_nothing_waits_longer_than_four_weeks() -> None:
    period = PERIOD
    for _ in range(6):
        period = period.close(published=False)

    assert period.counts_from == period.closes - LONGEST
    assert period.closing_of(period.counts_from, MONDAY, period.closes - HOUR) is None
    late = period.counts_from + HOUR
    assert period.closing_of(late, MONDAY, period.closes - HOUR) == period.closes


def test_a_close_that_nobody_has_counted_yet_is_a_close() -> None:
    """What was said stays as it stood; what is said later belongs to the next period."""
    now = CLOSE + 2 * HOUR

    assert PERIOD.closing_of(CLOSE - HOUR, MONDAY, now) is None
    assert PERIOD.closing_of(CLOSE, MONDAY, now) == CLOSE + WEEK
    assert PERIOD.closing_of(CLOSE + HOUR, MONDAY, now) == CLOSE + WEEK


# settings


@pytest.mark.parametrize("minimum", [-1, 0, 4])
def test_no_minimum_under_five(minimum: int) -> None:
    with pytest.raises(ValueError, match="fewer than 5"):
        Period.begin(BERLIN, minimum, MONDAY)
    with pytest.raises(ValueError, match="fewer than 5"):
        PERIOD.change(BERLIN, minimum, MONDAY)


def test_raising_the_minimum_counts_at_once_and_loses_nothing() -> None:
    raised = PERIOD.change(BERLIN, 8, MONDAY + DAY)

    assert raised.minimum == 8
    assert raised.closing_of(MONDAY + HOUR, MONDAY, MONDAY + DAY) == CLOSE


def test_a_lower_minimum_is_for_what_is_answered_afterwards() -> None:
    strict = Period.begin(BERLIN, 8, MONDAY)
    lowered = strict.change(BERLIN, 5, MONDAY + DAY)

    assert lowered.minimum == 5
    assert lowered.closing_of(MONDAY + HOUR, MONDAY, MONDAY + DAY + HOUR) is None
    later = MONDAY + DAY + HOUR
    assert lowered.closing_of(later, MONDAY, later) == CLOSE


def test_another_hour_starts_after_the_close_that_is_set() -> None:
    changed = PERIOD.change(Weekly(3, 9, "Asia/Tokyo"), 5, MONDAY + DAY)

    assert changed.closes == CLOSE
    assert changed.close(published=True).closes == datetime(2026, 11, 11, 0, tzinfo=UTC)
