"""Messages with files: how they are sent, known again, and taken away whole.

The way of docs.slack.dev/messaging/working-with-files: a URL for each file, its bytes, and one call
that shares them all. Such a message has no metadata; its files' names carry its key instead, and
people see their titles.
"""

import re
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.kinds import EXPORT
from bot.slack import reason_of
from storage import Outgoing

GONE = {"file_not_found", "file_deleted"}

_KEY = re.compile(r"-([0-9a-f]{32})\.")


async def upload(client: AsyncWebClient, token: str, channel: str, outgoing: Outgoing) -> None:
    """Send a body of "text" and "files" (each "title" and "content") as one message."""
    body = outgoing.body or {}
    named = [{"filename": _name(file["title"], outgoing), **file} for file in body["files"]]
    await client.files_upload_v2(
        token=token,
        channel=channel,
        thread_ts=outgoing.thread_ts,
        initial_comment=body["text"],
        file_uploads=named,
    )


def _name(title: str, outgoing: Outgoing) -> str:
    stem, dot, ending = title.rpartition(".")
    return f"{stem}-{outgoing.message_id}{dot}{ending}"


def keys_in(message: Mapping[str, Any]) -> list[str]:
    """The keys in the names of a message's files."""
    names = [file.get("name") or "" for file in message.get("files", ())]
    return [key for name in names for key in _KEY.findall(name)]


async def delete_files(client: AsyncWebClient, token: str, outgoing: Outgoing) -> None:
    """Delete the files of a message, which would outlive it in Slack."""
    if outgoing.purpose != EXPORT:
        return
    at: dict[str, Any] = {"oldest": outgoing.ts, "latest": outgoing.ts, "inclusive": True}
    found = await client.conversations_history(
        token=token, channel=str(outgoing.channel), limit=1, **at
    )
    for file in (file for message in found["messages"] for file in message.get("files", ())):
        if file.get("mode") != "tombstone":
            await _delete(client, token, file["id"])


async def _delete(client: AsyncWebClient, token: str, file_id: str) -> None:
    try:
        await client.files_delete(token=token, file=file_id)
    except SlackApiError as error:
        if reason_of(error) not in GONE:
            raise
