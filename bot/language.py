"""In which language a seller is spoken to: their choice, else what Slack is set to for them."""

import asyncio
import time
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from coaching.words import LANGUAGES, Line, Words, words
from storage import Seller, StorageError, Store, Transaction

REMEMBERED = 60.0
"""Seconds; a choice made in another process is heard of no later than that."""
MOST = 10_000
"""Sellers whose language is remembered."""
PATIENCE = 1.0
"""Seconds that Slack has to say what somebody's Slack is set to."""

_spoken: ContextVar[str] = ContextVar("spoken", default="en")


def spoken() -> Words:
    """The words of whoever is being served now."""
    return words(_spoken.get())


def speak_in(language: str | None) -> None:
    """Whoever this task serves from now on is spoken to in that language, or in English."""
    _spoken.set(language or "en")


class Languages:
    """The sellers' languages with a short memory, so that a request asks nobody."""

    def __init__(self, store: Store, client: AsyncWebClient) -> None:
        self._store = store
        self._client = client
        self._known: dict[Seller, tuple[float, str]] = {}

    async def of(self, seller: Seller, token: str) -> str:
        """A seller's language; English while nobody can say."""
        until, language = self._known.get(seller, (0.0, ""))
        if until < time.monotonic():
            language = await self._find(seller, token)
            self.remember(seller, language)
        return language

    def remember(self, seller: Seller, language: str) -> None:
        """From now on this is theirs."""
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[seller] = (time.monotonic() + REMEMBERED, language)

    async def _find(self, seller: Seller, token: str) -> str:
        try:
            chosen = await self._store.language(seller)
            if chosen is None and (user := await self._ask(seller, token)) is not None:
                chosen = await self._get_to_know(seller, user)
        except StorageError:
            # The request itself will say so, to the person.
            return "en"
        return chosen or "en"

    async def _get_to_know(self, seller: Seller, user: dict[str, Any]) -> str:
        """Keep their language, and where they are, before any time is said or planned."""
        locale = str(user.get("locale") or "")[:2]
        language = locale if locale in LANGUAGES else "en"
        async with self._store.begin(seller) as tx:
            await tx.save_profile(replace(await tx.profile(), language=language))
            cadence = await tx.week.cadence()
            if user.get("tz") and not cadence.zone:
                await tx.week.save_cadence(replace(cadence, zone=user["tz"]))
        return language

    async def _ask(self, seller: Seller, token: str) -> dict[str, Any] | None:
        """What Slack knows of them (docs.slack.dev/reference/methods/users.info)."""
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._client.users_info(
                    user=seller.user_id, include_locale=True, token=token
                )
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError):
            return None
        return answer.get("user") or {}


async def choose_language(tx: Transaction, seller: Seller, code: str, languages: Languages) -> Line:
    """Speak that language to them from now on, if it is one of ours; the sentence that says so."""
    if code not in LANGUAGES:
        return spoken().say("language.which", languages=", ".join(LANGUAGES.values()))
    await tx.save_profile(replace(await tx.profile(), language=code))
    languages.remember(seller, code)
    return words(code).say("language.chosen")
