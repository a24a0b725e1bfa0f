"""The rules of the house, held by reading the project's own files."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
ROOMS = ("coaching", "storage", "bot")

# What each room may import: of the other rooms, and what only it may import from outside.
MAY_USE = {"coaching": set(), "storage": {"coaching"}, "bot": {"coaching", "storage"}}
ITS_OWN = {
    "storage": {"sqlalchemy", "alembic", "aiosqlite", "asyncpg"},
    "bot": {"slack_bolt", "slack_sdk", "aiohttp"},
}

CLOCKS = {
    *(f"datetime.{call}" for call in ("now", "utcnow", "today")),
    "date.today",
    *(f"time.{call}" for call in ("time", "time_ns", "monotonic", "localtime", "gmtime")),
}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def modules(room: str) -> list[Path]:
    found = sorted((HOUSE / room).rglob("*.py"))
    assert found, f"{room}/ has no modules"
    return found


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Top-level names of what a module imports; a relative import stays in its room."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.partition(".")[0], node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0], node.lineno


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(HOUSE)}:{line}"


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_know_only_the_rooms_below(room: str) -> None:
    """bot -> storage -> coaching, bot -> coaching, never back."""
    forbidden = set(ROOMS) - MAY_USE[room] - {room} | {"tests"}

    assert [
        f"{where(path, line)} imports {name}"
        for path in modules(room)
        for name, line in imports(path)
        if name in forbidden
    ] == []


def test_the_method_needs_only_the_standard_library() -> None:
    assert [
        f"{where(path, line)} imports {name}"
        for path in modules("coaching")
        for name, line in imports(path)
        if name != "coaching" and name not in sys.stdlib_module_names
    ] == []


@pytest.mark.parametrize("owner", ITS_OWN)
def test_only_one_room_speaks_sql_and_only_one_speaks_slack(owner: str) -> None:
    assert [
        f"{where(path, line)} imports {name}"
        for room in ROOMS
        if room != owner
        for path in modules(room)
        for name, line in imports(path)
        if name in ITS_OWN[owner]
    ] == []


def test_only_the_settings_read_the_environment() -> None:
    """bot/__main__.py may hand os.environ on."""

    def reads(path: Path) -> Iterator[int]:
        names = {"environ", "environb", "getenv", "putenv", "load_dotenv", "dotenv_values"}
        if path == HOUSE / "bot" / "__main__.py":
            names -= {"environ"}
        for node in ast.walk(tree(path)):
            match node:
                case ast.Attribute(attr=name) | ast.Name(id=name) if name in names:
                    yield node.lineno
                case ast.ImportFrom(module="os" | "dotenv") if names & {
                    alias.name for alias in node.names
                }:
                    yield node.lineno

    assert [
        where(path, line)
        for room in ROOMS
        for path in modules(room)
        if path != HOUSE / "bot" / "settings.py"
        for line in reads(path)
    ] == []


def test_the_method_has_no_clock_and_waits_for_nothing() -> None:
    def clocks(path: Path) -> Iterator[int]:
        for node in ast.walk(tree(path)):
            match node:
                case ast.Attribute() if ".".join(ast.unparse(node).split(".")[-2:]) in CLOCKS:
                    yield node.lineno
                case ast.AsyncFunctionDef() | ast.Await():
                    yield node.lineno
        yield from (line for name, line in imports(path) if name in {"time", "asyncio"})

    assert [where(path, line) for path in modules("coaching") for line in clocks(path)] == []


def pins(name: str) -> dict[str, str]:
    """Each pinned package with the rest of its entry."""
    text = (HOUSE / name).read_text(encoding="utf-8")
    entries = re.findall(r"^([a-z0-9-]+)(==.*?)(?=^[a-z]|\Z)", text, re.M | re.S)
    assert entries, f"{name} pins nothing"
    return dict(entries)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_has_hashes_and_names_no_host(name: str) -> None:
    text = (HOUSE / name).read_text(encoding="utf-8")

    assert re.findall(r"^.*(?:://| @ |^-|^\.|^/).*$", text, re.M) == []
    assert [pin for pin, rest in pins(name).items() if "--hash=sha256:" not in rest] == []


def test_the_pins_hold_what_the_project_asks_for() -> None:
    """After a change of dependencies: make pins."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    run_time, dev = pins("requirements.txt"), pins("requirements-dev.txt")

    def missing(asked: list[str], pinned: dict[str, str]) -> set[str]:
        return {re.split(r"[^A-Za-z0-9-]", line)[0].lower() for line in asked} - set(pinned)

    assert missing(project["dependencies"], run_time) == set()
    assert missing(project["optional-dependencies"]["dev"], dev) == set()
    assert {
        pin
        for pin, rest in run_time.items()
        if not dev.get(pin, "").startswith(rest.split()[0] + " ")
    } == set()


FENCED = re.compile(r"^ *```.*?^ *```", re.M | re.S)


def documents() -> list[Path]:
    return [HOUSE / "README.md", HOUSE / "CONTRIBUTING.md", *sorted((HOUSE / "docs").rglob("*.md"))]


def commands(program: str) -> set[tuple[str, str]]:
    """What the documents tell the reader to type after `program`: in code, at a line's start."""
    typed = re.compile(rf"^\s*(?:\$ )?(?:\.venv/bin/)?{program} ([a-z][a-z-]*)", re.M)
    found = set()
    for path in documents():
        text = path.read_text(encoding="utf-8")
        code = FENCED.findall(text) + re.findall(r"`([^`\n]+)`", FENCED.sub("", text))
        found |= {(path.name, command) for piece in code for command in typed.findall(piece)}
    return found


def test_every_make_command_in_the_documents_exists() -> None:
    makefile = (HOUSE / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.M))

    assert {found for found in commands("make") if found[1] not in targets} == set()


def test_every_differ_command_in_the_documents_exists() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "bot", "--help"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    known = set(re.findall(r"^ +([a-z][a-z-]*)", shown, re.M))

    assert {found for found in commands("differ") if found[1] not in known} == set()


def test_the_example_environment_names_what_the_settings_read() -> None:
    example = (HOUSE / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", example, re.M))
    settings = (HOUSE / "bot" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r"""["']([A-Z]+(?:_[A-Z]+)*)["']""", settings))

    assert named - read == set()


# Put together here, so that this file does not hold what it looks for.
NOWHERE = {
    "a path of one machine": rf"(?<![\w.])/(?:{'wor' + 'k'}|{'roo' + 't'}|{'opt/whe' + 'els'})\b/?",
    "a package registry": "|".join(("py" + "pi", "python" + "hosted", "npm" + "js")) + r"\.\w+",
}
NOT_OURS = {".git", ".venv", ".env", ".hypothesis", "__pycache__", "build", "dist"}


def files() -> Iterator[Path]:
    """The project's own text files, with none of what tools leave beside them."""
    for path in sorted(HOUSE.rglob("*")):
        parts = path.relative_to(HOUSE).parts
        made = any(part in NOT_OURS or part.endswith(("_cache", ".egg-info")) for part in parts)
        if path.is_file() and not made and b"\0" not in path.read_bytes()[:1024]:
            yield path


@pytest.mark.parametrize("what", NOWHERE)
def test_the_project_names_neither_a_machine_nor_a_registry(what: str) -> None:
    assert [
        f"{where(path, number)}: {line.strip()}"
        for path in files()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if re.search(NOWHERE[what], line)
    ] == []
