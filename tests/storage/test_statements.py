"""No statement on a seller's table is without its tenant and its user, except those named here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from itertools import permutations
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import pytest
from sqlalchemy import (
    BooleanClauseList,
    ColumnElement,
    Delete,
    FromClause,
    Insert,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import AliasedReturnsRows, Join

import storage
from storage import statements
from storage.schema import checks, messages, metadata
from storage.times import database_now

SELLERS = {table.name for table in metadata.tables.values() if "user_id" in table.c}

# What a channel's summary is made of names no seller; it is held to its tenant alone.
OF_CHANNELS = {"channels", "ballots", "votes", "announcements"}

# The sender works for all sellers; what it is given is found by a claim, not by a person.
OF_ALL = {
    "outbox._claimable": "what is due, of whomever; only positions are read",
    "outbox._claim": "marks what _claimable found",
    "outbox._claimed": "reads what _claim marked, each row with its own tenant's rows only",
    "outbox._held": "by position, owner and number of the claim, which only its holder knows",
    "outbox._done": "a _held",
    "outbox._again": "a _held",
    "outbox._release": "the claims of processes that are gone",
    "outbox._release_own": "the claims of one process",
    "outbox._forget_done": "by age alone, of all tenants alike",
    "due._claimable": "what is due, for whomever; only keys are read",
    "due._claim": "marks what _claimable found",
    "due._release": "the claims of processes that are gone",
    "due._release_own": "the claims of one process",
}

BOUND = {"tenant": ":own_tenant", "user_id": ":own_user"}
# To find the tables of a statement it is compiled for no database in particular.
compiles(database_now)(lambda *_, **__: "now")
# A function whose statements are held by the names at the top of its module.
SEEN_WHERE_IT_IS_CALLED = ["erasure._enqueue"]
NAMED = sqlite.dialect(paramstyle="named")
Statement = Select[tuple[object, ...]] | Update | Delete


def modules() -> dict[str, ModuleType]:
    names = [found.name for found in iter_modules(storage.__path__)]
    return {name: import_module(f"storage.{name}") for name in names}


def statements_of(value: object) -> Iterator[Statement]:
    if isinstance(value, tuple):
        for part in value:
            yield from statements_of(part)
    value = getattr(value, "element", value)  # of a common table expression
    value = getattr(value, "select", None) if isinstance(value, Insert) else value
    if isinstance(value, (Select, Update, Delete)):
        yield value


def built() -> dict[str, Statement]:
    """Every statement of the room that reads, changes or deletes."""
    return {
        f"{module}.{name}" + (f" {number}" if number else ""): statement
        for module, found in modules().items()
        for name, value in vars(found).items()
        for number, statement in enumerate(statements_of(value))
    }


def conditions(clause: ColumnElement[bool] | None) -> Iterator[str]:
    """What must be true all at once; an OR is one condition."""
    if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        for part in clause.clauses:
            yield from conditions(part)
    elif clause is not None:
        yield str(clause.compile(dialect=NAMED))


def parts(source: FromClause) -> tuple[list[FromClause], list[str]]:
    """The tables and aliases of a source, and what they are joined on."""
    if not isinstance(source, Join):
        return [source], []
    left, right = parts(source.left), parts(source.right)
    # An outer join keeps the rows of one side whatever it is on.
    joined = [] if source.isouter or source.full else [*conditions(source.onclause)]
    return left[0] + right[0], left[1] + right[1] + joined


def held(names: set[str], column: str, given: set[str], before: set[str]) -> set[str]:
    """Those whose column is given, by the caller or as that of another one that is held."""
    found = {name for name in names if f"{name}.{column} = {BOUND[column]}" in given} | before
    for _ in names:
        for pair in permutations(names | before, 2):
            one, other = (f"{name}.{column}" for name in pair)
            same = {f"{one} = {other}", f"{other} = {one}"}
            if pair[1] in found and same & given:
                found.add(pair[0])
    return found


def whole(statement: Statement) -> Iterator[Statement]:
    """A statement and those within it, from the outside inwards."""
    for element in visitors.iterate(statement):
        if isinstance(element, (Select, Update, Delete)):
            yield element


def sources(statement: Statement) -> list[FromClause]:
    if isinstance(statement, UpdateBase):
        return [statement.table]
    return list(statement.get_final_froms())


def open_tables(statement: Statement) -> set[str]:
    """The sellers' tables in a statement that it does not hold to one tenant and one user."""
    met: set[str] = set()
    shut: dict[str, set[str]] = {column: set() for column in BOUND}
    for part in whole(statement):
        found = [parts(source) for source in sources(part)]
        own = {name for tables, _ in found for source in tables if (name := named(source))} - met
        given = {*conditions(part.whereclause), *(one for _, joined in found for one in joined)}
        shut = {column: held(own, column, given, before) for column, before in shut.items()}
        met |= own
    return met - (shut["tenant"] & shut["user_id"])


def named(source: FromClause) -> str | None:
    """The name that a seller's table has in a statement; None if it is another table."""
    table = source.element if isinstance(source, AliasedReturnsRows) else source
    if isinstance(table, Table) and table.name in SELLERS:
        assert isinstance(source, (Table, AliasedReturnsRows))
        return str(source.name)
    return None


def test_the_tables_of_sellers_are_all_that_hold_their_words() -> None:
    assert set(metadata.tables) - SELLERS - OF_CHANNELS == {
        *("tenants", "installations", "inbox", "paces")
    }


@pytest.mark.parametrize("name", sorted(set(built()) - set(OF_ALL)))
def test_a_statement_names_its_tenant_and_its_user(name: str) -> None:
    assert open_tables(built()[name]) == set()


@pytest.mark.parametrize("name", [n for n in built() if n.startswith(("channels.", "team."))])
def test_a_statement_on_a_channel_names_its_tenant(name: str) -> None:
    met: set[str] = set()
    shut: set[str] = set()
    for part in whole(built()[name]):
        found = [parts(source) for source in sources(part)]
        own = {str(s) for tables, _ in found for s in tables if str(s) in metadata.tables} - met
        given = {*conditions(part.whereclause), *(one for _, joined in found for one in joined)}
        shut = held(own, "tenant", given, shut)
        met |= own

    assert met - shut == set()


@pytest.mark.parametrize("name", OF_ALL)
def test_an_exception_is_one(name: str) -> None:
    """A statement that could be held to a seller is to be taken off the list."""
    assert open_tables(built()[name])


BUILDERS = {"select", "update", "delete", "text", "exec_driver_sql"}
# Whole databases, and what has no tables yet.
OF_DATABASES = {"backup", "engine", "migrations"}


def test_every_statement_is_built_where_it_is_seen_here() -> None:
    """At the top of a module, and not on the way."""
    hidden = [
        f"{name}.{function.name}"
        for name, module in modules().items()
        if name not in OF_DATABASES
        for function in ast.walk(ast.parse(Path(module.__file__ or "").read_text("utf-8")))
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and called(node) in BUILDERS
    ]
    assert hidden == SEEN_WHERE_IT_IS_CALLED


def called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
    return ""


@pytest.mark.parametrize(
    "statement",
    [
        select(checks).where(checks.c.tenant == bindparam("own_tenant")),
        select(checks).where(
            or_(
                and_(
                    checks.c.tenant == bindparam("own_tenant"),
                    checks.c.user_id == bindparam("own_user"),
                ),
                checks.c.state == "open",
            )
        ),
        statements.FIND_CHECK.join_from(checks, messages, checks.c.id == messages.c.check_id),
        delete(checks).where(checks.c.id == "1"),
        select(select(func.count()).select_from(checks).scalar_subquery()),
    ],
)
def test_a_statement_that_reaches_another_is_found(statement: Statement) -> None:
    assert open_tables(statement)
