"""Everything differ takes from its environment, read in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

SLACK = "https://slack.com/api/"
DATABASE = "sqlite+aiosqlite:///differ.db"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class WrongSettings(ValueError):
    """Settings that differ cannot start with; ``problems`` has one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """How this process runs. Without an app token Slack reaches it by HTTP."""

    bot_token: str = ""
    app_token: str = ""
    signing_secret: str = ""
    slack_api_url: str = SLACK
    database_url: str = DATABASE
    keys: str = ""
    host: str = "127.0.0.1"
    port: int = 3000
    log_level: str = "INFO"
    post_timeout: float = 10.0
    lease: float = 30.0

    def __repr__(self) -> str:
        return "Settings(...)"  # tokens and keys are in here

    @property
    def socket_mode(self) -> bool:
        """Whether differ calls Slack, rather than Slack differ."""
        return bool(self.app_token)

    @property
    def key_file(self) -> Path | None:
        """Where the keys are when none are given: beside the SQLite database."""
        if self.keys or not self.database_url.startswith("sqlite"):
            return None
        return Path(self.database_url.partition(":///")[2]).with_name("differ.key")


def read_settings(environ: Mapping[str, str], env_file: Path | None = None) -> Settings:
    """The settings of an environment, which goes before an ``.env`` file.

    Raises:
        WrongSettings: naming each one that is missing or wrong, and its remedy.
    """
    given = _given(environ, env_file)
    port, level = given.get("PORT", "3000"), given.get("LOG_LEVEL", "INFO").upper()
    settings = Settings(
        bot_token=given.get("SLACK_BOT_TOKEN", ""),
        app_token=given.get("SLACK_APP_TOKEN", ""),
        signing_secret=given.get("SLACK_SIGNING_SECRET", ""),
        slack_api_url=given.get("SLACK_API_URL", SLACK).rstrip("/") + "/",
        database_url=given.get("DATABASE_URL", DATABASE),
        keys=given.get("DIFFER_KEYS", ""),
        host=given.get("HOST", "127.0.0.1"),
        port=int(port) if port.isdecimal() else 0,
        log_level=level,
        post_timeout=_seconds(given.get("POST_TIMEOUT", "10")),
        lease=_seconds(given.get("LEASE", "30")),
    )
    if problems := _problems(settings):
        raise WrongSettings(problems)
    return settings


def read_storage(environ: Mapping[str, str], env_file: Path | None = None) -> Settings:
    """The database and its keys alone, for commands that speak to nobody. WrongSettings."""
    given = _given(environ, env_file)
    url = given.get("DATABASE_URL", DATABASE)
    if problem := _database_problem(url):
        raise WrongSettings([problem])
    return Settings(database_url=url, keys=given.get("DIFFER_KEYS", ""))


def _given(environ: Mapping[str, str], env_file: Path | None) -> dict[str, str]:
    """What somebody has set to something."""
    filed = dotenv_values(env_file) if env_file and env_file.exists() else {}
    stripped = {name: (value or "").strip() for name, value in {**filed, **environ}.items()}
    return {name: value for name, value in stripped.items() if value}


def _problems(settings: Settings) -> list[str]:
    found = [
        _bot_token_problem(settings),
        _connection_problem(settings),
        _database_problem(settings.database_url),
    ]
    if not 0 < settings.port < 65536:
        found.append("PORT must be a number from 1 to 65535.")
    if settings.log_level not in LEVELS:
        found.append(f"LOG_LEVEL must be one of {', '.join(LEVELS)}.")
    if not 0 < 2 * settings.post_timeout < settings.lease:
        found.append("POST_TIMEOUT and LEASE must be seconds, LEASE more than twice POST_TIMEOUT.")
    if not settings.slack_api_url.startswith(("http://", "https://")):
        found.append("SLACK_API_URL must begin with https:// (or http:// on this machine).")
    if not settings.keys and settings.key_file is None:
        found.append("DIFFER_KEYS is missing: with PostgreSQL the keys must be given, id:base64.")
    return [problem for problem in found if problem]


def _seconds(text: str) -> float:
    """A number of seconds; 0, which no setting may be, when it is none."""
    return float(text) if text.replace(".", "", 1).isdecimal() else 0.0


def _bot_token_problem(settings: Settings) -> str:
    if not settings.bot_token:
        return "SLACK_BOT_TOKEN is missing: the Bot User OAuth Token under OAuth & Permissions."
    if not settings.bot_token.startswith("xoxb-"):
        return "SLACK_BOT_TOKEN must begin with xoxb-: the Bot User OAuth Token, not another one."
    return ""


def _connection_problem(settings: Settings) -> str:
    if settings.app_token and not settings.app_token.startswith("xapp-"):
        return "SLACK_APP_TOKEN must begin with xapp-: an app-level token with connections:write."
    if not settings.app_token and not settings.signing_secret:
        return (
            "Either SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is needed: "
            "both are under Basic Information."
        )
    return ""


def _database_problem(url: str) -> str:
    if url.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
        return ""
    return (
        "DATABASE_URL must begin with sqlite+aiosqlite:/// and a path, or with "
        "postgresql+asyncpg://."
    )
