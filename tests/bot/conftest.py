"""What the tests of the bot share: both databases, for those that ask for them."""

from collections.abc import AsyncIterator

import pytest

from tests.bot import stage
from tests.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Postgres | None:
    """PostgreSQL, or None for SQLite."""
    return request.getfixturevalue("postgres") if request.param == "postgresql" else None


@pytest.fixture
async def on_both(server: Postgres | None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Every stage of the test stands on the same database: first SQLite, then PostgreSQL."""
    if server is None:
        yield
        return
    async with server.copy() as database:
        monkeypatch.setattr(stage, "DATABASE", server.url(database))
        yield
