"""What can go wrong in the database, in six words that callers can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ExceptionContext, exc


class StorageError(Exception):
    """Anything the database refused; its text never holds what a seller wrote."""


class Busy(StorageError):
    """The database is locked or out of reach for now: the same call may succeed later."""


class Interrupted(Busy):
    """The transaction was broken off from outside: try it again as a whole, with its inbox key.

    When the connection broke at the commit, it may have been committed; the key tells.
    """


class Full(StorageError):
    """Nothing can be written: the disk is full, read-only or failing."""


class Stale(StorageError):
    """Somebody else was faster: the row has changed since it was read or claimed."""


class NotReady(StorageError):
    """The database cannot serve this version of the program; the text says why."""


class Damaged(StorageError):
    """What is stored was altered, moved or broken, and is not shown."""


_BUSY = "the database is locked or out of reach"
_INTERRUPTED = "the transaction was broken off; it can be tried again as a whole"
_FULL = "the database cannot be written: the disk is full, read-only or failing"
_MISSING = "the tables are missing or of another version; run the migrations"
_DAMAGED = "the database file is damaged; restore a backup"

# The low byte of SQLite's result code.
_SQLITE: dict[int, tuple[type[StorageError], str]] = {
    5: (Busy, _BUSY),
    6: (Busy, _BUSY),
    8: (Full, _FULL),
    10: (Full, _FULL),
    11: (Damaged, _DAMAGED),
    13: (Full, _FULL),
    14: (Full, _FULL),
    26: (Damaged, _DAMAGED),
}
# The class or the whole of PostgreSQL's SQLSTATE.
_POSTGRESQL: dict[str, tuple[type[StorageError], str]] = {
    "08": (Interrupted, _INTERRUPTED),
    "40": (Interrupted, _INTERRUPTED),
    "53": (Busy, _BUSY),
    "42P01": (NotReady, _MISSING),
    "42703": (NotReady, _MISSING),
    "53100": (Full, _FULL),
    "55P03": (Busy, _BUSY),
    "57": (Busy, _BUSY),
    "25P03": (Interrupted, _INTERRUPTED),
    "57P01": (Interrupted, _INTERRUPTED),
    "57P02": (Interrupted, _INTERRUPTED),
    "57P03": (Interrupted, _INTERRUPTED),
    "25006": (Full, _FULL),
    "58": (Full, _FULL),
    "XX001": (Damaged, _DAMAGED),
    "XX002": (Damaged, _DAMAGED),
}


# A migration beside us changed what a kept plan returns; SQLAlchemy drops the SQLSTATE of this one.
_OLD_PLAN = "InvalidCachedStatementError"


def broken_off(context: ExceptionContext) -> exc.DBAPIError | None:
    """Make the driver's bare OSError (and a time-out is one) what it is: a lost connection.

    To be called by the engine at each error; so an OSError of the caller's own stays his.
    """
    error = context.original_exception
    if not isinstance(error, OSError):
        return None
    context.is_disconnect = True
    return exc.OperationalError(
        None, None, error, hide_parameters=True, connection_invalidated=True
    )


@contextmanager
def connecting() -> Iterator[None]:
    """While there is no connection yet, no engine looks at the driver's errors."""
    try:
        yield
    except OSError:
        raise Interrupted(_BUSY) from None


@contextmanager
def translated() -> Iterator[None]:
    """Raise the errors of the engine as the ones above.

    The database's own text is left out, and the chain is cut, because some drivers repeat
    the values of a statement in it.
    """
    try:
        yield
    except exc.TimeoutError:
        raise Busy(_BUSY) from None
    except exc.DBAPIError as error:
        kind, text = _meaning(error)
        raise kind(text) from None
    except exc.StatementError as error:
        # Our own types refused a value before the database saw it.
        raise error.orig or error from None


def _meaning(error: exc.DBAPIError) -> tuple[type[StorageError], str]:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _SQLITE:
        return _SQLITE[code & 0xFF]
    if code is not None and str(error.orig).startswith(("no such table", "no such column")):
        return NotReady, _MISSING
    state = getattr(error.orig, "sqlstate", None) or ""
    for known in (state, state[:2]):
        if known in _POSTGRESQL:
            return _POSTGRESQL[known]
    if error.connection_invalidated or type(error.orig).__name__ == _OLD_PLAN:
        return Interrupted, _INTERRUPTED
    name = getattr(error.orig, "sqlite_errorname", None) or state or type(error.orig).__name__
    return StorageError, f"the database refused a statement ({name})"
