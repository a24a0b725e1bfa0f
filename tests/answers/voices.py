"""How it fares with a voice it was not trained on: ``python -m tests.answers.voices``.

Each voice that is trained on and speaks in four labels or more is held out in turn.
"""

from coaching.reading import Label
from coaching.reading.weights import weigh
from tests.answers.__main__ import Answer, measure
from tests.answers.train import examples, seen, train, trained


def held_out() -> list[Answer]:
    """Every row of these voices, read with weights trained on all other voices."""
    all_rows = trained()
    voices = sorted({row.voice for row in all_rows})
    of = {voice: [row for row in all_rows if row.voice == voice] for voice in voices}
    answers = []
    for voice in voices:
        if len({row.label for row in of[voice]}) < 4:
            continue
        weights = train(examples(row for row in all_rows if row.voice != voice))
        for row in of[voice]:
            got = weigh(set(seen(row.answer)), weights)
            answers.append(Answer(voice, row.answer, (Label(row.label),), got))
    return answers


if __name__ == "__main__":
    held = held_out()
    print(f"all {len(held)}: {measure(held)}")
    other = [answer for answer in held if answer.id == "other_hand.tsv"]
    print(f"other hand {len(other)}: {measure(other)}")
