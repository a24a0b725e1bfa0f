"""The small company a newcomer walks into, and every test starts with."""

from __future__ import annotations

from bot.playground.clock import MovableClock
from bot.playground.workspace import Channel, User, Workspace

PEOPLE = (
    User("U1SAM", "sam", "Sam Rivers", "Europe/Berlin"),
    User("U2PRIYA", "priya", "Priya Nair", "America/New_York"),
    User("U3JONAS", "jonas", "Jonas Weber", "Europe/Berlin", locale="de-DE"),
    User("U4ANA", "ana", "Ana Costa", "Europe/Lisbon", is_admin=True),
    User("U5LENA", "lena", "Lena Moss", "Europe/London"),
    User("U6OMAR", "omar", "Omar Haddad", "Europe/Madrid"),
    User("U7MEI", "mei", "Mei Tan", "Asia/Singapore"),
    User("U8TOM", "tom", "Tom Berg", "Europe/Oslo"),
)


def small_company(clock: MovableClock) -> Workspace:
    """Eight people, three channels, the app installed and invited to the two team channels."""
    workspace = Workspace(clock)
    for person in PEOPLE:
        workspace.add_user(User(**vars(person)))
    everyone = {person.id for person in PEOPLE}
    with_bot = everyone | {workspace.bot_user}
    workspace.add_channel(Channel("C1GENERAL", "general", set(everyone), is_general=True))
    workspace.add_channel(Channel("C2DEALS", "deals", set(with_bot)))
    workspace.add_channel(Channel("C3EMEA", "emea-sales", set(with_bot)))
    workspace.me = PEOPLE[0].id
    return workspace
