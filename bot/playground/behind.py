"""Behind the scenes: the clock, what can go wrong, and what goes over the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.playground import faults
from bot.playground.html.tags import tag

if TYPE_CHECKING:
    from bot.playground.server import SmallSlack

TRAFFIC_SHOWN = 60
BAD_DAYS: Mapping[str, tuple[str, str, faults.Fault]] = {
    "busy": ("Slack is busy at the next post (429)", "chat.postMessage", faults.ratelimited(30)),
    "lost": ("The next post gets lost", "chat.postMessage", faults.drop_request()),
    "unanswered": ("The next post arrives, its answer is lost", "chat.postMessage",
                   faults.drop_answer()),
    "broken": ("Slack fails at the next post (500)", "chat.postMessage", faults.server_error()),
    "reset": ("The line breaks at the next post", "chat.postMessage", faults.reset()),
    "twice": ("The next message reaches the app twice", "events_api", faults.duplicate()),
    "late_command": ("The next command is answered too late", "slash_commands",
                     faults.slow_ack()),
    "late_click": ("The next click is answered too late", "interactive", faults.slow_ack()),
    "unplugged": ("The socket closes at the next click", "interactive", faults.disconnect()),
    "revoked": ("The app is locked out for good", faults.ANY, faults.revoke_token()),
}  # fmt: skip


STEPS = (
    ("hour", "+1 hour"),
    ("two", "Two hours later"),
    ("day", "Next day 09:00"),
    ("monday", "Next Monday 09:00"),
)
HOURS = {"hour": timedelta(hours=1), "two": timedelta(hours=2)}
QUARTER = timedelta(minutes=15)


class Behind:
    """The drawer, as somebody in this time zone reads it."""

    def __init__(self, slack: SmallSlack, user: str, zone: ZoneInfo) -> None:
        self._slack, self._user, self._zone = slack, user, zone

    def regions(self) -> dict[str, str]:
        """Its parts as HTML."""
        return {
            "clock": self._clock(),
            "team": self._team(),
            "faults": self._faults(),
            "traffic": self._traffic(),
        }

    def _clock(self) -> str:
        now = self._slack.clock.now().astimezone(self._zone)
        buttons = [
            tag("button", label, type="button", class_="button", data_do="clock", data_step=step)
            for step, label in (*self._call_steps(), *STEPS)
        ]
        return (
            tag("h3", "Clock", id="clock-title")
            + tag("p", f"{now:%A}, {now.day} {now:%B} · {now:%H:%M}", class_="now", id="clock-now")
            + tag("p", f"Time in {escape(str(self._zone))}. It only moves forward.")
            + tag("div", *buttons, class_="row")
        )

    def _team(self) -> str:
        colleagues = self._slack.colleagues
        button = tag("button", "Your colleagues take part", type="button", class_="button",
                     data_do="colleagues", disabled=colleagues.busy or None)  # fmt: skip
        about = "Each of them joins the team's summary and finishes a check about a new buyer."
        return (
            tag("h3", "Team", id="team-title")
            + tag("p", about)
            + tag("div", button, class_="row")
            + tag("p", escape(colleagues.said), id="team-said", role="status")
        )

    def _call_steps(self) -> tuple[tuple[str, str], ...]:
        """Ways to the call whose time was picked in a form, if one is to come."""
        call = self._slack.workspace.next_picked(self._user)
        if call is None:
            return ()
        local = call.astimezone(self._zone)
        starts = f"The call starts ({local:%a} {local:%H:%M})"
        before = call - QUARTER > self._slack.clock.now()
        return (*([("before", "A quarter before the call")] if before else []), ("call", starts))

    def _faults(self) -> str:
        waiting = [fault for queue in self._slack.faults.waiting().values() for fault in queue]
        buttons = [self._fault(key, waiting) for key in BAD_DAYS]
        calm = tag("button", "Nothing more goes wrong", type="button", class_="button",
                   data_do="fault", data_name="calm")  # fmt: skip
        return (
            tag("h3", "Let something go wrong", id="faults-title")
            + tag("p", "What networks and Slack do on a bad day. Nothing said may be lost.")
            + tag("div", *buttons, calm, class_="row")
        )

    def _fault(self, key: str, waiting: list[faults.Fault]) -> str:
        label, _, fault = BAD_DAYS[key]
        count = waiting.count(fault)
        shown = f"{label} · waiting" + (f" ({count})" if count > 1 else "") if count else label
        return tag("button", escape(shown), type="button", class_="button", data_do="fault",
                   data_name=key, aria_pressed="true" if count else "false")  # fmt: skip

    def _traffic(self) -> str:
        kept = list(self._slack.workspace.traffic)
        lines = []
        for entry in reversed(kept[-TRAFFIC_SHOWN:]):
            at = entry.at.astimezone(self._zone)
            arrow = "→" if entry.direction == "from the app" else "←"
            body = json.dumps(entry.payload, indent=2, ensure_ascii=False)
            title = (
                tag("span", arrow, role="img", aria_label=entry.direction)
                + tag("b", escape(entry.name))
                + tag("span", escape(entry.status))
                + tag("time", f"{at:%H:%M:%S}")
            )
            row = tag("summary", title), tag("pre", escape(body), tabindex="0")
            lines.append(tag("details", *row, id=f"wire/{entry.at.timestamp()}/{entry.name}"))
        return (
            tag("h3", "On the wire", id="traffic-title")
            + tag("p", "→ from the app to Slack, ← from Slack to the app; the newest first.")
            + "".join(lines)
        )


def moved(now: datetime, step: str, call: datetime | None) -> datetime:
    """Where a button of the clock leads from `now`, on that person's clock; never back."""
    if step in ("before", "call"):
        at = call or now
        return max(now, at - QUARTER if step == "before" else at)
    if step in HOURS:
        return now + HOURS[step]
    days = 1 if step == "day" else 7 - now.weekday()
    return (now + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0)
