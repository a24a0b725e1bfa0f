"""The store: everything that is kept, by what it is needed for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import due, outbox
from storage.engine import in_time, look, open_engine, scrub, started
from storage.errors import NotReady
from storage.identity import Seller, Tenant, new_id
from storage.keys import KeyRing
from storage.listening import call, listen
from storage.locks import one_at_a_time
from storage.migrations import revision_of
from storage.records import Due, Installation, Outgoing
from storage.schema import REVISION, installations, tenants
from storage.statements import FIND_LANGUAGE
from storage.tenants import TenantKeys
from storage.transaction import Transaction

_installation = (
    select(installations, tenants.c.master_id, tenants.c.data_key)
    .join_from(installations, tenants, tenants.c.tenant == installations.c.tenant)
    .where(installations.c.tenant == bindparam("own_tenant"))
)
_install = insert(installations)
_install = _install.on_conflict_do_update(
    index_elements=[installations.c.tenant],
    set_={name: _install.excluded[name] for name in ("bot_token", "bot_id", "bot_user_id")},
)
_uninstall = delete(installations).where(installations.c.tenant == bindparam("own_tenant"))


class Store:
    """One database of one process. All its methods raise the errors of `storage.errors`."""

    def __init__(self, engine: AsyncEngine, keys: KeyRing, description: str) -> None:
        self._engine = engine
        self._keys = TenantKeys(engine, keys)
        self._description = description
        self._caller = new_id()
        self.on_commit: Callable[[], None] | None = None
        """Called after each commit that left something to send, of this process at least."""

    @classmethod
    async def open(cls, url: str, keys: KeyRing) -> Store:
        """Connect and check the settings; the schema is left as it is."""
        engine = open_engine(url)
        try:
            async with started(engine) as connection:
                found = await connection.run_sync(look)
            # A process that was killed after it had erased something has left its log behind.
            await scrub(engine)
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine, keys, str(found))

    async def close(self) -> None:
        """Close the connections; a transaction under way is rolled back."""
        await self._engine.dispose()

    def describe(self) -> str:
        """One sentence on the engine, its version and how a commit is made final."""
        return self._description

    async def ready(self) -> None:
        """Raise NotReady, with the reason, unless the schema and the master keys fit."""
        async with started(self._engine) as connection:
            revision = await connection.run_sync(revision_of)
        if revision != REVISION:
            found = f"at {revision}" if revision else "missing"
            raise NotReady(f"the schema is {found}, this version needs {REVISION}: migrate first")
        await self._keys.examine()

    async def listen(self) -> None:
        """Call `on_commit` for what other processes commit too: run this as a task.

        It ends by being cancelled; on SQLite at once, for there is no other process. Calls can
        be lost, so the outbox is still to be looked at from time to time.
        """
        if self._engine.dialect.name == "postgresql":
            await listen(self._engine.url, self._caller, self._wake)

    @asynccontextmanager
    async def begin(self, seller: Seller) -> AsyncIterator[Transaction]:
        """One transaction of one seller: committed at the end, undone by any exception.

        On PostgreSQL it ends, with Busy if need be, while Slack still waits for an answer; on
        SQLite it begins by then.
        """
        async with in_time(self._engine):
            cipher = await self._keys.of(seller.tenant)
            async with started(self._engine) as connection:
                await one_at_a_time(connection, seller)
                transaction = Transaction(connection, seller, cipher)
                yield transaction
                await transaction.flush()
                if transaction.enqueued:
                    await call(connection, self._caller)
        if transaction.erased:
            await scrub(self._engine)
        if transaction.enqueued:
            self._wake()

    def _wake(self) -> None:
        if self.on_commit is not None:
            self.on_commit()

    async def rewrap(self) -> int:
        """Put every tenant's data key under the first master key given; returns how many.

        What the sellers wrote is not touched: it is sealed with the data keys.
        """
        return await self._keys.rewrap()

    # installations

    async def installation(self, tenant: Tenant) -> Installation | None:
        async with started(self._engine) as connection:
            row = (await connection.execute(_installation, {"own_tenant": tenant.key})).first()
        if row is None:
            return None
        cipher = self._keys.unwrap(tenant, row)
        token = cipher.open(row.bot_token, "installations", "bot_token", tenant.key)
        return Installation(tenant, token, row.bot_id, row.bot_user_id)

    async def install(self, installation: Installation) -> None:
        """Keep an installation, in place of the tenant's earlier one."""
        tenant = installation.tenant
        cipher = await self._keys.of(tenant)
        token = cipher.seal(installation.bot_token, "installations", "bot_token", tenant.key)
        values = {
            "tenant": tenant.key,
            "bot_token": token,
            "bot_id": installation.bot_id,
            "bot_user_id": installation.bot_user_id,
        }
        async with started(self._engine) as connection:
            await connection.execute(_install, values)

    async def language(self, seller: Seller) -> str | None:
        """What a seller is spoken to in; None as long as nobody said so."""
        own = {"own_tenant": seller.tenant.key, "own_user": seller.user_id}
        async with started(self._engine) as connection:
            language: str | None = (await connection.execute(FIND_LANGUAGE, own)).scalar()
        return language

    async def uninstall(self, tenant: Tenant) -> None:
        """Forget the token; what the sellers wrote stays for a new installation."""
        async with started(self._engine) as connection:
            await connection.execute(_uninstall, {"own_tenant": tenant.key})

    # the sender's side, of all tenants

    async def claim(self, owner: str, limit: int, lease: float) -> list[Outgoing]:
        """At most `limit` due operations, each of another seller, for `lease` seconds."""
        async with started(self._engine) as connection:
            return await outbox.claim(connection, self._keys, owner, limit, lease)

    async def sent(
        self, outgoing: Outgoing, *, channel: str | None, ts: str | None, lease: float = 0.0
    ) -> Outgoing | None:
        """It was done; a post needs its place. Raises Stale if the claim was lost.

        With a lease, what is to be sent to that seller next is claimed for so many seconds.
        """
        async with started(self._engine) as connection:
            await outbox.sent(connection, outgoing, channel, ts)
            if not lease:
                return None
            return await outbox.claim_next(connection, self._keys, outgoing, lease)

    async def later(self, outgoing: Outgoing, seconds: float, reason: str) -> None:
        """It was certainly not done: try again, but not before. Raises Stale."""
        async with started(self._engine) as connection:
            await outbox.later(connection, outgoing, seconds, reason)

    async def uncertain(self, outgoing: Outgoing, seconds: float) -> None:
        """It may have been done: look it up, but not before. Raises Stale."""
        async with started(self._engine) as connection:
            await outbox.uncertain(connection, outgoing, seconds)

    async def dead(self, outgoing: Outgoing, reason: str) -> None:
        """It can never be done; `reason` holds no seller's words. Raises Stale."""
        async with started(self._engine) as connection:
            await outbox.dead(connection, outgoing, reason)

    async def release(self, owner: str | None = None, seconds: float = 0.0) -> int:
        """Give up the claims of an owner that stops, or without one, at the start of the only
        process on a SQLite file, those of all earlier processes. Returns how many.

        A post that was claimed may have been posted, so it is looked up, `seconds` from now;
        one that certainly was not is better given to `later`.
        """
        async with started(self._engine) as connection:
            return await outbox.release(connection, owner, seconds)

    # the clock's side, of all tenants

    async def claim_due(
        self, kinds: Collection[str], now: datetime, owner: str, limit: int, lease: float
    ) -> list[Due]:
        """At most `limit` of what is due by `now`, business time, the earliest first."""
        async with started(self._engine) as connection:
            return await due.claim(connection, kinds, now, owner, limit, lease)

    async def put_off(self, one: Due, seconds: float, *, paced: bool = False) -> None:
        """Nobody claims it for so long, whatever the business time; `paced`: then its second has
        come. A claim that was lost stays lost."""
        async with started(self._engine) as connection:
            await due.put_off(connection, one, seconds, paced=paced)

    async def release_due(self, owner: str | None = None) -> int:
        """Give up the claims of an owner, or on SQLite those of all earlier processes."""
        async with started(self._engine) as connection:
            return await due.release(connection, owner)

    async def pace(self, claimed: Sequence[Due], burst: float) -> list[Due]:
        """Keep one of its workspace's seconds for each: those whose second comes within so many
        seconds; the others are put off until it does."""
        if not claimed:
            return []
        async with started(self._engine) as connection:
            return await due.pace(connection, claimed, burst)

    async def close_for(self, tenant: Tenant, seconds: float) -> None:
        """Slack asks to wait: nothing is claimed for the workspace for so long."""
        async with started(self._engine) as connection:
            await due.close(connection, tenant, seconds)

    async def sweep(self) -> None:
        """Drop inbox keys and finished operations of more than a day ago."""
        more = True
        while more:
            # Little by little, so that nobody who wants to write waits for long.
            async with started(self._engine) as connection:
                more = await outbox.sweep(connection)
