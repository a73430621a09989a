"""What the office's machine may decide: every setting, its default and its rule, in one table.

`Settings.from_environment(os.environ)` reads them all and complains about all of them at once, so
that an installation is corrected in one go and not one start at a time.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from engine.settings.providers import Provider, read_providers
from engine.settings.readers import (
    Unusable,
    address,
    database,
    folder,
    mailbox,
    names,
    one_of,
    optional,
    text,
    whole,
)

LogFormat = Literal["console", "json"]


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One setting that cannot be used, and what to write instead."""

    name: str
    what: str
    hint: str


class SettingsInvalid(Exception):
    """Settings are wrong; `problems` lists every one of them."""

    hint = "Correct the environment variables listed and start again."

    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{p.name}: {p.what} {p.hint}" for p in problems))


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: who owns it, its default as people write it, and how it is read."""

    name: str
    default: str
    read: Callable[[str], Any]
    owner: Literal["webapp", "workers"]
    meaning: str

    @property
    def field(self) -> str:
        """The name of its value in `Settings`."""
        return self.name.lower()


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "DATA_DIR",
        "data",
        folder,
        "webapp",
        "Folder of the documents, and of the database when it is SQLite.",
    ),
    Setting(
        "DATABASE_URL",
        "",
        database,
        "webapp",
        "Database address. Empty: the file `concerto.sqlite3` in `DATA_DIR`.",
    ),
    Setting(
        "PROCESSES_DIR",
        "processes",
        folder,
        "webapp",
        "Folder of the process types loaded at start.",
    ),
    Setting(
        "SECRET_KEY",
        "",
        text,
        "webapp",
        "Signs the session cookies; at least 32 characters. Required with PostgreSQL. "
        "Empty with SQLite: made at first start and kept in `DATA_DIR`.",
    ),
    Setting(
        "PUBLIC_URL",
        "http://127.0.0.1:8000",
        address("http", "https", example="https://concerto.municipality.it"),
        "webapp",
        "Address under which people reach the pages; links in messages begin with it.",
    ),
    Setting(
        "TRUSTED_PROXIES",
        "0",
        whole(0, 5),
        "webapp",
        "How many proxies of yours stand before the web server.",
    ),
    Setting("WEB_THREADS", "8", whole(1, 64), "webapp", "Requests answered at the same time."),
    Setting(
        "HOT_CASES",
        "256",
        whole(0, 100_000),
        "webapp",
        "Running cases kept in memory, some 100 kB each; the others are read when moved.",
    ),
    Setting("SESSION_HOURS", "10", whole(1, 24), "webapp", "Hours after which one signs in again."),
    Setting(
        "SESSION_IDLE_MINUTES",
        "120",
        whole(5, 1440),
        "webapp",
        "Minutes after which a browser left alone is signed out.",
    ),
    Setting(
        "LOCAL_ACCOUNTS",
        "yes",
        one_of("yes", "no"),
        "webapp",
        "`no`: nobody signs in with a password; it takes an identity provider.",
    ),
    Setting(
        "SECOND_FACTOR",
        "required",
        one_of("required", "offered"),
        "webapp",
        "`required`: whoever answers for an activity or administers sets it up at the next "
        "sign-in with a password; the demo office is exempt. `offered`: whoever wants to.",
    ),
    Setting(
        "SIGN_IN_CONTACT",
        "",
        text,
        "webapp",
        "Whom to ask for an account, shown to whoever is not recognised.",
    ),
    Setting(
        "OIDC_PROVIDERS",
        "",
        names,
        "webapp",
        "Names of the identity providers, separated by spaces; each has settings of its own.",
    ),
    Setting(
        "INVITATION_DAYS",
        "7",
        whole(1, 60),
        "webapp",
        "Days for which the link of an invitation is good.",
    ),
    Setting(
        "ANSWER_LINK_DAYS",
        "60",
        whole(1, 365),
        "webapp",
        "Days for which a consulted body without account can answer by its link.",
    ),
    Setting(
        "MAX_UPLOAD_MB", "25", whole(1, 2048), "webapp", "Largest file accepted, in megabytes."
    ),
    Setting(
        "LANGUAGE",
        "it",
        one_of("it", "en"),
        "webapp",
        "Language shown until a person chooses.",
    ),
    Setting(
        "TRAINING",
        "no",
        one_of("no", "yes", "forced"),
        "webapp",
        "`yes`: the clock can be moved forward. Refused with PostgreSQL unless `forced`.",
    ),
    Setting(
        "LOG_LEVEL",
        "INFO",
        one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        "webapp",
        "Least important line that is written.",
    ),
    Setting(
        "LOG_FORMAT",
        "console",
        one_of("console", "json"),
        "webapp",
        "`console` for people, `json` for a log collector.",
    ),
    Setting(
        "REDIS_URL",
        "",
        optional(
            address("redis", "rediss", "unix", example="redis://localhost:6379/0", host=False)
        ),
        "workers",
        "Redis or Valkey. Empty: deliveries and clock run inside the web process.",
    ),
    Setting(
        "SMTP_URL",
        "",
        optional(
            address(
                "smtp", "smtp+starttls", "smtps", example="smtp+starttls://name:password@mail:587"
            )
        ),
        "workers",
        "Mail server. Empty: each message becomes a file in `DATA_DIR/outgoing-mail`.",
    ),
    Setting("MAIL_FROM", "concerto@localhost", mailbox, "workers", "Sender of the messages."),
    Setting(
        "SERVICES_URL",
        "",
        optional(address("http", "https", example="https://services.municipality.it/concerto")),
        "workers",
        "Where drawn service tasks ask: their topic is added to it. Empty: each fails at once.",
    ),
    Setting(
        "SERVICES_TOKEN",
        "",
        optional(text),
        "workers",
        "Sent to `SERVICES_URL` as `Authorization: Bearer`. Empty: nothing is sent.",
    ),
    Setting(
        "RELAY_SECONDS",
        "2",
        whole(1, 60),
        "workers",
        "How often deliveries are looked for.",
    ),
    Setting(
        "CLOCK_SECONDS",
        "60",
        whole(1, 3600),
        "workers",
        "How often expired deadlines are looked for.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one installation, all of them valid."""

    data_dir: Path
    database_url: str
    processes_dir: Path
    secret_key: str
    public_url: str
    trusted_proxies: int
    web_threads: int
    hot_cases: int
    session_hours: int
    session_idle_minutes: int
    local_accounts: bool
    second_factor: Literal["required", "offered"]
    sign_in_contact: str
    oidc_providers: tuple[Provider, ...]
    invitation_days: int
    answer_link_days: int
    max_upload_mb: int
    language: str
    training: bool
    log_level: str
    log_format: LogFormat
    redis_url: str | None
    smtp_url: str | None
    mail_from: str
    services_url: str | None
    services_token: str | None
    relay_seconds: int
    clock_seconds: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read every setting, or refuse with the list of all that is wrong."""
        values, problems = _read_all(environment)
        providers, complaints = read_providers(values.get("oidc_providers", ()), environment)
        problems += [SettingProblem(c.name, c.what, c.hint) for c in complaints]
        problems += _contradictions(values)
        if problems:
            raise SettingsInvalid(tuple(problems))
        values["training"] = values["training"] != "no"
        values["local_accounts"] = values["local_accounts"] == "yes"
        values["oidc_providers"] = providers
        values["public_url"] = values["public_url"].rstrip("/")
        values["database_url"] = values["database_url"] or _database_file(values["data_dir"])
        return cls(**values)

    @property
    def on_sqlite(self) -> bool:
        """Whether the database is a file of this machine."""
        return self.database_url.startswith("sqlite")

    def provider(self, name: str) -> Provider | None:
        """The identity provider of this name."""
        return next((p for p in self.oidc_providers if p.name == name), None)

    @property
    def documents_dir(self) -> Path:
        """Where the contents of documents are kept."""
        return self.data_dir / "documents"

    @property
    def outgoing_mail_dir(self) -> Path:
        """Where messages are left when no mail server is set."""
        return self.data_dir / "outgoing-mail"

    @property
    def max_upload_bytes(self) -> int:
        """The largest file accepted, in bytes."""
        return self.max_upload_mb * 1024 * 1024

    def __repr__(self) -> str:
        """Name the settings that are set; their values may hold passwords and stay hidden."""
        return f"Settings({', '.join(field.name for field in fields(self))})"


def embedded_secret(data_dir: Path) -> str:
    """Return the signing key of this data folder, making it at the first start."""
    path = data_dir / "secret-key"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        # Created by exactly one process and readable by its owner only.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key := secrets.token_urlsafe(48))
    return key


def _read_all(environment: Mapping[str, str]) -> tuple[dict[str, Any], list[SettingProblem]]:
    values: dict[str, Any] = {}
    problems: list[SettingProblem] = []
    for setting in SETTINGS:
        written = environment.get(setting.name, "").strip()
        try:
            values[setting.field] = setting.read(written or setting.default)
        except Unusable as complaint:
            problems.append(SettingProblem(setting.name, complaint.what, complaint.hint))
    return values, problems


def _contradictions(values: Mapping[str, Any]) -> list[SettingProblem]:
    problems = []
    key, on_server = values.get("secret_key", ""), "postgresql" in values.get("database_url", "")
    if (key or on_server) and len(key) < 32:
        problems.append(
            SettingProblem(
                "SECRET_KEY",
                "has fewer than 32 characters." if key else "is needed with PostgreSQL.",
                "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
            )
        )
    if on_server and values.get("training") == "yes":
        problems.append(
            SettingProblem(
                "TRAINING",
                "would let people move the clock of a database shared with others.",
                "Remove it, or write “forced” if this database holds only exercises.",
            )
        )
    if values.get("local_accounts") == "no" and values.get("oidc_providers") == ():
        problems.append(
            SettingProblem(
                "LOCAL_ACCOUNTS",
                "is “no” and there is no identity provider: nobody could sign in.",
                "Name a provider in OIDC_PROVIDERS, or write “yes”.",
            )
        )
    return problems


def _database_file(data_dir: Path) -> str:
    return f"sqlite:///{data_dir / 'concerto.sqlite3'}"
