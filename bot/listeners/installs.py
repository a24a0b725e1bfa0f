"""The app was uninstalled, or its token revoked."""

from typing import Any

from bot.desk import tenant_of
from bot.installations import Installations


class Installs:
    """Listeners of the end of an installation, in either order and any number of times."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    async def on_gone(self, context: dict[str, Any]) -> None:
        """Forget the token; nothing is sent there any more."""
        await self._installations.drop(tenant_of(context))
