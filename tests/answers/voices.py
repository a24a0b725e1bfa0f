"""How it fares with somebody it was not trained on: ``python -m tests.answers.voices``.

Each author, and of the author who wrote in many voices each voice that speaks in four labels or
more, is held out in turn.
"""

from coaching.reading import Label
from coaching.reading.weights import weigh
from tests.answers.__main__ import Answer, measure
from tests.answers.train import MANY_VOICES, examples, rows, seen, train, trained


def held_out(voice: str) -> list[Answer]:
    """The rows of a voice, read with weights trained on all others."""
    every = trained()
    weights = train(examples(row for row in every if row.voice != voice))
    return [
        Answer(voice, row.answer, (Label(row.label),), weigh(set(seen(row.answer)), weights))
        for row in every
        if row.voice == voice
    ]


def main() -> None:
    """Print the figures of each author, of all of them, and of all voices of the one."""
    labels: dict[str, set[str]] = {}
    for row in trained():
        labels.setdefault(row.voice, set()).add(row.label)
    voices = {row.voice for row in rows(MANY_VOICES)}
    authors = sorted(labels.keys() - voices)
    by_author = {author: held_out(author) for author in authors}
    for author, answers in by_author.items():
        print(f"{author} ({len(answers)} rows): {measure(answers)}")
    pooled = [answer for answers in by_author.values() for answer in answers]
    print(f"authors ({len(pooled)} rows): {measure(pooled)}")
    spoken = [a for voice in sorted(voices) if len(labels[voice]) > 3 for a in held_out(voice)]
    print(f"voices ({len(spoken)} rows): {measure(spoken)}")


if __name__ == "__main__":
    main()
