"""Who a seller is to Slack: where they are, and whether they still are."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack import NO_ANSWER, Refusal, meaning_of, reason_of, retry_after

NOBODY = {"user_not_found", "user_not_visible", "users_not_found"}


@dataclass(frozen=True, slots=True)
class Person:
    """``zone`` is an IANA name, empty if Slack does not say. ``guest``: somebody from outside, or
    who sees only some channels; ``admin``: of the workspace, its owners included."""

    zone: str
    gone: bool = False
    guest: bool = False
    admin: bool = False


class NotNowError(Exception):
    """Slack does not tell now; ``seconds`` is how long it asks to wait, 0 if it asks nothing."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class NobodyError(Exception):
    """Slack will never say yes to this."""


async def look_up(client: AsyncWebClient, token: str, user_id: str) -> Person:
    """What Slack knows of a user (docs.slack.dev/reference/methods/users.info).

    An installation from before the scope was asked for tells nothing: its zones are unknown.

    Raises:
        NotNowError: Slack is out of reach, or asks to wait.
    """
    try:
        user = (await ask(client.users_info(user=user_id, token=token)))["user"]
    except NobodyError as error:
        return Person("", gone=str(error) in NOBODY)
    outside = ("is_restricted", "is_ultra_restricted", "is_stranger")
    return Person(
        zone=user.get("tz") or "",
        gone=bool(user.get("deleted")),
        guest=any(user.get(kind) for kind in outside),
        admin=any(user.get(kind) for kind in ("is_admin", "is_owner")),
    )


async def publish(client: AsyncWebClient, token: str, user_id: str, view: dict[str, Any]) -> None:
    """Show a view as somebody's App Home (docs.slack.dev/reference/methods/views.publish).

    Raises:
        NotNowError: Slack is out of reach, or asks to wait.
        NobodyError: there is no such Home.
    """
    await ask(client.views_publish(user_id=user_id, view=view, token=token))


async def ask(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """Slack's answer.

    Raises:
        NotNowError: Slack is out of reach, or asks to wait.
        NobodyError: Slack says no; its reason is the error's text.
    """
    try:
        return await call
    except SlackApiError as error:
        meaning = meaning_of(error)
        if meaning is Refusal.FINAL:
            raise NobodyError(reason_of(error)) from None
        # A token that was revoked says nothing of what was asked: a new one may.
        raise NotNowError(retry_after(error) if meaning is Refusal.LATER else 0.0) from None
    except NO_ANSWER:
        raise NotNowError(0.0) from None
