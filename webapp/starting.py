"""What every way of starting the web has in common: gunicorn's and the embedded default's."""

import os
import sys
from dataclasses import replace
from typing import NoReturn

from flask import Flask

import engine
from engine.facade import restore_training_clock
from engine.logs import configure_logs
from engine.settings import Settings, SettingsInvalid, embedded_secret
from webapp import create_app

GUNICORN_GIVES_UP = 4
"""A worker process that ends with this code ends its server; with another it is started again."""


def with_secret(settings: Settings) -> Settings:
    """The settings with a signing key: that of the data folder where none is given."""
    if settings.secret_key:
        return settings
    return replace(settings, secret_key=embedded_secret(settings.data_dir))


def from_environment() -> Flask:
    """The application for a WSGI server: `gunicorn 'webapp.starting:from_environment()'`.

    The schema is brought up to date beforehand: `python -m engine install`. With wrong settings the
    server ends at once and says which.
    """
    try:
        settings = with_secret(Settings.from_environment(os.environ))
    except SettingsInvalid as invalid:
        _refuse(f"These settings cannot be used:\n{invalid}\n{invalid.hint}")
    if settings.redis_url is None:
        # Nobody would carry out deliveries or look at the clock, and nobody would notice for days.
        _refuse(
            "REDIS_URL is empty: no message would leave and no term would expire.\n"
            "Set it and run `python -m workers`, `… relay` and `… clock` beside the web server,\n"
            "or let one process do everything: `python -m webapp --no-seed`."
        )
    configure_logs(level=settings.log_level, form=settings.log_format)
    office = engine.open(settings)
    if settings.training:
        restore_training_clock(office)
    # Until the first request nothing asks the database: a server started before it comes up too.
    return create_app(settings, office)


def _refuse(words: str) -> NoReturn:
    """End the process in the way that gunicorn understands as: do not try again."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
    sys.exit(GUNICORN_GIVES_UP)
