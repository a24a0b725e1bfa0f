"""When a seller is written to: every zone there is, its clock changes, their working days."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from coaching.cadence import (
    DAY,
    Cadence,
    after_call,
    last_moment,
    moment,
    monday_of,
    next_morning,
    next_nudge,
    tomorrow,
    week_of,
)

FIRST, LAST = date(2026, 1, 5), date(2036, 1, 7)
"""Two Mondays, ten years apart."""
HALF_HOURS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)]
BERLIN = Cadence(zone="Europe/Berlin")


@cache
def changes(name: str) -> tuple[date, ...]:
    """The days on which a zone's offset changes, and those beside them."""
    place = ZoneInfo(name)
    begin = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    days = [begin + n * DAY for n in range((LAST - FIRST).days)]
    offsets = [day.astimezone(place).utcoffset() for day in days]
    changed = (day for day, old, new in zip(days, offsets, offsets[1:], strict=False) if old != new)
    return tuple(sorted({(day + n * DAY).date() for day in changed for n in (-1, 0, 1, 2)}))


def right(cadence: Cadence, monday: date, at: datetime) -> bool:
    """Whether that is the one instant that shows the wall time, or comes after it was left out."""
    day = monday + (cadence.weekday - 1) * DAY
    shown = at.astimezone(cadence.place)
    wanted = datetime.combine(day, cadence.wall_time)
    if shown.replace(tzinfo=None) == wanted:
        earlier = (at - timedelta(hours=1)).astimezone(cadence.place)
        return shown.fold == 0 and earlier.replace(tzinfo=None) < wanted
    # Nothing shows it: the clock went from before it to after it.
    before = (at - timedelta(minutes=1)).astimezone(cadence.place)
    gap = shown.utcoffset() - (at - DAY).astimezone(cadence.place).utcoffset()  # type: ignore[operator]
    return shown.replace(tzinfo=None) - wanted == gap and before < shown


@cache
def law(name: str) -> tuple[object, ...]:
    """What tells two zones apart in these years: zones of one law are tried once."""
    place = ZoneInfo(name)
    noons = (datetime.combine(day, time(12), UTC) for day in (FIRST, *changes(name)))
    return (changes(name), *(noon.astimezone(place).utcoffset() for noon in noons))


def test_every_zone_has_one_nudge_a_week_at_the_time_chosen_for_ten_years():
    """At the wall time; after it where the clocks leave it out, at its first where it comes
    twice. Mondays at 9:00 in every week, and every half hour of the days around a change."""
    for name in {law(name): name for name in sorted(available_timezones())}.values():
        cadence = Cadence(zone=name)
        nudge = moment(FIRST, cadence.wall_time, cadence.place) - timedelta(seconds=1)
        for week in range((LAST - FIRST).days // 7):
            nudge = next_nudge(cadence, nudge)
            assert right(cadence, FIRST + week * 7 * DAY, nudge), (name, nudge)
        for day in changes(name):
            for hour in HALF_HOURS:
                check(replace(cadence, weekday=day.isoweekday(), hour=hour), day)


def check(cadence: Cadence, day: date) -> None:
    """The week of that day has its nudge then, and the next one is in the week behind it."""
    monday = day - (day.isoweekday() - 1) * DAY
    midnight = moment(monday, time(0), cadence.place)
    nudge = next_nudge(cadence, midnight - timedelta(minutes=1))
    assert monday_of(nudge, cadence.place) == monday, (cadence, nudge)
    assert right(cadence, monday, nudge), (cadence, nudge)
    behind = next_nudge(cadence, nudge)
    assert monday_of(behind, cadence.place) == monday + 7 * DAY, (cadence, nudge, behind)


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def test_a_seller_s_own_zone_goes_before_slack_s_and_an_odd_one_counts_for_nothing():
    assert str(Cadence().place) == "UTC"
    assert str(Cadence(zone="Nowhere/At all").place) == "UTC"
    assert str(Cadence(zone="../etc/passwd").place) == "UTC"
    assert str(replace(BERLIN, own_zone="Asia/Tokyo").place) == "Asia/Tokyo"


def test_a_nudge_is_right_to_the_minute_when_the_clocks_change():
    """Monday 9:00 in Berlin before and after 29 March 2026; 2:30 on that Sunday is left out, and
    on 25 October it comes twice."""
    assert next_nudge(BERLIN, at("2026-03-23T10:00")) == at("2026-03-30T09:00")
    sunday = replace(BERLIN, weekday=7, hour="02:30")
    assert next_nudge(sunday, at("2026-03-28T12:00")) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert next_nudge(sunday, at("2026-10-24T12:00")) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_no_nudge_comes_on_a_day_off_while_the_week_has_another() -> None:
    sunday = at("2026-03-01T12:00")
    assert next_nudge(replace(BERLIN, workdays="234"), sunday) == at("2026-03-03T09:00")
    assert next_nudge(replace(BERLIN, weekday=6), sunday) == at("2026-03-07T09:00")
    assert replace(BERLIN, weekday=6).workday is None


def test_a_pause_ends_with_the_first_nudge_on_or_after_its_date():
    paused = replace(BERLIN, paused_until="2026-03-10")
    assert next_nudge(paused, at("2026-03-02T08:00")) == at("2026-03-16T09:00")
    assert next_nudge(replace(paused, weekday=2), at("2026-03-02T08:00")) == at("2026-03-10T09:00")


def test_a_week_is_that_of_the_seller_s_own_place():
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert week_of(late, ZoneInfo("UTC")) == "2026-W09"
    assert week_of(late, ZoneInfo("Europe/Berlin")) == "2026-W10"
    assert week_of(at("2027-01-03T12:00"), ZoneInfo("UTC")) == "2026-W53"


def test_a_late_nudge_may_still_come_on_the_same_working_day():
    assert last_moment(BERLIN, at("2026-03-02T09:00")) == at("2026-03-02T18:00")
    assert last_moment(BERLIN, at("2026-03-02T18:00")) == at("2026-03-03T00:00")


def test_tomorrow_and_the_next_morning_are_working_days():
    friday = at("2026-03-06T16:00")
    assert tomorrow(replace(BERLIN, hour="14:30"), friday) == at("2026-03-09T14:30")
    assert next_morning(replace(BERLIN, workdays="12346"), friday) == at("2026-03-07T09:00")


def test_after_a_call_comes_two_hours_later_or_the_next_working_morning():
    assert after_call(BERLIN, at("2026-03-06T11:00")) == at("2026-03-06T13:00")
    assert after_call(BERLIN, at("2026-03-06T16:00")) == at("2026-03-06T18:00")
    assert after_call(BERLIN, at("2026-03-06T16:30")) == at("2026-03-09T09:00")
    assert after_call(BERLIN, at("2026-03-07T11:00")) == at("2026-03-09T09:00")
    assert after_call(BERLIN, at("2026-03-06T06:00")) == at("2026-03-06T09:00")
