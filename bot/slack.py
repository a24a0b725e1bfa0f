"""What it means when Slack does not say yes, for everybody who asks it for something."""

from enum import Enum, auto

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError

NOT_REACHED = aiohttp.ClientConnectorError
"""There was no connection, so nothing was done."""
NO_ANSWER = (aiohttp.ClientError, SlackRequestError, TimeoutError, OSError, ValueError)
"""It may have been done all the same."""


class Refusal(Enum):
    """What a "no" means."""

    LATER = auto()  # it was not done, and will be when asked again
    UNCLEAR = auto()  # it may have been done
    REVOKED = auto()  # differ's token is none any more
    FINAL = auto()


# docs.slack.dev/reference/methods/chat.postMessage
_MEANINGS = {
    Refusal.LATER: {"service_unavailable", "ratelimited", "rate_limited"},
    Refusal.UNCLEAR: {"fatal_error", "internal_error", "request_timeout", "team_added_to_org", ""},
    Refusal.REVOKED: {
        *("invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_authed")
    },
}


def meaning_of(error: SlackApiError) -> Refusal:
    """Whether to ask again, to look first, or to let it be."""
    reason, status = reason_of(error), getattr(error.response, "status_code", 0)
    if status == 429:
        return Refusal.LATER
    known = (meaning for meaning, reasons in _MEANINGS.items() if reason in reasons)
    return next(known, Refusal.UNCLEAR if status >= 500 else Refusal.FINAL)


def reason_of(error: SlackApiError) -> str:
    """Slack's own name for it; empty if it gives none, or if something before Slack answered."""
    answered = getattr(error.response, "data", None)
    return str(answered.get("error", "")) if isinstance(answered, dict) else ""


def retry_after(error: SlackApiError) -> float:
    """Seconds that Slack asks to wait."""
    given = error.response.headers.get("Retry-After", "")
    return float(given) if given.isdecimal() else 1.0
