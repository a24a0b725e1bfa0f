"""Which token belongs to which tenant, remembered for a minute."""

import time

from storage import Installation, Store, Tenant

REMEMBERED = 60.0
"""Seconds; a token revoked elsewhere is used no longer than that."""


class Installations:
    """The store's installations with a short memory, so that a request asks nobody."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[Tenant, tuple[float, Installation | None]] = {}

    async def find(self, tenant: Tenant) -> Installation | None:
        """The installation of a tenant, or None."""
        now = time.monotonic()
        until, found = self._known.get(tenant, (0.0, None))
        if until < now:
            found = await self._store.installation(tenant)
            self._known[tenant] = (now + REMEMBERED, found)
        return found

    async def keep(self, installation: Installation) -> None:
        """Keep an installation, in place of the tenant's earlier one."""
        await self._store.install(installation)
        self._known.pop(installation.tenant, None)

    async def drop(self, tenant: Tenant) -> None:
        """Forget a tenant's token, at once."""
        self._known.pop(tenant, None)
        await self._store.uninstall(tenant)
        self._known.pop(tenant, None)
