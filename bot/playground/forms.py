"""Forms: what happens between pressing Submit and the next screen.

Page: docs.slack.dev/surfaces/modals (response_action errors, update, push, clear).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.playground.blocks import elements_of
from bot.playground.calls import SlackError
from bot.playground.delivery import Delivery
from bot.playground.inputs import STATE_KEY, NotThereError, choice, client_errors, state_values
from bot.playground.payloads import closed_json, submission_json
from bot.playground.view_methods import checked_view, put_on_top, replace_body
from bot.playground.workspace import Channel, View, Workspace

Json = dict[str, Any]
TROUBLE = "We had some trouble connecting. Try again?"


def pick(workspace: Workspace, user: str, element: Json, value: Any) -> Json:
    """The state after `user` chose `value` there; NotThereError for what is not on offer."""
    state = choice(element, value)
    offered = _offered(workspace, user, element)
    given = state.get(STATE_KEY.get(element["type"], ""))
    wanted = given if isinstance(given, list) else [given]
    if offered is not None and any(entry not in offered for entry in wanted if entry is not None):
        raise NotThereError(f"{value!r} is not on offer in {element['action_id']}.")
    return state


def _offered(workspace: Workspace, user: str, element: Json) -> set[str] | None:
    """Ids in a select of people or places; None for an element that lists its own options."""
    match element["type"].removeprefix("multi_"):
        case "users_select":
            return {person.id for person in workspace.users.values() if not person.deleted}
        case "channels_select":
            return {place.id for place in workspace.channels.values() if _sort(place) == "public"}
        case "conversations_select":
            wanted = element.get("filter", {})
            sorts = wanted.get("include", ("im", "mpim", "private", "public"))
            no_shared = wanted.get("exclude_external_shared_channels", False)
            return {
                place.id
                for place in workspace.channels.values()
                if _sort(place) in sorts
                and (user in place.members or _sort(place) == "public")
                and not (place.is_ext_shared and no_shared)
            }
    return None


def _sort(place: Channel) -> str:
    if place.is_im:
        return "im"
    return "private" if place.is_private else "public"


class Forms:
    """Sends forms to the app and does what it answers."""

    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self._workspace = workspace
        self._delivery = delivery

    async def submit(
        self, user: str, view: View, values: Mapping[str, Any]
    ) -> tuple[dict[str, str], str | None]:
        """Sentences under inputs by block_id, and a line from Slack if the sending failed."""
        if not view.body.get("submit"):
            raise NotThereError("This form has nothing to submit.")
        self._fill_in(user, view, values)
        self._say(view, self._client_errors(user, view))
        if view.errors:
            return view.errors, None
        answer = await self._delivery.ask("interactive", submission_json(self._workspace, view))
        if not answer.acked:
            return {}, TROUBLE
        try:
            self._go_on(user, view, answer.payload)
        except SlackError as refused:
            return {}, f"{TROUBLE} ({refused})"
        return view.errors, None

    def _fill_in(self, user: str, view: View, values: Mapping[str, Any]) -> None:
        draft = self._workspace.drafts.setdefault((user, view.id), {})
        there = {block["block_id"]: elements_of(block) for block in view.body["blocks"]}
        for block_id, given in values.items():
            elements = {element["action_id"]: element for _, element in there.get(block_id, [])}
            wanted = given if isinstance(given, dict) else dict.fromkeys(elements, given)
            if not elements or wanted.keys() - elements.keys():
                raise NotThereError(f"The form has no {block_id}, only: {', '.join(there)}")
            for action_id, value in wanted.items():
                draft[block_id, action_id] = pick(self._workspace, user, elements[action_id], value)

    def _client_errors(self, user: str, view: View) -> dict[str, str]:
        blocks = view.body["blocks"]
        draft = self._workspace.drafts.get((user, view.id), {})
        return client_errors(blocks, state_values(blocks, draft))

    def _say(self, view: View, errors: dict[str, str]) -> None:
        view.errors = errors
        self._workspace.touch()

    def _go_on(self, user: str, view: View, body: Json) -> None:
        """Follow the app's answer. Raises SlackError for one Slack could not follow."""
        match body.get("response_action"):
            case None if not body:
                self._leave(user, view)
            case "clear":
                self._workspace.close_modals(user)
            case "errors":
                self._say(view, _for_inputs(view, body.get("errors")))
            case "update":
                replace_body(self._workspace, view, checked_view(body.get("view"), "modal"))
            case "push":
                put_on_top(self._workspace, user, checked_view(body.get("view"), "modal"))
            case _:
                raise SlackError("invalid_response_action")

    def _leave(self, user: str, view: View) -> None:
        self._workspace.picked[user] |= self._picked(user, view)
        stack = self._workspace.modals.get(user, [])
        # The app may have opened another form meanwhile; that one stays.
        if view.id in stack:
            self._workspace.close_modals(user, down_to=stack.index(view.id))

    def _picked(self, user: str, view: View) -> set[datetime]:
        draft = self._workspace.drafts.get((user, view.id), {})
        values = state_values(view.body["blocks"], draft).values()
        seconds = (state.get("selected_date_time") for block in values for state in block.values())
        return {datetime.fromtimestamp(moment, UTC) for moment in seconds if moment}

    async def close(self, user: str, view: View) -> None:
        if view.body["type"] != "modal":
            raise NotThereError("Home does not close.")
        everything = bool(view.body.get("clear_on_close"))
        stack = self._workspace.modals[user]
        leaving = [self._workspace.views[view_id] for view_id in reversed(stack)]
        told = [v for v in leaving[: None if everything else 1] if v.body.get("notify_on_close")]
        payloads = [closed_json(self._workspace, closed, everything) for closed in told]
        self._workspace.close_modals(user, 0 if everything else len(stack) - 1)
        for payload in payloads:
            await self._delivery.ask("interactive", payload)


def _for_inputs(view: View, errors: Any) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or errors.keys() - inputs:
        raise SlackError("errors_for_unknown_blocks")
    return {block_id: str(sentence) for block_id, sentence in errors.items()}
