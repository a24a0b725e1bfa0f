"""Words that nobody has said before, and the search for them where they must not be."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

CANARY = re.compile(rb"zq\d{6}x", re.IGNORECASE)


@dataclass
class Cage:
    """All canaries so far, and the places where some got out.

    ``searched`` is in bytes; ``done`` counts what was played.
    """

    count: int = 0
    searched: int = 0
    escaped: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)
    owners: dict[bytes, str] = field(default_factory=dict)

    def word(self, owner: str = "") -> str:
        """One nobody has said yet."""
        self.count += 1
        said = f"Zq{self.count:06d}x"
        self.owners[said.lower().encode()] = owner
        return said

    def search(self, folder: Path, *patterns: str) -> None:
        """Look into the files of these names."""
        for pattern in patterns:
            for path in folder.glob(pattern):
                self.look_into(path.name, path.read_bytes())

    def look_into(self, name: str, content: bytes) -> None:
        """Also as text of two bytes a letter."""
        self.searched += len(content)
        if CANARY.search(content) or CANARY.search(content.replace(b"\0", b"")):
            self.escaped.add(name)

    def look_at(self, name: str, owner: str, shown: str) -> None:
        """What one person was shown: only their own words may be in it."""
        self.searched += len(shown)
        said = {word.lower() for word in CANARY.findall(shown.encode())}
        if any(self.owners.get(word) != owner for word in said):
            self.escaped.add(name)


@dataclass(frozen=True)
class Perch:
    """The cage, for one seller's words."""

    cage: Cage
    owner: str

    def word(self) -> str:
        """One nobody has said yet."""
        return self.cage.word(self.owner)
