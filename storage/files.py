"""Files that only their owner reads, and that a power cut does not take away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write; raises FileExistsError rather than overwrite one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)


def rename(written: Path, path: Path) -> None:
    """Give a file its name for good, in place of whatever has it."""
    written.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    with suppress(PermissionError):  # Windows opens no folder, and needs none to be synced
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
