"""Whether the product is alive, whether it can work, and how busy it is."""

import time

from flask import Blueprint, Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client import generate_latest as metrics_text
from werkzeug.wrappers import Response

from engine.logs import log
from engine.queries import zones
from webapp.auth import engine, path_to_tell, public

blueprint = Blueprint("health", __name__)
SILENT = frozenset({"health.alive", "health.ready", "health.metrics"})


class Gauges:
    """The counters of one application, so that two in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.answers = Counter(
            "concerto_requests_total",
            "Answers given",
            ("method", "endpoint", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "concerto_request_seconds", "Time taken", ("endpoint",), registry=self.registry
        )


def register(app: Flask) -> None:
    """Measure and log every answer, and offer what probes ask for."""
    app.extensions["gauges"] = Gauges()
    app.before_request(_start)
    app.after_request(_observe)
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """The process answers: nothing else is asked."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """The database answers too, and holds the tables and the territory it needs."""
    try:
        if not engine().read(zones):
            raise LookupError("the territory has not been loaded")
    except Exception as failure:
        # Whatever it is, a probe needs a plain no and the log the reason.
        log(__name__).error("not ready", exc_info=failure)
        return {"status": "unavailable"}, 503
    return {"status": "ready"}


@blueprint.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Counters in the text form of Prometheus."""
    gauges: Gauges = current_app.extensions["gauges"]
    return metrics_text(gauges.registry), {"Content-Type": CONTENT_TYPE_LATEST}


def _start() -> None:
    g.started = time.perf_counter()


def _observe(response: Response) -> Response:
    gauges: Gauges = current_app.extensions["gauges"]
    # The endpoint, not the address: addresses hold ids and would grow without end.
    endpoint = request.endpoint or "unknown"
    taken = time.perf_counter() - g.get("started", time.perf_counter())
    gauges.answers.labels(request.method, endpoint, str(response.status_code)).inc()
    gauges.seconds.labels(endpoint).observe(taken)
    if endpoint not in SILENT:
        log(__name__).debug(
            "answered",
            method=request.method,
            path=path_to_tell(),
            status=response.status_code,
            milliseconds=round(taken * 1000, 1),
        )
    return response
