"""Who a row belongs to, and the ids that rows are given before they are inserted."""

from __future__ import annotations

from dataclasses import dataclass

import uuid6


@dataclass(frozen=True, slots=True)
class Tenant:
    """A workspace or an org-wide installation; an absent id is the empty text."""

    enterprise_id: str
    team_id: str

    def __post_init__(self) -> None:
        if not self.enterprise_id and not self.team_id:
            raise ValueError("a tenant needs an enterprise or a team")
        if set("/|") & set(self.enterprise_id + self.team_id):
            raise ValueError("a tenant's ids hold neither '/' nor '|'")

    @property
    def key(self) -> str:
        """The tenant as one text, first in every key of the schema."""
        return f"{self.enterprise_id}/{self.team_id}"

    @classmethod
    def from_key(cls, key: str) -> Tenant:
        enterprise_id, _, team_id = key.partition("/")
        return cls(enterprise_id, team_id)


@dataclass(frozen=True, slots=True)
class Seller:
    """One person in one tenant: the only one who sees what was answered."""

    tenant: Tenant
    user_id: str


def new_id() -> str:
    """32 hex characters; in one process a later id always sorts after an earlier one."""
    return uuid6.uuid7().hex
