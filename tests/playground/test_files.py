"""Files in the small Slack: announced, uploaded, shared, shown, deleted."""

from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.html.messages import render_message
from bot.playground.html.text import Scope
from bot.playground.server import SmallSlack
from bot.playground.workspace import Message

DM = "D1SAM"
Json = dict[str, Any]


@pytest.fixture
async def session() -> Any:
    async with aiohttp.ClientSession() as session:
        yield session


async def announced(client: AsyncWebClient, length: int = 5) -> tuple[str, str]:
    """The id and the URL of a file of that length."""
    answer = await client.files_getUploadURLExternal(filename="notes-1.md", length=length)
    return answer["file_id"], answer["upload_url"]


async def put(session: aiohttp.ClientSession, url: str, content: bytes) -> int:
    async with session.post(url, data=content) as response:
        return response.status


async def share(client: AsyncWebClient, *files: str) -> None:
    entries: list[dict[str, str | None]] = [{"id": file, "title": "notes.md"} for file in files]
    await client.files_completeUploadExternal(files=entries, channel_id=DM, initial_comment="Here.")


async def shared(slack: SmallSlack) -> Message:
    def found() -> Message | None:
        return next((m for m in slack.workspace.in_channel(DM) if m.files), None)

    return await slack.workspace.until(found)


async def test_the_sdk_s_own_way_ends_in_one_message(
    slack: SmallSlack, client: AsyncWebClient
) -> None:
    slack.workspace.open_dm("U1SAM")
    files = [{"filename": f"{name}-1", "title": name, "content": name} for name in ("one", "two")]
    await client.files_upload_v2(channel=DM, initial_comment="Here.", file_uploads=files)
    message = await shared(slack)
    assert [(file.title, file.content) for file in message.files] == [
        ("one", b"one"),
        ("two", b"two"),
    ]
    assert "differ: Here.\n  [file: one]\n  [file: two]" in slack.workspace.transcript("U1SAM")
    shown = render_message(message, Scope(viewer="U1SAM"))
    assert '<div class="file">one</div>' in shown
    (told,) = (await client.conversations_history(channel=DM))["messages"]
    assert [file["name"] for file in told["files"]] == ["one-1", "two-1"]
    assert b"one" not in str([t.payload for t in slack.workspace.traffic][2:4]).encode()


async def test_bytes_are_taken_once_whole_and_at_their_own_url(
    slack: SmallSlack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    slack.workspace.open_dm("U1SAM")
    file, url = await announced(client)
    assert await put(session, url, b"too long") == 400
    assert await put(session, url.rpartition("/")[0] + "/guessed", b"hello") == 404
    with pytest.raises(SlackApiError, match="file_not_found"):
        await share(client, file)
    assert await put(session, url, b"hello") == 200
    assert await put(session, url, b"hello") == 409
    await share(client, file)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await share(client, file)
    await shared(slack)


async def test_a_message_with_files_comes_some_time_after_the_answer(
    slack: SmallSlack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    slack.workspace.open_dm("U1SAM")
    slack.workspace.shared_after = timedelta(seconds=5)
    file, url = await announced(client)
    await put(session, url, b"hello")
    await share(client, file)
    assert (await client.conversations_history(channel=DM))["messages"] == []
    slack.clock.advance(timedelta(seconds=5))
    await shared(slack)


async def test_a_deleted_file_leaves_its_message_and_a_deleted_message_its_file(
    slack: SmallSlack, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    slack.workspace.open_dm("U1SAM")
    file, url = await announced(client)
    await put(session, url, b"hello")
    await share(client, file)
    message = await shared(slack)
    await client.chat_delete(channel=DM, ts=message.ts)
    assert slack.workspace.files[file].content == b"hello"
    message.deleted = False
    await client.files_delete(file=file)
    assert "[file" not in slack.workspace.transcript("U1SAM")
    (told,) = (await client.conversations_history(channel=DM))["messages"]
    assert told["files"] == [{"id": file, "mode": "tombstone"}]
    with pytest.raises(SlackApiError, match="file_deleted"):
        await client.files_delete(file=file)
