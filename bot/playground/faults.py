"""Faults on demand: what the network and Slack do to an app on a bad day, planned and counted.

A fault is queued for the next calls of a method, or drawn with a probability from a seeded
generator. `accepted` says whether the call counted before the fault was played.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from random import Random
from typing import Literal

Kind = Literal[
    "ratelimited",
    "drop_request",
    "drop_answer",
    "slow",
    "truncate",
    "server_error",
    "refuse",
    "reset",
    "revoke_token",
    "duplicate",
    "slow_ack",
    "disconnect",
]
ANY = "*"


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong. `seconds` to wait, `status` of HTTP, `error` as Slack names it."""

    kind: Kind
    accepted: bool = False
    seconds: float = 0
    status: int = 200
    error: str = ""
    times: int = 1


def ratelimited(retry_after: int = 30) -> Fault:
    """HTTP 429 with `Retry-After` in seconds; the call did not count."""
    return Fault("ratelimited", seconds=retry_after)


def drop_request() -> Fault:
    """The connection is closed before the call counted, without an answer."""
    return Fault("drop_request")


def drop_answer() -> Fault:
    """The call counts, then the connection is closed without an answer."""
    return Fault("drop_answer", accepted=True)


def reset(accepted: bool = False) -> Fault:
    """The connection is reset (RST), before or after the call counted."""
    return Fault("reset", accepted)


def slow(seconds: float) -> Fault:
    """The call counts; the answer leaves `seconds` later on the small Slack's clock."""
    return Fault("slow", accepted=True, seconds=seconds)


def truncate() -> Fault:
    """The call counts; half of the answer arrives, then the connection is closed."""
    return Fault("truncate", accepted=True)


def server_error(status: Literal[500, 502, 503] = 500, accepted: bool = False) -> Fault:
    """An HTML page with that status, from the front of the house; the call counted or not."""
    return Fault("server_error", accepted, status=status)


def fatal_error(accepted: bool = True) -> Fault:
    """`fatal_error`: "possible some aspect of the operation succeeded"."""
    return Fault("refuse", accepted, error="fatal_error")


def refuse(error: str) -> Fault:
    """`ok: false` with any of Slack's errors, such as "thread_locked"; the call did not count."""
    return Fault("refuse", error=error)


def revoke_token() -> Fault:
    """The token is revoked before the call: it and all later ones get `token_revoked`."""
    return Fault("revoke_token")


def duplicate(times: int = 2) -> Fault:
    """An event is delivered `times` times with one event_id, though the first was acked."""
    return Fault("duplicate", times=times)


def slow_ack() -> Fault:
    """The app's ack is lost on the way: for Slack it never came within three seconds."""
    return Fault("slow_ack")


def disconnect() -> Fault:
    """The socket that was just handed the envelope is closed before its ack is read."""
    return Fault("disconnect")


class Faults:
    """The plan. Names are Web API methods ("chat.postMessage"), kinds of delivery
    ("events_api", "slash_commands", "interactive") or "*" for all of them."""

    def __init__(self, seed: int = 0) -> None:
        self.played: Counter[tuple[str, Kind]] = Counter()
        self._queued: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._chances: dict[str, list[tuple[float, Fault]]] = {}
        self._random = Random(seed)

    def queue(self, name: str, *faults: Fault) -> None:
        """Play these at the next calls of `name`, one at each."""
        self._queued[name].extend(faults)

    def chance(self, name: str, probability: float, *faults: Fault) -> None:
        """From now on play one of `faults`, evenly drawn, at that share of the calls of `name`."""
        self._chances[name] = [(probability / len(faults), fault) for fault in faults]

    def clear(self) -> None:
        """Play nothing more; what was counted stays."""
        self._queued.clear()
        self._chances.clear()

    def waiting(self) -> dict[str, list[Fault]]:
        """What is queued, by name, for a panel."""
        return {name: list(faults) for name, faults in self._queued.items() if faults}

    def next(self, name: str) -> Fault | None:
        """The fault to play at this call, if any; counted as played."""
        fault = self._from_queue(name) or self._drawn(name)
        if fault is not None:
            self.played[name, fault.kind] += 1
        return fault

    def _from_queue(self, name: str) -> Fault | None:
        for place in (name, ANY):
            if self._queued[place]:
                return self._queued[place].popleft()
        return None

    def _drawn(self, name: str) -> Fault | None:
        chances = self._chances.get(name) or self._chances.get(ANY)
        if not chances:
            return None
        draw = self._random.random()
        for share, fault in chances:
            draw -= share
            if draw < 0:
                return fault
        return None
