"""What the app asked of Slack: commands, shortcuts, events and scopes, read from its manifest.

Without a file the small Slack takes what the product's own manifest is known to hold at least.
Fields: docs.slack.dev/reference/app-manifest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

SCOPES = frozenset(
    {"commands", "chat:write", "files:write", "im:write", "im:history", "users:read"}
)
EVENTS = frozenset({"app_home_opened", "message.im", "app_uninstalled", "tokens_revoked"})


@dataclass(frozen=True)
class Manifest:
    """`commands` with their slash and hint; `shortcuts` maps callback_id to its type and name."""

    commands: Mapping[str, str] = field(default_factory=lambda: {"/differ": ""})
    shortcuts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    events: frozenset[str] = EVENTS
    scopes: frozenset[str] = SCOPES
    home_tab: bool = True
    messages_tab: bool = True
    may_write: bool = True


def read_manifest(path: Path) -> Manifest:
    """The manifest in a YAML or JSON file. Raises KeyError or yaml.YAMLError for a broken one."""
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    features = document["features"]
    home = features.get("app_home", {})
    scopes = document["oauth_config"]["scopes"]
    subscriptions = document.get("settings", {}).get("event_subscriptions", {})
    commands = features.get("slash_commands", [])
    shortcuts = features.get("shortcuts", [])
    return Manifest(
        commands={entry["command"]: entry.get("usage_hint", "") for entry in commands},
        shortcuts={entry["callback_id"]: (entry["type"], entry["name"]) for entry in shortcuts},
        events=frozenset(subscriptions.get("bot_events", [])),
        scopes=frozenset([*scopes.get("bot", []), *scopes.get("bot_optional", [])]),
        home_tab=home.get("home_tab_enabled", False),
        messages_tab=home.get("messages_tab_enabled", False),
        may_write=not home.get("messages_tab_read_only_enabled", True),
    )
