"""The app was uninstalled, or its token revoked."""

from typing import Any

from bot.installations import Installations
from storage import Tenant


class Installs:
    """Listeners of the end of an installation, in either order and any number of times."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    async def on_gone(self, context: dict[str, Any]) -> None:
        """Forget the token; nothing is sent there any more."""
        team = "" if context.get("is_enterprise_install") else context.get("team_id") or ""
        await self._installations.drop(Tenant(context.get("enterprise_id") or "", team))
