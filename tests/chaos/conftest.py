"""Where the databases of these tests are."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.databases import quick_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="differ-", dir=quick_folder()) as made:
        yield Path(made)
