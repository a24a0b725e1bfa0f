"""The command line."""

import argparse
import asyncio
import base64
import os
import sys
import tempfile
import webbrowser
from importlib.metadata import version
from pathlib import Path

from bot import keys
from bot.serve import CannotStart, running, serve, set_up_logging, until_stopped
from bot.settings import Settings, WrongSettings, read_settings, read_storage
from storage import StorageError, back_up, migrate, restore

ENV_FILE = Path(".env")
MANIFEST = Path(__file__).parents[1] / "app_manifest.yml"

# sysexits.h: what a service manager can tell apart.
EX_UNAVAILABLE = 69
EX_CONFIG = 78

ABOUT = """differ asks sellers before a call: would your prospect agree?

Try it without Slack:       differ try
Run it for a workspace:     differ serve     (settings in .env, see .env.example)
"""


def main() -> int:
    """Run a command. 0 well, 69 something it needs is missing, 78 wrong settings."""
    arguments = _parser().parse_args()
    try:
        return int(arguments.run(arguments))
    except KeyboardInterrupt:
        return 130
    except WrongSettings as wrong:
        for problem in wrong.problems:
            print(problem, file=sys.stderr)
        return EX_CONFIG
    except (CannotStart, ValueError) as error:
        print(error, file=sys.stderr)
        return EX_CONFIG
    except (StorageError, OSError) as error:
        print(f"differ cannot run: {error}.", file=sys.stderr)
        return EX_UNAVAILABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="differ", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"differ {version('differ')}")
    commands = parser.add_subparsers(title="commands", metavar="", required=True)
    trying = commands.add_parser("try", help="a playground in the browser: no Slack, no account")
    trying.add_argument("--port", type=int, default=3033, help="where the page is (default 3033)")
    trying.add_argument("--no-browser", action="store_true", help="only print the address")
    trying.set_defaults(run=_try)
    serving = commands.add_parser("serve", help="run the coach for Slack")
    serving.set_defaults(run=_serve)
    migrating = commands.add_parser("migrate", help="bring the database up to this version")
    migrating.set_defaults(run=_migrate)
    backing_up = commands.add_parser("backup", help="write every row, still sealed, into a file")
    backing_up.add_argument("file", type=Path, help="the new file; the keys are not in it")
    backing_up.set_defaults(run=_backup)
    restoring = commands.add_parser("restore", help="fill an empty database from a backup")
    restoring.add_argument("file", type=Path, help="a file that `differ backup` wrote")
    restoring.set_defaults(run=_restore)
    rotating = commands.add_parser("keys", help="rotate the keys that seal what sellers write")
    rotating.add_argument("what", choices=["rotate"], help="a new key in front, the old ones kept")
    rotating.set_defaults(run=_rotate_keys)
    return parser


def _try(arguments: argparse.Namespace) -> int:
    asyncio.run(_playground(arguments.port, browser=not arguments.no_browser))
    return 0


async def _playground(port: int, *, browser: bool) -> None:
    """The coach at work in the small Slack. It reads no .env and refuses exported tokens."""
    # Only here: `differ serve` starts without it.
    from bot.playground.server import SmallSlack

    set_up_logging("WARNING")
    with until_stopped(), tempfile.TemporaryDirectory(prefix="differ-") as folder:
        start = SmallSlack.start(port=port, page=True, manifest=MANIFEST, environment=os.environ)
        async with start as slack:
            settings = Settings(
                bot_token=slack.bot_token,
                app_token=slack.app_token,
                slack_api_url=slack.api_url,
                database_url=f"sqlite+aiosqlite:///{folder}/differ.db",
                keys=f"try:{base64.b64encode(os.urandom(32)).decode()}",
                port=0,
            )
            async with running(settings, slack.clock.now) as differ:
                slack.clock.on_move.append(differ.clock.wake)
                print(
                    f"differ is at {slack.origin}  Type /differ there. Ctrl+C stops it.", flush=True
                )
                if browser:
                    await asyncio.to_thread(webbrowser.open, slack.origin)
                await asyncio.Event().wait()


def _serve(arguments: argparse.Namespace) -> int:
    settings = read_settings(os.environ, ENV_FILE)
    set_up_logging(settings.log_level)
    asyncio.run(serve(settings))
    return 0


def _migrate(arguments: argparse.Namespace) -> int:
    asyncio.run(migrate(read_storage(os.environ, ENV_FILE).database_url))
    print("The database is up to date.")
    return 0


def _backup(arguments: argparse.Namespace) -> int:
    count = asyncio.run(back_up(read_storage(os.environ, ENV_FILE).database_url, arguments.file))
    print(f"{count} rows are in {arguments.file}. Keep the keys apart from it: it needs them.")
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    count = asyncio.run(restore(read_storage(os.environ, ENV_FILE).database_url, arguments.file))
    print(f"{count} rows are restored. They need the keys of the time of the backup.")
    return 0


def _rotate_keys(arguments: argparse.Namespace) -> int:
    count = asyncio.run(keys.rotate(read_storage(os.environ, ENV_FILE)))
    print(f"Workspaces put under the new key: {count}. Older backups still need the old one.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
