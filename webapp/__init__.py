"""The screens of the office: `create_app` puts the rooms of the web together."""

from flask import Flask

from engine import Engine
from engine.settings import Settings
from webapp import (
    api,
    assets,
    auth,
    errors,
    filters,
    frame,
    health,
    i18n,
    kept_pages,
    requests,
    security,
)
from webapp.federation import Federation
from webapp.pages import PAGES


def create_app(settings: Settings, engine: Engine) -> Flask:
    """The web application of one installation: pages and JSON interface over one engine."""
    app = Flask(__name__)
    app.extensions["engine"] = engine
    app.extensions["settings"] = settings
    app.extensions["federation"] = Federation(settings.public_url)

    requests.register(app)
    health.register(app)
    security.register(app, settings)
    auth.register(app)
    i18n.register(app)
    errors.register(app)
    assets.register(app)
    filters.register(app)
    frame.register(app)
    kept_pages.register(app)

    for page in PAGES:
        app.register_blueprint(page.blueprint)
    api.register(app)
    return app
