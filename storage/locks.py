"""One transaction of a seller at a time."""

from __future__ import annotations

from sqlalchemy import String, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.identity import Seller

_lock = select(
    func.pg_advisory_xact_lock(func.hashtextextended(bindparam("seller", type_=String), 0))
)


async def one_at_a_time(connection: AsyncConnection, seller: Seller) -> None:
    """Wait for the seller's other transactions; SQLite has only one writer anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(_lock, {"seller": f"{seller.tenant.key}|{seller.user_id}"})
