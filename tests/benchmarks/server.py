"""The real web server with two routes more: one that commits one row, one that starts many cases.

`python -m tests.benchmarks.server PORT`, with the settings of an installation.
"""

import itertools
import os
import sys
from pathlib import Path

from flask import Flask, jsonify, request
from sqlalchemy import text
from waitress import create_server
from werkzeug.wrappers import Response

import engine
from engine import Engine
from engine.commands import start_case
from engine.logs import configure_logs
from engine.queries import token_holder
from engine.settings import Settings
from tests.benchmarks.places import FORM
from webapp import create_app
from webapp.auth import public
from webapp.security import csrf

_numbers = itertools.count()


def with_routes(app: Flask) -> Flask:
    """The product's application and what it is compared with."""
    office: Engine = app.extensions["engine"]
    statement = text("UPDATE bare SET value = :value WHERE id = 1")

    @app.post("/bare")
    @public
    def bare() -> Response:
        given = request.get_json()
        value = f"{next(_numbers)}{given['data']['remarks']}"
        with office.database.begin() as connection:
            connection.execute(statement, {"value": value})
        return jsonify({"ok": True})

    @app.post("/fill")
    @public
    def fill() -> Response:
        holder = office.read(token_holder, token=request.get_json()["token"])
        if holder is None:
            raise RuntimeError("the token is not known")
        for _ in range(request.get_json()["count"]):
            office.run(
                holder.actor, start_case, process="loop", title="Misura", parties=[], data=FORM
            )
        return jsonify({"megabytes": resident_megabytes()})

    for view in (bare, fill):
        csrf.exempt(view)
    return app


def resident_megabytes() -> float:
    """The memory this process holds."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmRSS"))
    return int(kilobytes) / 1024


def main(port: int) -> None:
    """Serve until stopped, with as many threads as the product has by default."""
    settings = Settings.from_environment(os.environ)
    configure_logs(level=settings.log_level, form=settings.log_format)
    app = with_routes(create_app(settings, engine.open(settings)))
    server = create_server(app, host="127.0.0.1", port=port, threads=settings.web_threads, ident="")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
