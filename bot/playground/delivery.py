"""How requests reach the app: once and within three seconds, events up to three times more.

A `Carrier` takes one envelope to the app, over a socket or as a signed request. `Delivery` adds
what Slack adds: the deadline, the retries, the faults and the inspector's record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal, Protocol

from bot.playground.faults import Fault, Faults
from bot.playground.workspace import Workspace

Json = dict[str, Any]
Kind = Literal["events_api", "slash_commands", "interactive"]
Reason = Literal["http_timeout", "http_error", "connection_failed"]

ACK_WITHIN = timedelta(seconds=3)
RETRY_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))


@dataclass(frozen=True)
class Envelope:
    """One request for the app. `retry` counts from 1 and is 0 for the first delivery."""

    kind: Kind
    payload: Json
    retry: int = 0
    reason: Reason | None = None


@dataclass(frozen=True)
class Answer:
    """What came back: "acked", or why not. `payload` is the JSON of the ack, if it had one."""

    status: Literal["acked", "http_timeout", "http_error", "connection_failed"]
    payload: Json = field(default_factory=dict)
    code: int = 200
    no_retry: bool = False

    @property
    def acked(self) -> bool:
        return self.status == "acked"


class Carrier(Protocol):
    """One way to the app. `carry` ends when the app answered, or could not be reached."""

    async def carry(self, envelope: Envelope) -> Answer: ...

    async def break_off(self, reason: str) -> None:
        """Cut what connects the app, as Slack does with a disconnect of that reason."""

    async def close(self) -> None: ...


class Delivery:
    """The way to the app with its deadline and its bad days."""

    def __init__(self, workspace: Workspace, faults: Faults, carrier: Carrier) -> None:
        self.carrier = carrier
        self._workspace = workspace
        self._faults = faults
        self._running: set[asyncio.Task[None]] = set()

    async def ask(self, kind: Kind, payload: Json) -> Answer:
        """Deliver a command, click or submission: once, whatever comes back."""
        return await self._once(Envelope(kind, payload), self._faults.next(kind))

    async def tell(self, payload: Json) -> None:
        """Deliver an event. Returns after the first try; later ones run on the clock behind it."""
        envelope = Envelope("events_api", payload)
        fault = self._faults.next("events_api")
        answer = await self._once(envelope, fault)
        if fault is not None and fault.kind == "duplicate":
            for attempt in range(1, fault.times):
                await self._once(replace(envelope, retry=attempt, reason="http_timeout"), None)
        elif not answer.acked and not answer.no_retry:
            self.start(self._again(envelope, answer))

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a delivery behind the caller's back, until the small Slack is closed."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            context = {"message": "A delivery broke", "exception": error, "task": task}
            task.get_loop().call_exception_handler(context)

    async def close(self) -> None:
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.carrier.close()

    async def _again(self, envelope: Envelope, answer: Answer) -> None:
        for attempt, pause in enumerate(RETRY_AFTER, start=1):
            await self._workspace.clock.until(self._workspace.clock.now() + pause)
            retry = replace(envelope, retry=attempt, reason=_reason(answer))
            answer = await self._once(retry, self._faults.next("events_api"))
            if answer.acked or answer.no_retry:
                return

    async def _once(self, envelope: Envelope, fault: Fault | None) -> Answer:
        deadline = self._workspace.clock.now() + ACK_WITHIN
        carried = asyncio.ensure_future(self.carrier.carry(envelope))
        if fault is not None and fault.kind == "disconnect":
            # The envelope is on its way first, so that the app works on what nobody waits for.
            await asyncio.sleep(0)
            await self.carrier.break_off("refresh_requested")
        late = asyncio.ensure_future(self._workspace.clock.until(deadline))
        try:
            await asyncio.wait({carried, late}, return_when=asyncio.FIRST_COMPLETED)
            answer = carried.result() if carried.done() else Answer("http_timeout", code=0)
        finally:
            late.cancel()
            carried.cancel()
        if fault is not None and fault.kind == "slow_ack":
            answer = Answer("http_timeout", code=0)
        self._record(envelope, answer)
        return answer

    def _record(self, envelope: Envelope, answer: Answer) -> None:
        name = f"{envelope.kind} {_name(envelope.payload)}".strip()
        tried = f", retry {envelope.retry}" if envelope.retry else ""
        self._workspace.record("to the app", name, envelope.payload, answer.status + tried)


def _reason(answer: Answer) -> Reason:
    return "connection_failed" if answer.status == "acked" else answer.status


def _name(payload: Json) -> str:
    event = payload.get("event")
    if isinstance(event, dict):
        return str(event.get("subtype") or event["type"])
    return str(payload.get("command") or payload.get("type") or "")
