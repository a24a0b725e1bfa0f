"""The measurement a newcomer can run, and that its figures are kept."""

import subprocess
import sys
from pathlib import Path

import pytest

from coaching.reading import Label
from tests.answers import parts, train
from tests.answers.__main__ import Unreadable, load, main, measure, report

HERE = Path(__file__).parent
HEAD = "id\tanswer\tlabel"
THEIRS = "Their CFO told me on Monday that Acme's contract runs two years longer than ours."


def table(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "answers.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_last_line_holds_the_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(
        tmp_path,
        HEAD + "\tfactor",
        f"a\t{THEIRS}\tsupported\tease",
        "b\tMarket leader.\tcliche\tease",
        'c\tSaid "good"\tvague|cliche\tease',
        "d\tWir glauben, dass sie sich sicher fühlen\tsupported|cannot-read\trisk",
        "e\tMarket leader.\tsupported\tease",
    )

    assert main([str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "e\tsupported read as cliche\tMarket leader."
    assert lines[-1] == "accuracy 0.80, supported precision 1.00, supported recall 0.67"
    assert len([line for line in lines if line.startswith("cliche ")]) == 1


def test_a_label_may_allow_two(tmp_path: Path) -> None:
    answers = load(table(tmp_path, HEAD, "a\tfine\tVague | cliche"))

    assert answers[0].right == (Label.VAGUE, Label.CLICHE)
    assert measure(answers).accuracy == 1.0
    assert "fine" not in report(answers)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["id\tanswer", "a\tx"], "no column label"),
        (["x"], "no column id and no column answer and no column label"),
        ([HEAD], "has no rows"),
        ([HEAD, "a\tx\tgood"], "line 2: “good” is no label of supported, unsupported"),
        ([HEAD, "a\tx"], "line 2: “” is no label"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, lines: list[str], says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        load(table(tmp_path, *lines))


def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    binary = tmp_path / "x.tsv"
    binary.write_bytes(b"id\xff\xfe")

    assert main([str(tmp_path / "none.tsv")]) == main([str(binary)]) == main([]) == 2
    said = capsys.readouterr().err
    assert "none.tsv: No such file" in said
    assert "x.tsv is not UTF-8 text." in said
    assert "make answers FILE=path.tsv" in said


def test_it_runs_as_the_readme_says() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.answers", str(HERE / "development.tsv")],
        cwd=HERE.parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout.splitlines()[-1].startswith("accuracy 0.")


def test_the_development_set_keeps_its_figures() -> None:
    figures = measure(load(HERE / "development.tsv"))

    assert figures.accuracy >= 0.93
    assert figures.precision >= 0.93
    assert figures.recall >= 0.9


def test_most_sentences_are_read_into_all_their_parts() -> None:
    assert parts.share("first") >= 0.9
    assert parts.share("second") >= 0.85


def test_the_weights_are_what_training_makes() -> None:
    """After a change of the rows, the lexicon or the signals: make weights."""
    weights = train.train(train.examples(train.trained()))

    assert train.text(weights) == train.WEIGHTS.read_text("utf-8")


def test_no_answer_is_both_trained_on_and_measured() -> None:
    trained = {row.answer for row in train.trained()}

    for name in train.MEASURED:
        shared = len(trained & {row.answer for row in train.rows(name)})
        assert shared == 0, f"{name} shares rows"  # a count: a failure shows nobody the rows
    assert not trained & {row.answer for row in parts.rows()}
