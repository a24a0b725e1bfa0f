"""The keys that seal what sellers write: from the settings, or from a file beside the database."""

import logging

from bot.settings import Settings, WrongSettings
from storage import KeyRing, NotReady, Store

log = logging.getLogger("differ.keys")


def read_keys(settings: Settings) -> KeyRing:
    """The keys; a key file is made when there is none.

    Raises:
        WrongSettings: naming where the keys come from, when they cannot be read.
    """
    source = settings.key_file or "DIFFER_KEYS"
    try:
        return _read(settings)
    except UnicodeDecodeError:
        raise WrongSettings([f"{source} holds no keys."]) from None
    except ValueError as error:
        raise WrongSettings([f"{source}: {error}."]) from None


def _read(settings: Settings) -> KeyRing:
    if settings.key_file is None:
        return KeyRing.from_text(settings.keys)
    keys, made = KeyRing.read_or_make_file(settings.key_file)
    if made:
        log.warning(
            "made a key file at %s. Keep a copy apart from the database: without it nothing "
            "that sellers wrote can be read again, by anybody",
            settings.key_file,
        )
    return keys


async def rotate(settings: Settings) -> int:
    """Put every workspace under a new key; returns how many. Safe while differ runs.

    A key file gets a new key in front. With DIFFER_KEYS the new key is the first one given, and
    every running process must have been started with both before.
    """
    if settings.key_file is None:
        keys = read_keys(settings)
    elif not settings.key_file.exists():
        raise NotReady(f"there is no key file at {settings.key_file}")
    else:
        keys = KeyRing.renew_file(settings.key_file)
    store = await Store.open(settings.database_url, keys)
    try:
        return await store.rewrap()
    finally:
        await store.close()
