"""The Bolt app: every registration on one page."""

import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.desk import Desk, again, seller_of, tenant_of
from bot.installations import Installations
from bot.language import Languages, speak_in
from bot.listeners.cadence import Cadences
from bot.listeners.calls import Calls
from bot.listeners.commands import Commands
from bot.listeners.forms import Forms
from bot.listeners.home import Homes
from bot.listeners.installs import Installs
from bot.listeners.nudges import NudgeTaps
from bot.listeners.own_data import OwnData
from bot.listeners.taps import Taps
from bot.listeners.team import Teams
from bot.listeners.texts import Texts, tell_unsaved
from bot.views.messages import page
from coaching.words import Words, plain
from storage import StorageError

log = logging.getLogger("differ.app")


def build_app(desk: Desk, installations: Installations, client: AsyncWebClient) -> AsyncApp:
    """The app with all its listeners.

    ``process_before_response``: a listener commits before Slack hears "ok", so that what failed
    is delivered again and nothing acknowledged is lost.
    """
    app = AsyncApp(
        # Signatures are checked where requests come in, before anything of them is read.
        request_verification_enabled=False,
        signing_secret="checked by then",
        # Else Bolt logs under the name of whatever file started it, whole requests at times.
        logger=logging.getLogger("slack_bolt"),
        client=client,
        authorize=_authorize(installations),
        process_before_response=True,
        raise_error_for_unhandled_request=False,
    )
    languages = Languages(desk.store, client)
    # Bolt asks one after the other whose a request is: what comes most often stands first.
    _register_checks(app, desk, languages)
    _register_week(app, desk, languages)
    _register_own_data(app, desk, installations)
    # An event without a listener would be answered 404, which Slack counts as a failure.
    app.event(re.compile(".*"))(_ignore)
    app.middleware(_take_note)
    app.middleware(_speak(languages))
    app.error(_on_error(desk))
    return app


def _register_checks(app: AsyncApp, desk: Desk, languages: Languages) -> None:
    """A check in its thread, every way to begin one, and the team's part of the command."""
    taps, forms, texts, teams = Taps(desk), Forms(desk), Texts(desk, languages), Teams(desk)
    commands = Commands(desk, languages, teams.on_command)

    app.action(re.compile(r"^tap:\d+$"))(again(taps.on_tap))
    app.action(re.compile(r"^form:\d+$"))(again(taps.on_form))
    app.event({"type": "message", "subtype": "message_changed"})(again(texts.on_edited))
    app.event({"type": "message", "subtype": "message_deleted"})(again(texts.on_deleted))
    app.event("message")(again(texts.on_message))
    app.view("evidence")(again(forms.on_evidence))
    app.view("brief")(again(forms.on_brief))
    app.view("change")(again(forms.on_change))

    app.command("/differ")(again(commands.on_differ))
    app.shortcut("start_check")(again(commands.on_shortcut))
    app.shortcut("check_message")(again(commands.on_message_shortcut))

    app.action("more")(again(taps.on_more))
    app.action(re.compile(r"^pick:"))(again(taps.on_pick))
    app.action(re.compile(r"^kind:"))(again(taps.on_kind))
    app.action(re.compile(r"^place:\d+$"))(again(taps.on_place))
    app.action(re.compile(r"^show:(start|help|example|privacy|rule)$"))(again(taps.on_show))

    app.action(re.compile(r"^team:(open|pick|settings)$"))(again(teams.on_open))
    app.view("join")(again(teams.on_join))
    app.view("leave")(again(teams.on_leave))
    app.view("team")(again(teams.on_settings))


def _register_week(app: AsyncApp, desk: Desk, languages: Languages) -> None:
    """Before and after a call, nudges, App Home."""
    calls, cadences, nudges = Calls(desk), Cadences(desk), NudgeTaps(desk)
    homes = Homes(desk, languages)

    app.action(re.compile(r"^call:"))(again(calls.on_tap))
    app.view("call")(again(calls.on_moved))
    app.view("heard")(again(calls.on_heard))
    app.action("nudge:start")(again(nudges.on_start))
    app.action(re.compile(r"^nudge:until:"))(again(nudges.on_until))
    app.action(re.compile(r"^nudge:(tomorrow|next|fortnight|stop|resume)$"))(again(nudges.on_later))
    app.action(re.compile(r"^cadence:"))(again(cadences.on_consent))
    app.view("cadence")(again(cadences.on_form))

    app.event("app_home_opened")(again(homes.on_opened))
    app.action(re.compile(r"^home:"))(again(homes.on_tap))


def _register_own_data(app: AsyncApp, desk: Desk, installations: Installations) -> None:
    """What a seller has erased, and the app's own coming and going."""
    installs, own_data = Installs(installations), OwnData(desk)

    app.action("forget:yes")(again(own_data.on_forget))
    app.action("forget:no")(again(own_data.on_keep))
    app.event("app_uninstalled")(again(installs.on_gone))
    app.event("tokens_revoked")(again(installs.on_gone))


def _authorize(installations: Installations) -> Any:
    async def authorize(
        enterprise_id: str | None, team_id: str | None, context: Mapping[str, Any]
    ) -> AuthorizeResult | None:
        """Who installed us there: from memory or our own table, never from Slack."""
        installation = await installations.find(tenant_of(context))
        if installation is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_token=installation.bot_token,
            bot_id=installation.bot_id,
            bot_user_id=installation.bot_user_id,
        )

    return authorize


async def _ignore() -> None:
    """Taken note of, and that is all."""


def _speak(languages: Languages) -> Any:
    async def speak(
        context: Mapping[str, Any], next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        """Whoever asks is answered in their own language.

        Bolt runs the listener after its middleware and not within it, so it is set for the
        whole of this task, which serves this one request.
        """
        known = context.get("user_id")
        speak_in(await languages.of(seller_of(context), context["bot_token"]) if known else "en")
        return await next()

    return speak


async def _take_note(
    body: dict[str, Any], next: Callable[[], Awaitable[BoltResponse]]
) -> BoltResponse:
    """``app_rate_limited`` is no event, so no listener can hear it
    (docs.slack.dev/apis/events-api)."""
    if body.get("type") == "app_rate_limited":
        log.warning("Slack holds events back: too many of them in this hour")
        return BoltResponse(status=200, body="")
    return await next()


def log_failure(error: Exception) -> None:
    """What failed and where; never the error's own text, which may hold a seller's words."""
    reason = str(error) if isinstance(error, StorageError) else ""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    log.error("a request failed: %s at %s %s", type(error).__name__, place, reason)


def _beside_form(view: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """At its first entry; over a form that has none. It stays open, to be sent again."""
    said = words.say("notice.unsaved")
    if entries := list(view["state"]["values"]):
        return {"response_action": "errors", "errors": {entries[0]: plain(said)}}
    return {"response_action": "push", "view": page(view["title"]["text"], (said,), words)}


def _on_error(desk: Desk) -> Any:
    async def on_error(
        error: Exception,
        request: AsyncBoltRequest,
        body: dict[str, Any],
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> BoltResponse:
        """Tell the person, in one sentence, and let Slack deliver again what it delivers again."""
        log_failure(error)
        sentence = desk.words.plain("notice.unsaved")
        if body.get("type") == "view_submission":
            return BoltResponse(status=200, body=_beside_form(body["view"], desk.words))
        if "command" in body:
            return BoltResponse(status=200, body={"text": sentence})
        if body.get("response_url"):
            await respond(text=sentence, replace_original=False, response_type="ephemeral")
            return BoltResponse(status=200, body="")
        # Socket Mode counts from 0, HTTP says nothing the first time.
        first_try = request.headers.get("x-slack-retry-num", ["0"])[0] == "0"
        event = body.get("event", {})
        if first_try and event.get("type") == "message" and "user" in event:
            await tell_unsaved(client, event, desk)
        return BoltResponse(status=500, body="")

    return on_error
