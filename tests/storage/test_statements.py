"""No statement on a seller's table is without its tenant and its user, except those named here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import (
    BooleanClauseList,
    ColumnElement,
    Delete,
    FromClause,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    or_,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import AliasedReturnsRows, Join

import storage
from storage import outbox, statements, store, tenants
from storage.schema import checks, messages, metadata
from storage.times import database_now

ROOM = Path(storage.__file__).parent
SELLERS = {table.name for table in metadata.tables.values() if "user_id" in table.c}

# The sender works for all sellers; what it is given is found by a claim, not by a person.
OF_ALL = {
    "outbox._claimable": "what is due, of whomever; only positions are read",
    "outbox._claim": "marks what _claimable found",
    "outbox._claimed": "reads what _claim marked, each row with its own tenant's rows only",
    "outbox._held": "by position, owner and number of the claim, which only its holder knows",
    "outbox._done": "a _held",
    "outbox._again": "a _held",
    "outbox._waiting": "one number, in how many seconds anything is due",
    "outbox._release": "the claims of processes that are gone",
    "outbox._release_own": "the claims of one process",
    "outbox._forget_done": "by age alone, of all tenants alike",
}

BOUND = {"tenant": ":own_tenant", "user_id": ":own_user"}
# To find the tables of a statement it is compiled for no database in particular.
compiles(database_now)(lambda *_, **__: "now")
NAMED = sqlite.dialect(paramstyle="named")
Statement = Select[tuple[object, ...]] | Update | Delete


def built() -> dict[str, Statement]:
    """Every statement of the room that reads, changes or deletes."""
    rooms = {"statements": statements, "outbox": outbox, "store": store, "tenants": tenants}
    return {
        f"{room}.{name}": getattr(value, "element", value)
        for room, module in rooms.items()
        for name, value in vars(module).items()
        if isinstance(getattr(value, "element", value), (Select, Update, Delete))
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


def held(names: list[str], column: str, given: set[str]) -> set[str]:
    """Those whose column is given, by the caller or as that of another one that is held."""
    found = {name for name in names if f"{name}.{column} = {BOUND[column]}" in given}
    for _ in names:
        for pair in permutations(names, 2):
            same = {
                " = ".join(f"{name}.{column}" for name in order) for order in permutations(pair)
            }
            if pair[1] in found and same & given:
                found.add(pair[0])
    return found


def sources(statement: Statement) -> list[FromClause]:
    if isinstance(statement, UpdateBase):
        return [statement.table]
    return list(statement.get_final_froms())


def open_tables(statement: Statement) -> set[str]:
    """The sellers' tables of a statement that it does not hold to one tenant and one user."""
    found = [parts(source) for source in sources(statement)]
    names = [name for tables, _ in found for source in tables if (name := named(source))]
    given = {*conditions(statement.whereclause), *(one for _, joined in found for one in joined)}
    return set(names) - (held(names, "tenant", given) & held(names, "user_id", given))


def named(source: FromClause) -> str | None:
    """The name that a seller's table has in a statement; None if it is another table."""
    table = source.element if isinstance(source, AliasedReturnsRows) else source
    if isinstance(table, Table) and table.name in SELLERS:
        assert isinstance(source, (Table, AliasedReturnsRows))
        return str(source.name)
    return None


def test_the_tables_of_sellers_are_all_that_hold_their_words() -> None:
    assert set(metadata.tables) - SELLERS == {"tenants", "installations", "inbox"}


@pytest.mark.parametrize("name", sorted(set(built()) - set(OF_ALL)))
def test_a_statement_names_its_tenant_and_its_user(name: str) -> None:
    assert open_tables(built()[name]) == set()


@pytest.mark.parametrize("name", OF_ALL)
def test_an_exception_is_one(name: str) -> None:
    """A statement that could be held to a seller is to be taken off the list."""
    assert open_tables(built()[name])


BUILDERS = {"select", "update", "delete", "insert", "text"}


def imported(module: Path) -> set[str]:
    return {
        alias.name
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
    }


def test_statements_are_built_nowhere_else() -> None:
    """Locks and calls read no table; a backup is of everybody."""
    builders = {module.stem for module in ROOM.glob("*.py") if imported(module) & BUILDERS}
    assert builders - {"schema"} == {
        *("statements", "outbox", "store", "tenants"),
        *("locks", "listening", "backup"),
    }


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
    ],
)
def test_a_statement_that_reaches_another_is_found(statement: Statement) -> None:
    assert open_tables(statement)
