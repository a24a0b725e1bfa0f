"""The Web API methods for files: a URL for the bytes, the bytes, and sharing what came.

Pages: docs.slack.dev/messaging/working-with-files and docs.slack.dev/reference/methods/<name>.
Where a rule is stricter than Slack's, the docstring says so.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from bot.playground.calls import Call, SlackError, method
from bot.playground.chat_methods import place_to_post, thread_of
from bot.playground.workspace import File, Message, Workspace

Json = dict[str, Any]
UPLOAD = "upload"
"""What a request with bytes is called in the plan of faults and in the inspector."""
LARGEST = 1_000_000_000
LONGEST_COMMENT = 4_000
FILE_NAME = re.compile(r"[^/\\\x00-\x1f]{1,255}")


@method(
    "files.getUploadURLExternal",
    tier=4,
    scope="files:write",
    needs={"filename": "text", "length": "number"},
    takes={"alt_txt": "text", "snippet_type": "text"},
)
def files_get_upload_url(call: Call) -> Json:
    """A URL for the bytes of one file, and its id. Stricter than Slack: no paths as names."""
    if not FILE_NAME.fullmatch(call.get("filename")):
        raise SlackError("invalid_arguments", "must be a file name [json-pointer:/filename]")
    if call.get("length") < 1:
        raise SlackError("invalid_arguments", "must be more than 0 [json-pointer:/length]")
    if call.get("length") > LARGEST:
        raise SlackError("file_upload_size_restricted")
    file = File(
        call.workspace.new_id("F"), call.get("filename"), call.get("length"), secrets.token_hex(16)
    )
    call.workspace.files[file.id] = file
    return {"upload_url": f"{call.origin}/upload/{file.ticket}", "file_id": file.id}


def take_bytes(workspace: Workspace, ticket: str, given: bytes) -> tuple[int, str]:
    """Keep the bytes of a file; returns the HTTP status and a line.

    Stricter than Slack: raw bytes only, all of them, and once.
    """
    file = next((file for file in workspace.files.values() if file.ticket == ticket), None)
    if file is None:
        return 404, "no such upload"
    if file.content is not None:
        return 409, "uploaded before"
    if len(given) != file.length:
        return 400, "not the length that was announced"
    file.content = given
    return 200, f"OK - {len(given)}"


@method(
    "files.completeUploadExternal",
    tier=4,
    scope="files:write",
    needs={"files": "json", "channel_id": "text"},
    takes={"initial_comment": "text", "thread_ts": "text"},
)
def files_complete_upload(call: Call) -> Json:
    """Share uploaded files in one message, which comes after the answer.

    Stricter than Slack: into one channel, always; and a file is shared once.
    """
    channel = place_to_post(call, "channel_id")
    comment = call.get("initial_comment", "")
    if len(comment) > LONGEST_COMMENT:
        raise SlackError("msg_too_long")
    thread_ts = thread_of(call, channel)
    files = [_uploaded(call.workspace, entry) for entry in _entries(call)]
    if wait := call.pace.wait_to_post(channel.id):
        raise SlackError("ratelimited", retry_after=wait)
    for file, title in files:
        file.title, file.shared = title, True
    workspace = call.workspace
    call.events.share(
        Message(
            channel=channel.id,
            ts="",
            text=comment,
            user=workspace.bot_user,
            bot_id=workspace.bot_id,
            thread_ts=thread_ts,
            files=[file for file, _ in files],
        )
    )
    return {"files": [{"id": file.id, "title": title} for file, title in files]}


def _entries(call: Call) -> list[Json]:
    entries = call.get("files")
    good = isinstance(entries, list) and all(
        isinstance(entry, dict) and {"id"} <= entry.keys() <= {"id", "title"} for entry in entries
    )
    if not good or not entries:
        raise SlackError("invalid_arguments", "must be files with id and title")
    if len({entry["id"] for entry in entries}) < len(entries):
        raise SlackError("invalid_arguments", "must not have a file twice")
    return list(entries)


def _uploaded(workspace: Workspace, entry: Json) -> tuple[File, str]:
    file = workspace.files.get(entry["id"])
    if file is None or file.content is None or file.shared or file.deleted:
        raise SlackError("file_not_found")
    return file, entry.get("title") or file.name


@method("files.delete", tier=3, scope="files:write", needs={"file": "text"})
def files_delete(call: Call) -> Json:
    """A file of the bot's away, wherever it was shared; its message stays."""
    file = call.workspace.files.get(call.get("file"))
    if file is None:
        raise SlackError("file_not_found")
    if file.deleted:
        raise SlackError("file_deleted")
    file.deleted, file.content = True, None
    call.workspace.touch()
    return {}
