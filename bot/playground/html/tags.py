"""HTML elements as text. Whatever the app or a person wrote is escaped on the way in."""

from collections.abc import Mapping
from html import escape
from typing import Any

Json = Mapping[str, Any]


def tag(name: str, /, *children: str, **attributes: str | bool | int | None) -> str:
    """One element. Children are HTML already; attribute values are escaped here."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    return f"<{name}{written}>{''.join(children)}</{name}>"


def void(name: str, /, **attributes: str | bool | int | None) -> str:
    """One element that has no children."""
    return f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"


def _attribute(key: str, value: str | bool | int | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def unknown_box(kind: object) -> str:
    """What stands where something cannot be drawn."""
    return tag("span", escape(f"[{kind}]"), class_="unknown")
