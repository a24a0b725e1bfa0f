"""What Slack says of a channel before anything is set up or posted there."""

from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.people import NobodyError, ask


@dataclass(frozen=True, slots=True)
class Place:
    """A channel that differ was invited to.

    ``shared``: people of another company read it too; ``general``: everybody does.
    """

    archived: bool
    shared: bool
    general: bool


async def look_at(client: AsyncWebClient, token: str, channel: str) -> Place | None:
    """A channel (docs.slack.dev/reference/methods/conversations.info); None if differ is not in
    it, or if Slack refuses for good to say.

    Raises:
        NotNowError: Slack is out of reach, or asks to wait.
    """
    try:
        found = (await ask(client.conversations_info(channel=channel, token=token)))["channel"]
    except NobodyError:
        return None
    if not found.get("is_member"):
        return None
    shared = any(found.get(kind) for kind in ("is_ext_shared", "is_pending_ext_shared"))
    return Place(bool(found.get("is_archived")), shared, bool(found.get("is_general")))
