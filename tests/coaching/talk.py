"""A check talked through without Slack: taps, forms and words, as a seller gives them."""

from dataclasses import replace

from coaching import change as changes
from coaching.answers import edit, extend, hear
from coaching.brief import NOTHING, Brief, Choice, Kind, Length, Sort
from coaching.dialogue import Dialogue, advance, begin
from coaching.factors import Factor, State
from coaching.moves import Ask, Move, Reply, Said, Step
from coaching.prompts import Option, Prompt, prompt
from coaching.questions import Asked, draw
from coaching.reading import Reading, Source
from coaching.words import Line, Words, plain, words

EN = words()
ACME = Choice(Sort.COMPETITOR, "Acme")
MARTA = Brief(
    "Demo of the planning module",
    "Marta Lind",
    "Northgate",
    (ACME, NOTHING),
    kind=Kind.HOW,
    known=True,
)
HURRIED = replace(MARTA, length=Length.ONE)

THEIRS = "Marta told me in March that re-typing the plan costs two days a month"
VAGUE = "they seem keen"


def shown(lines: tuple[Line, ...]) -> str:
    """Lines as a seller reads them."""
    return "\n".join(plain(line) for line in lines)


class Talk:
    """One check and one seller; a bank question is drawn for every step that takes one."""

    def __init__(
        self, brief: Brief = MARTA, number: int = 0, earlier: Asked = (), words: Words = EN
    ) -> None:
        self.earlier = earlier
        self.words = words
        self.dialogue = begin(brief, number)
        self.turns = 0
        self._draw()

    def _draw(self) -> None:
        step = self.step
        if not self.dialogue.question(step) and (
            question := draw(self.dialogue, step, self.earlier, self.words)
        ):
            asked = (*self.dialogue.asked, (step.key, question))
            self.dialogue = replace(self.dialogue, asked=asked)

    @property
    def step(self) -> Step:
        """What is asked now."""
        return self.dialogue.standing.step()

    @property
    def states(self) -> dict[Factor, State]:
        """How far each factor holds."""
        return self.dialogue.standing.states

    @property
    def prompt(self) -> Prompt:
        """The question as it is put."""
        return prompt(self.dialogue, self.words)

    @property
    def text(self) -> str:
        """The question's words."""
        return shown(self.prompt.lines)

    @property
    def labels(self) -> list[str]:
        """What can be tapped."""
        return [option.label for option in self.prompt.options]

    def _follow(self, following: Dialogue | None) -> bool:
        if following is None:
            return False
        self.turns += 1
        self.dialogue = following
        self._draw()
        return True

    def give(self, move: Move) -> bool:
        """Give an answer; False when it is not taken."""
        if move.reply is Reply.KEEP:
            move = replace(move, change=changes.offered(self.dialogue, self.words))
        return self._follow(advance(self.dialogue, move))

    def tap(self, *replies: Reply) -> "Talk":
        """Tap one answer after the other, each at the step asked then."""
        for reply in replies:
            assert self.give(Move(self.step, reply)), f"{reply} is not taken at {self.step.key}"
        return self

    def option(self, label: str) -> "Talk":
        """Tap an option by its label."""
        option = next(o for o in self.prompt.options if o.label == label)
        assert self.give(tap_of(self.step, option)), f"[{label}] leads nowhere"
        return self

    def say(self, text: str, source: str = "") -> "Talk":
        """Answer in words."""
        move = hear(self.dialogue, (Said(text, source),), self.words)
        assert self.give(move), f"{text!r} is not taken at {self.step.key}"
        return self

    def add(self, text: str, source: str = "") -> "Talk":
        """Say more, before the next question is there."""
        assert self._follow(extend(self.dialogue, Said(text, source), self.words))
        return self

    def edit(self, text: str, source: str) -> "Talk":
        """Edit a message, or delete it (empty)."""
        assert self._follow(edit(self.dialogue, Said(text, source), self.words))
        return self

    def form(self, source: Source = Source.SAID, *choices: str, who: str = "Marta") -> "Talk":
        """Send the small form: who, what, when, and what it rests on."""
        reading = Reading("two days a month", who, "two days a month", "March", source)
        assert self.give(Move(self.step, Reply.FORM, reading=reading, choices=choices))
        return self

    def better(self, *choices: str) -> "Talk":
        """Say which of the choices they found it better than."""
        assert self.give(Move(self.step, Reply.BETTER, choices=choices))
        return self

    def reopen(self, factor: Factor) -> "Talk":
        """Change the answer about a factor."""
        assert self.give(Move(Step(Ask.DONE), Reply.REOPEN, factor=factor))
        return self

    def fill_in(self, brief: Brief) -> "Talk":
        """Send the form of the check again."""
        assert self.give(Move(Step(Ask.FILL_IN), Reply.BRIEF, brief=brief))
        return self

    def answer(self, state: State) -> "Talk":
        """Answer the factor that is asked, so that it ends in a state."""
        match state:
            case State.OPEN:
                return self.tap(Reply.SKIP)
            case State.NO:
                return self.tap(Reply.NO)
            case State.UNSURE:
                return self.tap(Reply.UNSURE)
            case State.CLAIMED:
                return self.tap(Reply.YES, Reply.BELIEVE)
            case State.HEARD:
                return self.tap(Reply.YES).form().better()
        return self.tap(Reply.YES).form(Source.SAID, "nothing")


def tap_of(step: Step, option: Option) -> Move:
    """The answer that an option gives."""
    if option.reply is Reply.BETTER:
        return Move(step, option.reply, choices=tuple(filter(None, option.argument.split("|"))))
    factor = Factor(option.argument) if option.reply is Reply.WIN else None
    return Move(step, option.reply, factor=factor)
