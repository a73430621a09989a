"""What every way of starting the web has in common: gunicorn's and the embedded default's."""

import os
from dataclasses import replace

from flask import Flask

import engine
from engine.facade import restore_training_clock
from engine.logs import configure_logs
from engine.settings import Settings, embedded_secret
from webapp import create_app


def with_secret(settings: Settings) -> Settings:
    """The settings with a signing key: that of the data folder where none is given."""
    if settings.secret_key:
        return settings
    return replace(settings, secret_key=embedded_secret(settings.data_dir))


def from_environment() -> Flask:
    """The application for a WSGI server: `gunicorn 'webapp.starting:from_environment()'`.

    The schema is brought up to date beforehand: `python -m engine migrate`.
    """
    settings = with_secret(Settings.from_environment(os.environ))
    configure_logs(level=settings.log_level, form=settings.log_format)
    office = engine.open(settings)
    restore_training_clock(office)
    return create_app(settings, office)
