"""`/differ` and the two shortcuts: everything that begins before there is a thread."""

from dataclasses import replace
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot import buyers
from bot.cadence import do_request
from bot.conversation import Conversation
from bot.desk import Body, Desk, Listener, open_modal, seller_of
from bot.language import Languages, choose_language
from bot.listeners import own_data
from bot.views import greeting
from bot.views.messages import message, notice, page
from bot.views.text import unescape
from coaching.answers import asked_language, command
from coaching.brief import Brief, Length
from coaching.grammar import begun
from coaching.grammar import request as read_request
from coaching.reading import MAX_TEXT
from storage import Seller


class Commands:
    """Listeners of the slash command and the shortcuts."""

    def __init__(self, desk: Desk, languages: Languages, on_team: Listener) -> None:
        self._desk = desk
        self._languages = languages
        self._on_team = on_team

    async def on_differ(
        self, ack: AsyncAck, body: Body, context: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """`/differ`, `/differ help`, `/differ export`, `/differ quick plan`, `/differ plan`."""
        words = self._desk.words
        text = body.get("text", "").strip()
        first, _, rest = text.partition(" ")
        if words.hears("help", text):
            await ack(greeting.help_text(words))
        elif words.hears("privacy", text):
            await ack(greeting.privacy_text(words))
        elif words.hears("team", text) or words.hears("team_settings", text):
            await self._on_team(ack, body, context, client)
        elif (said := command(text, words)) in own_data.OWN:
            await ack(await self._own(body, seller_of(context), said))
        elif words.hears("language", text) or asked_language(text, words):
            code = asked_language(text, words)
            await ack(await self._language(seller_of(context), code))
        elif read_request(text, self._desk.now().date(), words):
            await ack(await self._request(seller_of(context), text))
        elif half := begun(text, words):
            await ack(message((words.say(f"begun.{half}"),)))
        elif not text or words.hears("quick", text):
            length = Length.ONE if text else Length.FIVE
            await ack(await self._form(body, seller_of(context), client, Brief("", length=length)))
        else:
            quick = words.hears("quick", first)
            brief = Brief(
                (rest if quick else text).strip(), length=Length.ONE if quick else Length.FIVE
            )
            await ack(await self._plan(body, seller_of(context), brief))

    async def on_shortcut(
        self, ack: AsyncAck, body: Body, context: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """The global shortcut opens the form."""
        async with self._desk.store.begin(seller_of(context)) as tx:
            view = await self._desk.brief_form(tx, Brief(""))
        await ack()
        await self._desk.open_or_tell(seller_of(context), client, body, view)

    async def on_message_shortcut(
        self, ack: AsyncAck, body: Body, context: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """The message shortcut takes the message's text as the plan, or says it is too long."""
        plan = " ".join(unescape(body["message"].get("text") or "").split())
        async with self._desk.store.begin(seller_of(context)) as tx:
            view = await self._desk.brief_form(tx, Brief(plan))
        if len(plan) > MAX_TEXT:
            words = self._desk.words
            view = page(words.text("form.brief.title"), (words.say("shortcut.too_long"),), words)
        await ack()
        await self._desk.open_or_tell(seller_of(context), client, body, view)

    async def _form(
        self, body: Body, seller: Seller, client: AsyncWebClient, brief: Brief
    ) -> dict[str, Any]:
        """Open the form; the very first time say what this is, and let the seller start it."""
        words = self._desk.words
        async with self._desk.store.begin(seller) as tx:
            profile = await tx.profile()
            view = await self._desk.brief_form(tx, brief)
            if not profile.welcomed:
                await tx.save_profile(replace(profile, welcomed=True))
        if not profile.welcomed:
            return greeting.welcome(words)
        opened = await open_modal(client, body["trigger_id"], view)
        return self._line("opened" if opened else "slow", body)

    async def _plan(self, body: Body, seller: Seller, brief: Brief) -> dict[str, Any]:
        """A plan typed after the command goes straight to the thread."""
        desk = self._desk
        if not brief.plan:
            return self._line("nothing", body)
        if len(brief.plan) > MAX_TEXT:
            return notice(desk.words, "too_long")
        async with desk.once(seller, "command", body["trigger_id"]) as tx:
            if tx is not None:
                brief = await buyers.from_plan(tx, brief)
                origin = body["trigger_id"]
                await Conversation.start(tx, seller, brief, origin, desk.words, desk.now())
        return self._line("started", body)

    async def _own(self, body: Body, seller: Seller, said: str) -> dict[str, Any]:
        """What belongs to the seller goes into their direct messages, wherever they asked."""
        async with self._desk.once(seller, "command", body["trigger_id"]) as tx:
            if tx is not None:
                await own_data.answer(self._desk, tx, said)
        return self._line(said, body)

    async def _language(self, seller: Seller, code: str) -> dict[str, Any]:
        async with self._desk.store.begin(seller) as tx:
            return message((await choose_language(tx, seller, code, self._languages),))

    async def _request(self, seller: Seller, text: str) -> dict[str, Any]:
        """`/differ nudges monday 9:00`, `/differ pause until 4 Jan`, `/differ stop`."""
        async with self._desk.store.begin(seller) as tx:
            line = await do_request(tx, text, self._desk.words, self._desk.now())
        return message((line,)) if line else {}

    def _line(self, key: str, body: Body) -> dict[str, Any]:
        link = f"slack://app?team={body['team_id']}&id={body['api_app_id']}&tab=messages"
        text = self._desk.words.plain(f"command.{key}", link=link)
        return {"text": text}
