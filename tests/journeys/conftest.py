"""A newcomer with a `differ try` of their own for each journey."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.conftest import PageFactory
from tests.journeys.newcomer import DESKTOP, Newcomer, differ_try

PATIENCE = 10_000

Arrive = Callable[..., Awaitable[Newcomer]]


@pytest.fixture
async def arrive(page_factory: PageFactory, tmp_path: Path) -> AsyncIterator[Arrive]:
    """Call it for a person at the page. differ is stopped while their browser is still open."""
    async with differ_try() as address:

        async def come(size: tuple[int, int] = DESKTOP) -> Newcomer:
            width, height = size
            page = await page_factory(viewport={"width": width, "height": height})
            page.set_default_timeout(PATIENCE)
            newcomer = Newcomer(page, tmp_path)
            await newcomer.arrive(address)
            return newcomer

        yield come
