"""What was lost, doubled or misplaced, by Slack, the database and the sellers' own accounts."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.conversation import IN_PLACE
from bot.kinds import PROMPT
from bot.playground.workspace import Message, Workspace
from bot.thread import Thread
from coaching.dialogue import Dialogue
from coaching.moves import Move, Reply
from coaching.words import words
from storage import KeyRing, Seller, Store, Tenant
from tests.bot.stage import KEYS
from tests.chaos.crowd import Crowd
from tests.chaos.databases import Database
from tests.chaos.door import Key
from tests.chaos.seller import Answer, Person

IN_WORDS = (Reply.SENTENCE, Reply.WORDS, Reply.NOTE)
"""Replies that are made by writing; the others were tapped, and words may hang on to them."""
POSTED = "SELECT id, user_id, check_id, purpose, ts, removed FROM messages ORDER BY id"
OPEN = "SELECT id FROM outbox WHERE done_at IS NULL OR state = 'dead'"
POSITIONS = "SELECT message_id FROM outbox WHERE op = 'post' ORDER BY position"


@dataclass
class Verdict:
    """One line for each thing that is wrong."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    uncertain: int = 0
    """Answers of which nobody can know whether they counted."""

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.misplaced)


async def judge(crowd: Crowd, database: Database) -> Verdict:
    """Everything that can be held against each other."""
    verdict, workspace = Verdict(), crowd.slack.workspace
    requests = crowd.door.requests.values()
    await _requests(database, [request.key for request in requests if request.acked], verdict)
    await _messages(workspace, database, verdict)
    store = await Store.open(database.url(0), KeyRing.from_text(KEYS))
    for person in crowd.people:
        await _dialogues(workspace, store, person, verdict)
    await store.close()
    return verdict


async def _requests(database: Database, acknowledged: Iterable[Key], verdict: Verdict) -> None:
    """Each request that was confirmed is in the inbox."""
    seen = {tuple(row) for row in await database.fetch("SELECT kind, key FROM inbox")}
    verdict.lost += [f"request {key}" for key in acknowledged if key not in seen]


async def _messages(workspace: Workspace, database: Database, verdict: Verdict) -> None:
    """Each message of the product stands in Slack once, where the product believes it to be,
    and in each direct-message channel they stand in the order in which they were written."""
    verdict.lost += [f"operation {row[0]}" for row in await database.fetch(OPEN)]
    posted = {m.ts: key for m in in_slack(workspace) if (key := key_of(m))}
    times = Counter(posted.values())
    verdict.doubled += [f"message {key} x {n}" for key, n in times.items() if n > 1]
    rows = {row[0]: row for row in await database.fetch(POSTED)}
    verdict.doubled += [f"message {key} of nobody" for key in times if key not in rows]
    verdict.lost += [f"message {key}" for key, row in rows.items() if posted.get(row[4]) != key]
    last: defaultdict[str, float] = defaultdict(float)
    for (key,) in await database.fetch(POSITIONS):
        user, ts = rows[key][1], float(rows[key][4] or 0)
        if ts < last[user]:
            verdict.misplaced.append(f"message {key} of {user}")
        last[user] = ts


def in_slack(workspace: Workspace) -> list[Message]:
    """What the product posted, deleted or not."""
    return [m for kept in workspace.messages.values() for m in kept.values() if m.bot_id]


def key_of(message: Message) -> str:
    payload = (message.metadata or {}).get("event_payload", {})
    return str(payload.get("key", ""))


async def _dialogues(workspace: Workspace, store: Store, person: Person, verdict: Verdict) -> None:
    """Each check of a seller holds what the seller answered in its thread, in that order."""
    said = {check.thread: check.answers for check in person.checks}
    seller = Seller(Tenant("", workspace.team_id), person.user)
    async with store.begin(seller) as tx:
        for check in await tx.checks():
            dialogue = Thread.load(check.dialogue).dialogue
            messages = await tx.messages(check.id)
            thread = next((m.ts for m in messages if not m.under), None)
            answers = told(workspace, person, thread, said.pop(thread or "", []), dialogue)
            _compare(f"{person.user} {check.id}", answers, dialogue, verdict)
            prompts = sum(m.purpose == PROMPT for m in messages)
            if prompts > most_prompts(dialogue):
                verdict.doubled.append(f"a question of {person.user} {check.id}")
    verdict.lost += [f"check in thread {thread} of {person.user}" for thread in said]


def told(
    workspace: Workspace, person: Person, thread: str | None, said: list[Answer], dialogue: Dialogue
) -> list[Answer]:
    """The answers, each late text as one that was kept, or left out if the seller was told in its
    thread that the check is over."""
    kept = {part[2] for move in dialogue.moves for part in parts_of(move)}
    over = words().plain("notice.done").partition(".")[0]
    shown = workspace.messages.get(person.dm, {}).values()
    notices = sum(over in m.text for m in shown if m.thread_ts == thread and m.bot_id)
    answers: list[Answer] = []
    for act, step, text in said:
        if act == "late" and text not in kept and notices:
            notices -= 1
        else:
            answers.append(("text" if act == "late" else act, step, text))
    return answers


def _compare(name: str, said: list[Answer], dialogue: Dialogue, verdict: Verdict) -> None:
    kept = [part for move in dialogue.moves[1:] for part in parts_of(move)]
    sure = [answer for answer in said if answer[0] != "maybe"]
    unsure = Counter(answer[1:] for answer in said if answer[0] == "maybe")
    verdict.uncertain += unsure.total()
    missing, more = Counter(sure) - Counter(kept), Counter(kept) - Counter(sure)
    doubled = Counter(answer[1:] for answer in more.elements()) - unsure
    verdict.lost += [f"{name}: {answer}" for answer in missing.elements()]
    verdict.doubled += [f"{name}: {answer}" for answer in doubled.elements()]
    if not missing and not more and kept != sure:
        verdict.misplaced.append(f"{name}: {kept} is not {sure}")


def parts_of(move: Move) -> list[Answer]:
    """The taps and texts that a move holds."""
    texts = [("text", "", said.text) for said in move.said]
    return texts if move.reply in IN_WORDS else [("tap", move.step.key, move.reply), *texts]


def most_prompts(dialogue: Dialogue) -> int:
    """The first question, and one more after each answer that does not leave it standing."""
    prompts = 1
    for number in range(1, len(dialogue.moves)):
        before = Dialogue(dialogue.moves[:number]).standing.step()
        after = Dialogue(dialogue.moves[: number + 1]).standing.step()
        prompts += not (before == after and dialogue.moves[number].reply in IN_PLACE)
    return prompts
