"""The data key of each tenant, made once, unwrapped once per process."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import started
from storage.identity import Tenant
from storage.keys import Cipher, KeyRing, WrappedKey
from storage.schema import tenants

_add = insert(tenants).on_conflict_do_nothing()
_find = select(tenants.c.master_id, tenants.c.data_key).where(
    tenants.c.tenant == bindparam("own_tenant")
)
_one_of_each = select(tenants).where(
    tenants.c.tenant.in_(select(func.min(tenants.c.tenant)).group_by(tenants.c.master_id))
)
_all = select(tenants).with_for_update()
_move = update(tenants).where(tenants.c.tenant == bindparam("own_tenant"))
_KEPT = 1_000


class TenantKeys:
    """Ciphers by tenant; at most a thousand unwrapped keys stay in memory."""

    def __init__(self, engine: AsyncEngine, keys: KeyRing) -> None:
        self._engine = engine
        self._keys = keys
        self._known: dict[Tenant, tuple[WrappedKey, Cipher]] = {}

    async def of(self, tenant: Tenant) -> Cipher:
        """The tenant's cipher; a tenant met for the first time is given its key here.

        In a transaction of its own: a key that is rolled back must never have sealed anything.
        """
        if tenant in self._known:
            return self._known[tenant][1]
        async with started(self._engine) as connection:
            row = (await connection.execute(_find, {"own_tenant": tenant.key})).first()
            if row is None:
                new = self._keys.new_data_key(tenant)
                values = {"master_id": new.master_id, "data_key": new.sealed}
                await connection.execute(_add, {"tenant": tenant.key, **values})
                # Another process may have been faster: what is stored counts.
                row = (await connection.execute(_find, {"own_tenant": tenant.key})).one()
        return self.unwrap(tenant, row)

    def unwrap(self, tenant: Tenant, row: Row[*tuple[Any, ...]]) -> Cipher:
        """From `master_id` and `data_key` of a row; raises NotReady or Damaged."""
        wrapped = WrappedKey(row.master_id, row.data_key)
        known = self._known.get(tenant)
        if known is None or known[0] != wrapped:
            known = wrapped, self._keys.cipher(tenant, wrapped)
            if len(self._known) >= _KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[tenant] = known
        return known[1]

    async def rewrap(self) -> int:
        """Put every tenant's data key under the first master key; returns how many it was."""
        async with started(self._engine) as connection:
            rows = (await connection.execute(_all)).all()
            moved = [new for row in rows if (new := self._rewrapped(row))]
            for values in moved:
                await connection.execute(_move, values)
        return len(moved)

    def _rewrapped(self, row: Row[*tuple[Any, ...]]) -> dict[str, Any] | None:
        wrapped = WrappedKey(row.master_id, row.data_key)
        new = self._keys.rewrap(Tenant.from_key(row.tenant), wrapped)
        if new is None:
            return None
        return {"own_tenant": row.tenant, "master_id": new.master_id, "data_key": new.sealed}

    async def examine(self) -> None:
        """Raise NotReady or Damaged unless the master keys given open what is stored."""
        async with started(self._engine) as connection:
            rows = (await connection.execute(_one_of_each)).all()
        for row in rows:
            self.unwrap(Tenant.from_key(row.tenant), row)
