"""Slack's pace, kept on the small Slack's clock: a test moves the clock instead of waiting.

Numbers: docs.slack.dev/apis/web-api/rate-limits. Slack says "50+ a minute"; this takes the 50.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.playground.clock import MovableClock

PER_MINUTE: Mapping[int, int] = {1: 1, 2: 20, 3: 50, 4: 100}
POSTS_PER_MINUTE = 300
POSTS_AT_ONCE = 5
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


class Pace:
    """Counts calls and says how long to wait. One workspace has one app here, so names suffice."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock
        self._calls: defaultdict[str, deque[datetime]] = defaultdict(deque)
        self._free_at: dict[str, datetime] = {}

    def wait(self, method: str, tier: int | None) -> int:
        """Whole seconds until `method` may be called; 0 means now, and counts as a call."""
        return 0 if tier is None else self._window(method, PER_MINUTE[tier])

    def wait_to_post(self, channel: str) -> int:
        """The same for a post: about one a second in a channel, a few at once, 300 a minute."""
        now = self._clock.now()
        free = max(self._free_at.get(channel, now), now)
        ahead = free + SECOND - now - POSTS_AT_ONCE * SECOND
        if ahead > timedelta(0):
            return math.ceil(ahead.total_seconds())
        if wait := self._window("posts", POSTS_PER_MINUTE):
            return wait
        self._free_at[channel] = free + SECOND
        return 0

    def _window(self, name: str, most: int) -> int:
        now = self._clock.now()
        calls = self._calls[name]
        while calls and now - calls[0] >= MINUTE:
            calls.popleft()
        if len(calls) >= most:
            return math.ceil((calls[0] + MINUTE - now).total_seconds())
        calls.append(now)
        return 0
