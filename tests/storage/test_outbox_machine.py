"""The outbox against a model of it: one list of open tasks, in the order they were asked for."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from storage import KeyRing, Outgoing, Seller, Stale, Store, Tenant
from tests.outbox import next_due
from tests.storage.conftest import Fresh

SELLERS = [
    Seller(Tenant("", "T1"), "U1"),
    Seller(Tenant("", "T1"), "U2"),
    Seller(Tenant("E1", ""), "U1"),
]
AGES = 1_000.0
LEASES = st.sampled_from([-1.0, AGES])
WAITS = st.sampled_from([0.0, AGES])


@dataclass(eq=False)
class Said:
    id: str
    seller: Seller
    under: Said | None
    ts: str | None = None
    removed: bool = False


@dataclass(eq=False)
class Task:
    said: Said
    op: str
    text: str | None
    state: str = "new"
    attempt: int = 0
    owner: str = ""
    due: bool = True

    @property
    def under_way(self) -> bool:
        return self.state in ("sending", "looking")

    @property
    def orphan(self) -> bool:
        if self.op == "post":
            return self.said.under is not None and self.said.under.ts is None
        return self.said.ts is None

    def wait(self, state: str, due: bool) -> None:
        self.state, self.due = (state if self.op == "post" else "new"), due


@dataclass
class Claim:
    outgoing: Outgoing
    task: Task


class Outbox(RuleBasedStateMachine):
    said: Bundle[Said] = Bundle("said")
    claims: Bundle[Claim] = Bundle("claims")

    fresh: Fresh

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        url = self.run(self.stack.enter_async_context(self.fresh()))
        self.alone = url.startswith("sqlite")
        self.store: Store = self.run(Store.open(url, KeyRing({"k": os.urandom(32)})))
        self.stack.push_async_callback(self.store.close)
        self.tasks: list[Task] = []
        self.count = 0

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()

    def run(self, step: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(step)

    def text(self) -> str:
        self.count += 1
        return str(self.count)

    def waiting(self, said: Said) -> Task | None:
        return next((t for t in self.tasks if t.said is said and not t.attempt), None)

    def heads(self) -> list[Task]:
        first: dict[Seller, Task] = {}
        for task in self.tasks:
            first.setdefault(task.said.seller, task)
        return [task for task in self.tasks if task in first.values()]

    async def act(self, seller: Seller, method: str, *given: Any, **named: Any) -> Any:
        async with self.store.begin(seller) as transaction:
            return await getattr(transaction, method)(*given, **named)

    # the bot

    @rule(target=said, seller=st.sampled_from(SELLERS))
    def post(self, seller: Seller) -> Said:
        return self.add(seller, None)

    @rule(target=said, parent=said)
    def reply(self, parent: Said) -> Any:
        return multiple() if parent.removed else self.add(parent.seller, parent)

    def add(self, seller: Seller, under: Said | None) -> Said:
        text = self.text()
        body = {"text": text}
        parent = under and under.id
        message = self.run(self.act(seller, "post", purpose="p", body=body, under=parent))
        said = Said(message.id, seller, under)
        self.tasks.append(Task(said, "post", text))
        return said

    @rule(said=said)
    def update(self, said: Said) -> None:
        if said.removed:
            return
        text = self.text()
        self.run(self.act(said.seller, "update", said.id, {"text": text}))
        task = self.waiting(said)
        if task:
            task.text = text
        else:
            self.tasks.append(Task(said, "update", text))

    @rule(said=said)
    def delete(self, said: Said) -> None:
        if said.removed:
            return
        self.run(self.act(said.seller, "delete", said.id))
        said.removed = True
        task = self.waiting(said)
        if task is None:
            self.tasks.append(Task(said, "delete", None))
        elif task.op == "update":
            task.op, task.text = "delete", None
        else:
            self.vanish(said)

    def vanish(self, said: Said) -> None:
        said.removed = True
        self.tasks = [task for task in self.tasks if task.said is not said]
        for reply in [task.said for task in self.tasks if task.said.under is said]:
            self.vanish(reply)

    # the sender

    @rule(target=claims, owner=st.sampled_from("ab"), limit=st.integers(1, 4), lease=LEASES)
    def claim(self, owner: str, limit: int, lease: float) -> Any:
        expected = []
        for task in [head for head in self.heads() if head.due][:limit]:
            if task.orphan:
                self.tasks.remove(task)
                continue
            task.state = "sending" if task.state == "new" or task.op != "post" else "looking"
            task.attempt, task.owner, task.due = task.attempt + 1, owner, lease < 0
            expected.append(task)
        claimed = self.run(self.store.claim(owner, limit, lease))
        assert [
            (
                o.op,
                o.message_id,
                o.body and o.body["text"],
                o.attempt,
                o.uncertain,
                o.ts,
                o.thread_ts,
            )
            for o in claimed
        ] == [
            (
                task.op,
                task.said.id,
                task.text,
                task.attempt,
                task.state == "looking",
                task.said.ts,
                task.said.under and task.said.under.ts,
            )
            for task in expected
        ]
        return multiple(*map(Claim, claimed, expected))

    def finish(self, claim: Claim, step: Coroutine[Any, Any, object]) -> bool:
        task = claim.task
        current = task in self.tasks and task.under_way
        if current and task.attempt == claim.outgoing.attempt:
            self.run(step)
            return True
        with pytest.raises(Stale):
            self.run(step)
        return False

    @rule(claim=claims)
    def sent(self, claim: Claim) -> None:
        ts = self.text()
        if self.finish(claim, self.store.sent(claim.outgoing, channel="D", ts=ts)):
            self.tasks.remove(claim.task)
            if claim.task.op == "post":
                claim.task.said.ts = ts

    @rule(claim=claims, seconds=WAITS)
    def later(self, claim: Claim, seconds: float) -> None:
        if self.finish(claim, self.store.later(claim.outgoing, seconds, "ratelimited")):
            claim.task.wait("new", not seconds)

    @rule(claim=claims, seconds=WAITS)
    def uncertain(self, claim: Claim, seconds: float) -> None:
        if self.finish(claim, self.store.uncertain(claim.outgoing, seconds)):
            claim.task.wait("uncertain", not seconds)

    @rule(claim=claims)
    def dead(self, claim: Claim) -> None:
        if self.finish(claim, self.store.dead(claim.outgoing, "invalid_blocks")):
            self.tasks.remove(claim.task)

    @rule(owner=st.sampled_from("ab"))
    def stop(self, owner: str) -> None:
        held = [task for task in self.tasks if task.under_way and task.owner == owner]
        for task in held:
            task.wait("uncertain", True)
        assert self.run(self.store.release(owner)) == len(held)

    @rule()
    def restart(self) -> None:
        if not self.alone:
            assert self.run(self.store.release()) == 0
            return
        held = [task for task in self.tasks if task.under_way]
        for task in held:
            task.wait("uncertain", True)
        assert self.run(self.store.release()) == len(held)

    @invariant()
    def next_due_is_the_wait_of_the_heads(self) -> None:
        seconds = self.run(next_due(self.store))
        if not self.tasks:
            assert seconds is None
        else:
            assert (seconds == 0) == any(head.due for head in self.heads())


def test_the_outbox_does_what_its_model_does(fresh: Fresh, engine: str) -> None:
    run_state_machine_as_test(
        type("Outbox", (Outbox,), {"fresh": staticmethod(fresh)}),
        settings=settings(
            max_examples=25 if engine == "sqlite" else 6,
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
        ),
    )
