"""Everybody is spoken to in their own language."""

from pathlib import Path

from bot.playground import faults
from coaching.words import words
from storage import Seller, Tenant
from tests.bot.script import PLAN, answer, texts
from tests.bot.stage import DEALS, Stage, on_stage

JONAS = "U3JONAS"
EN, DE = words("en"), words("de")


def shown(stage: Stage) -> str:
    return stage.slack.workspace.transcript(stage.me)


async def kept(stage: Stage) -> str | None:
    tenant = Tenant("", stage.slack.workspace.team_id)
    return await stage.store.language(Seller(tenant, stage.me))


async def test_slacks_own_language_is_the_first_and_is_asked_for_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.me = JONAS
        await stage.command(PLAN)
        await stage.command("/differ help")
        assert await kept(stage) == "de"
        traffic = stage.slack.workspace.traffic
        asked = [t for t in traffic if t.name == "users.info" and "include_locale" in t.payload]
        assert len(asked) == 1
        yes = f"[{DE.text('question.options.yes')}]"
        await answer(stage, f"[{DE.text('fill_in.options.go')}]")
        assert f"{DE.text('factor.value')}." not in shown(stage)
        await answer(stage, yes)
        assert f"{DE.text('factor.value')}." in shown(stage)


async def test_who_is_not_told_a_language_we_have_is_spoken_to_in_english(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.slack.workspace.users[stage.me].locale = "fr-FR"
        await stage.command(PLAN)
        assert EN.text("fill_in.options.go") in shown(stage)
        assert await kept(stage) == "en"


async def test_a_slack_that_does_not_say_is_asked_another_time(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.slack.faults.queue("users.info", faults.server_error())
        await stage.command(PLAN)
        assert EN.text("fill_in.options.go") in shown(stage)
        assert await kept(stage) is None


async def test_a_language_that_is_chosen_is_spoken_at_once_and_by_every_way(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.command(PLAN)
        await stage.command("/differ language de")
        assert stage.ephemerals()[-1].text == DE.text("language.chosen")
        await answer(stage, "[Go on as it is]")
        assert stage.find(DE.text("question.options.yes"), stage.messages())
        await answer(stage, "language en")
        assert EN.text("language.chosen") in shown(stage)
        await answer(stage, f"[{DE.text('question.options.yes')}]")
        assert stage.find(EN.text("question.options.yes"), stage.messages())
        assert await texts(stage) == []


async def test_an_unknown_language_is_answered_with_those_there_are(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.command("/differ language xx")
        assert "Deutsch (de)" in stage.ephemerals()[-1].text
        await stage.slack.people.command(stage.me, DEALS, "/differ language school renewal")
        await stage.settle()
        assert "language school renewal" in shown(stage)


async def test_home_has_the_language_too(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert EN.text("home.settings") in await stage.open_home()
        await stage.tap_home("Deutsch (de)", "de")
        assert DE.text("home.settings") in stage.home()
        assert await kept(stage) == "de"
