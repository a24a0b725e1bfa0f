"""A flat model of one check: a stack of answers, read from the bottom each time.

It shares nothing with the code it is compared with but the reading of a sentence, which is given
to it as two facts: whether it rests on something of theirs, and whether it has a fault. Of a
change it is told whether it is a wish.
"""

from typing import Any

FIVE = ["value", "risk", "ease", "offering", "commercials"]
THREE = FIVE[:3]
TAPS = {"yes": "yes", "yep": "yes", "sure": "yes", "no": "no", "nope": "no", "not sure": "unsure"}
AT_GATE = {"yes": "believe", "no": "not", "unsure": "unsure"}
TYPED_TAPS = {"yes", "no", "unsure", "believe", "not", "probably"}
GROWS = {"sentence", "words", "note", "believe"}

Answer = dict[str, Any]
Factors = dict[str, dict[str, Any]]


class Model:
    def __init__(self, length: str, choices: dict[str, str], ready: bool) -> None:
        self.length, self.choices, self.ready = length, choices, ready
        self.answers: list[Answer] = []
        self.undone: list[Answer] = []
        self.last: Answer | None = None
        self.paused = self.cancelled = self.closed = False

    # Where it stands

    def factors(self) -> Factors:
        now: Factors = {name: {} for name in FIVE}
        for a in self.answers:
            f, reply = a["factor"], a["reply"]
            if f is None:
                continue
            if reply == "reopen":
                now[f] = {"again": True}
            elif reply == "win":
                now[f] = {"answer": "yes"}
            elif reply in ("yes", "no", "unsure", "skip"):
                again = "again" in now[f]
                now[f] = {"answer": reply, "mine": a["short"] and not again}
                now[f] |= {"again": True} if again else {}
            elif reply == "not":
                now[f] |= {"answer": "no"}
            elif reply in ("sentence", "form"):
                again = "again" in now[f]
                now[f] = {"answer": "yes", "said": a, "doubt": a["doubted"], "kept": 0}
                now[f] |= {"again": True} if again else {}
                short = a["short"] and not again
                now[f]["mine"] = short or (reply == "form" and not a["theirs"])
                if reply == "form" and a["theirs"] and a["better"]:
                    now[f]["better"] = a["better"]
            elif reply == "better":
                now[f] |= {"better": a["better"], "kept": a["version"], "mine": False}
            else:
                now[f] |= {"mine": True, "doubt": False}
        return now

    def edited(self, one: dict[str, Any]) -> bool:
        return "said" in one and one["said"]["edits"] > one["kept"]

    def state(self, one: dict[str, Any]) -> str:
        answer = one.get("answer", "skip")
        if answer != "yes":
            return "open" if answer == "skip" else str(answer)
        if "better" not in one or self.edited(one):
            return "claimed"
        return "held" if set(one["better"]) & set(self.choices) else "heard"

    def done(self, one: dict[str, Any]) -> bool:
        short = self.length == "one" and "again" not in one
        if one.get("answer") != "yes" or one.get("mine") or short:
            return "answer" in one
        if "better" not in one:
            return False
        return not one["better"] or bool(set(one["better"]) & set(self.choices))

    def plan(self) -> dict[str, Any]:
        """What was answered about the plan as a whole; the latest answer counts."""
        now: dict[str, Any] = {"change": "open"}
        for a in self.answers:
            if a["ask"] == "change" and a["doubted"]:
                continue
            if a["ask"] == "change":
                settled = "one" if a["reply"] in ("keep", "words") else "none"
                now["change"] = "open" if a["reply"] == "another" else settled
            elif a["factor"] is None or a["reply"] == "win":
                now[a["ask"]] = a["reply"]
            if a["ask"] == "rival" and a["reply"] == "probably":
                now["change"] = "open"
        return now

    def asked_factors(self) -> list[str]:
        return FIVE if self.length == "five" else THREE

    def step(self) -> str:
        if self.cancelled:
            return "cancelled"
        return "paused" if self.paused else self.awaited()

    def awaited(self) -> str:
        plan, five = self.plan(), self.length == "five"
        if not self.ready:
            return "fill_in"
        if five and "question" not in plan:
            return "question"
        if five and plan.get("question") == "no" and "how_win" not in plan:
            return "how_win"
        now = self.factors()
        undone = [f for f in self.asked_factors() if not self.done(now[f])]
        again = [f for f in undone if "again" in now[f] and "answer" not in now[f]]
        for f in again + [f for f in undone if "answer" in now[f]] + undone:
            return f"{self.stage(now[f])}.{f}"
        if not five and "hard" not in plan:
            return "hard"
        if five and "again" not in plan:
            return "again"
        if plan["change"] == "open":
            return "change"
        return "rival" if five and plan["change"] == "one" and "rival" not in plan else "done"

    def stage(self, one: dict[str, Any]) -> str:
        if "answer" not in one:
            return "factor"
        if "said" not in one:
            return "gate"
        said = one["said"]
        return "doubt" if one["doubt"] and said["faulty"] and self.text(said) else "keep"

    def text(self, answer: Answer) -> str:
        return " ".join(text for _, text in answer["words"] if text)

    def spent(self) -> list[str]:
        sent_back = [a for a in self.answers + self.undone if a["doubted"]]
        return [a["factor"] or a["ask"] for a in sent_back]

    # What is said to it

    def meaning(self, step: str, text: str) -> str:
        """The reply that words make at a step."""
        ask, _, factor = step.partition(".")
        tap = TAPS.get(text.lower())
        if ask in ("question", "again", "factor") and tap:
            return tap
        if ask == "gate" and tap:
            return AT_GATE[tap]
        if ask == "rival" and tap:
            return "probably" if tap == "yes" else tap
        if ask == "keep" and self.named(text) is not None and self.theirs(factor):
            return "better"
        if factor:
            return "note" if tap else "sentence"
        if ask == "change" and tap:
            return {"no": "none", "yes": "keep"}.get(tap, "note")
        return "words" if ask in ("change", "hard") else "note"

    def theirs(self, factor: str) -> bool:
        said = self.factors()[factor].get("said")
        return said is not None and bool(said["theirs"])

    def named(self, text: str) -> list[str] | None:
        if text.lower() in ("both", "all of them"):
            return list(self.choices)
        if text.lower() == "they didn't compare":
            return []
        keys = {name.lower(): key for key, name in self.choices.items()}
        parts = text.lower().split(" and ")
        return [keys[p] for p in parts] if all(p in keys for p in parts) else None

    def give(self, step: str, reply: str, **more: Any) -> bool:
        """One answer or control; False when it is too late for it."""
        ask, _, about = step.partition(".")
        factor = more.pop("factor", about or None)
        if self.cancelled or not self.fits(step, reply, factor):
            return False
        answer: Answer = {"ask": ask, "factor": factor, "reply": reply, "words": [], "edits": 0}
        answer |= {"theirs": False, "faulty": False, "doubted": False, "version": 0, **more}
        answer |= {"short": self.length == "one", "closed": self.closed}
        if reply == "better":
            answer["version"] = self.factors()[about]["said"]["edits"]
        if reply == "sentence" and answer["faulty"] and not answer["short"]:
            spent = [one for one in self.spent() if one != "change"]
            answer["doubted"] = factor not in spent and len(spent) < 3
        if ask == "change" and reply == "words":
            answer["doubted"] = answer["faulty"] and "change" not in self.spent()
        if reply not in ("back", "pause", "cancel"):
            self.paused = False
        self.last = None
        self.apply(answer)
        return True

    def fits(self, step: str, reply: str, factor: str | None) -> bool:
        match reply:
            case "back":
                return bool(self.answers)
            case "pause":
                return not self.paused and not self.closed
            case "resume":
                return self.paused
            case "cancel":
                return not self.closed
            case "brief" | "kind":
                return True
            case "reopen":
                return factor in self.asked_factors() and self.ready
        if reply == "better" and not self.theirs(step.partition(".")[2]):
            return False
        if step == self.awaited():
            return step != "done"
        again = step.startswith("keep.") and reply in ("better", "mine", "form")
        return again and self.edited(self.factors()[step.partition(".")[2]])

    def apply(self, a: Answer) -> None:
        match a["reply"]:
            case "back":
                self.undone.append(self.answers.pop())
            case "pause":
                self.paused = True
            case "cancel":
                self.cancelled = True
            case "brief":
                self.length, self.choices, self.ready = a["length"], a["choices"], True
            case "note":
                self.last = a
            case "resume" | "kind":
                pass
            case _ if a["ask"] == "fill_in":
                self.ready = True
            case _:
                self.answers.append(a)
                self.last = a
        self.close()

    def close(self) -> None:
        now, plan = self.factors(), self.plan()
        begun = self.ready and (self.length == "one" or "question" in plan)
        self.closed |= begun and all(self.done(now[f]) for f in self.asked_factors())

    def more(self, source: str, text: str, read: Any) -> None:
        """A second message before the next question was there."""
        last = self.last
        if last and last["ask"] == "factor" and last["reply"] == "yes":
            gate = f"gate.{last['factor']}"
            if self.step() == gate:
                self.words(gate, [[source, text]], read)
                return
        if last is None or last["reply"] not in GROWS:
            return self.beside(source, text)
        step = last["ask"] + (f".{last['factor']}" if last["factor"] else "")
        self.answers = [a for a in self.answers if a is not last]
        closed, self.closed = self.closed, last["closed"]
        if last["words"] and self.meaning(step, self.text(last)) == last["reply"]:
            self.words(step, [*last["words"], [source, text]], read)
            return None
        self.closed = closed
        if last["reply"] != "note":
            self.answers.append(last)
        return self.beside(source, text)

    def beside(self, source: str, text: str) -> None:
        if self.last is not None:
            self.last["words"].append([source, text])

    def words(self, step: str, said: list[list[str]], read: Any) -> bool:
        text = " ".join(text for _, text in said if text)
        reply = self.meaning(step, text)
        theirs, faulty = read(step, text)
        more = {"better": self.named(text)} if reply == "better" else {}
        return self.give(step, reply, words=said, theirs=theirs, faulty=faulty, **more)

    def edit(self, source: str, text: str, read: Any) -> None:
        """An edited message, or a deleted one."""
        for a in self.answers:
            typed = self.text(a)
            if source not in [one for one, _ in a["words"]]:
                continue
            step, reply = self.step(), a["reply"]
            at = a["ask"] + (f".{a['factor']}" if a["factor"] else "")
            a["words"] = [[one, text if one == source else old] for one, old in a["words"]]
            now = self.factors().get(a["factor"] or "", {})
            if reply == "sentence":
                rests = now.get("said") is a
                if rests and (self.done(now) or "better" in now):
                    a["edits"] += 1
                    self.last = None
                a["theirs"], a["faulty"] = read(at, self.text(a))
            elif reply in TYPED_TAPS and self.meaning(at, typed) == reply:
                flipped = self.meaning(at, self.text(a))
                if flipped in TYPED_TAPS:
                    a["reply"] = flipped
                    if self.step() != step:
                        a["reply"] = reply
        if self.last and self.last not in self.answers:
            said = self.last["words"]
            said[:] = [[one, text if one == source else old] for one, old in said]
        self.close()
