"""The Web API methods for modals and Home, and the stack of modals a person has open.

Pages: docs.slack.dev/reference/methods/views.open, .push, .update, .publish.
"""

from __future__ import annotations

import json
from typing import Any

from bot.playground.blocks import problems
from bot.playground.calls import Call, SlackError, method, pointed
from bot.playground.grammar import Surface
from bot.playground.inputs import stored
from bot.playground.payloads import view_json
from bot.playground.workspace import Trigger, View, Workspace

Json = dict[str, Any]
LARGEST_VIEW = 250_000
DEEPEST_STACK = 3


def checked_view(body: Any, surface: Surface) -> Json:
    """A view that Slack would take. Raises `view_too_large` or `invalid_arguments`."""
    if len(json.dumps(body)) > LARGEST_VIEW:
        raise SlackError("view_too_large")
    found = problems(body, surface) if isinstance(body, dict) else [": must be an object"]
    if found:
        raise SlackError("invalid_arguments", *pointed([f"/view{problem}" for problem in found]))
    return dict(body)


def put_on_top(workspace: Workspace, user: str, body: Json) -> View:
    """Open one more modal over what the person has open. Raises `push_limit_reached`."""
    stack = workspace.modals.setdefault(user, [])
    if len(stack) >= DEEPEST_STACK:
        raise SlackError("push_limit_reached")
    view_id = workspace.new_id("V")
    root = stack[0] if stack else view_id
    previous = stack[-1] if stack else None
    _check_external_id(workspace, body, view_id)
    kept = stored(body, workspace.new_id)
    view = View(view_id, user, kept, workspace.new_hash(), root, previous)
    workspace.views[view_id] = view
    stack.append(view_id)
    workspace.touch()
    return view


def replace_body(workspace: Workspace, view: View, body: Json) -> View:
    """Give a view a new body and hash; what was typed stays where both ids stay the same."""
    _check_external_id(workspace, body, view.id)
    view.body = stored(body, workspace.new_id)
    view.hash = workspace.new_hash()
    workspace.touch()
    return view


def _check_external_id(workspace: Workspace, body: Json, view_id: str) -> None:
    external = body.get("external_id")
    others = (view for view in workspace.views.values() if view.id != view_id)
    if external and any(view.body.get("external_id") == external for view in others):
        raise SlackError("duplicate_external_id")


def _exchange(call: Call) -> Trigger:
    trigger = call.workspace.triggers.get(call.get("trigger_id"))
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if call.workspace.clock.now() > trigger.expires:
        raise SlackError("expired_trigger_id")
    return trigger


def _answer(call: Call, view: View) -> Json:
    return {"view": view_json(call.workspace, view)}


@method("views.open", tier=4, needs={"trigger_id": "text", "view": "json"})
def views_open(call: Call) -> Json:
    """A modal for whoever pulled the trigger; what they had open is closed."""
    body = checked_view(call.get("view"), "modal")
    trigger = _exchange(call)
    trigger.used = True
    call.workspace.close_modals(trigger.user)
    return _answer(call, put_on_top(call.workspace, trigger.user, body))


@method("views.push", tier=4, needs={"trigger_id": "text", "view": "json"})
def views_push(call: Call) -> Json:
    """A modal over the one the trigger came from, three at most."""
    body = checked_view(call.get("view"), "modal")
    trigger = _exchange(call)
    stack = call.workspace.modals.get(trigger.user, [])
    if trigger.view is None or trigger.view not in stack:
        raise SlackError("not_found")
    view = put_on_top(call.workspace, trigger.user, body)
    trigger.used = True
    return _answer(call, view)


@method(
    "views.update",
    tier=4,
    needs={"view": "json"},
    takes={"view_id": "text", "external_id": "text", "hash": "text"},
)
def views_update(call: Call) -> Json:
    """A new body for a view that is still open."""
    given = {"view_id", "external_id"} & call.arguments.keys()
    if len(given) != 1:
        raise SlackError("invalid_arguments", "exactly one of view_id and external_id")
    view = _find(call)
    body = checked_view(call.get("view"), view.body["type"])
    _check_hash(call, view)
    return _answer(call, replace_body(call.workspace, view, body))


def _find(call: Call) -> View:
    view_id, external = call.get("view_id"), call.get("external_id")
    for view in call.workspace.views.values():
        if view.id == view_id or (external and view.body.get("external_id") == external):
            return view
    raise SlackError("not_found")


def _check_hash(call: Call, view: View | None) -> None:
    asked = call.get("hash")
    if asked is not None and (view is None or view.hash != asked):
        raise SlackError("hash_conflict")


@method("views.publish", tier=4, needs={"user_id": "text", "view": "json"}, takes={"hash": "text"})
def views_publish(call: Call) -> Json:
    """A person's Home tab, again or for the first time."""
    workspace, user = call.workspace, call.get("user_id")
    if not call.manifest.home_tab:
        raise SlackError("not_enabled")
    if user not in workspace.users:
        raise SlackError("user_not_found")
    body = checked_view(call.get("view"), "home")
    home = workspace.home_of(user)
    _check_hash(call, home)
    if home is None:
        view_id = workspace.new_id("V")
        home = View(view_id, user, body, "", view_id)
        workspace.views[view_id] = home
        workspace.homes[user] = view_id
    return _answer(call, replace_body(workspace, home, body))
