"""A check's thread in Slack: the dialogue, and which of our messages show it."""

import json
from dataclasses import dataclass

from coaching import record
from coaching.dialogue import Dialogue
from coaching.questions import Asked


@dataclass(frozen=True, slots=True)
class Thread:
    """What is kept of a check as its author's own text.

    ``card``, ``prompt`` and ``verdict`` are ids of our messages; ``kept`` has, by factor, the one
    that shows its sentence. ``earlier`` holds the questions asked in the checks before.
    """

    dialogue: Dialogue
    earlier: Asked = ()
    card: str = ""
    prompt: str = ""
    verdict: str = ""
    kept: tuple[tuple[str, str], ...] = ()

    def dump(self) -> str:
        """JSON, to be kept encrypted."""
        value = {
            "dialogue": record.dump(self.dialogue),
            "earlier": self.earlier,
            "card": self.card,
            "prompt": self.prompt,
            "verdict": self.verdict,
            "kept": self.kept,
        }
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> "Thread":
        """The thread that ``dump`` wrote."""
        value = json.loads(text)
        return cls(
            dialogue=record.load(value["dialogue"]),
            earlier=tuple(tuple(questions) for questions in value["earlier"]),
            card=value["card"],
            prompt=value["prompt"],
            verdict=value["verdict"],
            kept=tuple((factor, message) for factor, message in value["kept"]),
        )
