"""The styleguide and the simple pages on their own: a web server without an engine behind it.

`python -m tests.webapp.axe.sample` serves them for eyes, `/styleguide` first.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import flask_babel
from flask import Flask, Response, flash, jsonify, render_template, request
from flask_wtf import CSRFProtect

from engine.text import Text
from webapp import assets, filters

# The policy of the product: whatever it refuses here it would refuse there.
POLICY = (
    "default-src 'self'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
WEBAPP = Path(__file__).parents[3] / "webapp"

TOWN = SimpleNamespace(
    id="m1",
    organisation="Comune di Castagneto Po",
    level="municipality",
    role=Text("Responsabile del Servizio tecnico", "Head of the technical office"),
    act="decreto del sindaco n. 7 del 12/01/2026",
    valid_until=date(2026, 12, 31),
    open_items=3,
)
CITY = SimpleNamespace(
    id="m2",
    organisation="Città metropolitana di Torino",
    level="metropolitan_city",
    role=Text("Coordinatore", "Coordinator"),
    act="",
    valid_until=None,
    open_items=1,
)
ELENA = SimpleNamespace(
    name="Elena Garabello", mandates=(TOWN, CITY), acting=TOWN, unread_notices=2, open_items=5
)

STATE = {
    "done": ["received", "check", "flow_check"],
    "current": [{"id": "examine", "label": "Castagneto Po", "count": 4}, {"id": "elsewhere"}],
    "branches": [{"id": "examine", "done": 3, "total": 7}, {"id": "elsewhere"}],
}
POINTS = [
    ("001082", "Chivasso", 45.2057, 7.8959),
    ("001064", "Castagneto Po", 45.1627, 7.8931),
    ("001225", "Rondissone", 45.2462, 7.9611),
    ("001293", "Verolengo", 45.1978, 7.9853),
    ("001148", "Mazzè", 45.3011, 7.9342),
]
DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
 xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
 id="sample" targetNamespace="urn:sample">
 <process id="process">
  <startEvent id="received" name="Ricevuta"/>
  <userTask id="check" name="Verifica completezza"/>
  <userTask id="examine" name="Istruttoria tecnica">
   <multiInstanceLoopCharacteristics/>
  </userTask>
  <endEvent id="done" name="Fine"/>
  <sequenceFlow id="flow_received" sourceRef="received" targetRef="check"/>
  <sequenceFlow id="flow_check" sourceRef="check" targetRef="examine"/>
  <sequenceFlow id="flow_done" sourceRef="examine" targetRef="done"/>
 </process>
 <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="process">
  <bpmndi:BPMNShape id="s1" bpmnElement="received">
   <dc:Bounds x="100" y="122" width="36" height="36"/></bpmndi:BPMNShape>
  <bpmndi:BPMNShape id="s2" bpmnElement="check">
   <dc:Bounds x="200" y="100" width="120" height="80"/></bpmndi:BPMNShape>
  <bpmndi:BPMNShape id="s3" bpmnElement="examine">
   <dc:Bounds x="400" y="100" width="120" height="80"/></bpmndi:BPMNShape>
  <bpmndi:BPMNShape id="s4" bpmnElement="done">
   <dc:Bounds x="600" y="122" width="36" height="36"/></bpmndi:BPMNShape>
  <bpmndi:BPMNEdge id="e1" bpmnElement="flow_received">
   <di:waypoint x="136" y="140"/><di:waypoint x="200" y="140"/></bpmndi:BPMNEdge>
  <bpmndi:BPMNEdge id="e2" bpmnElement="flow_check">
   <di:waypoint x="320" y="140"/><di:waypoint x="400" y="140"/></bpmndi:BPMNEdge>
  <bpmndi:BPMNEdge id="e3" bpmnElement="flow_done">
   <di:waypoint x="520" y="140"/><di:waypoint x="600" y="140"/></bpmndi:BPMNEdge>
 </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</definitions>"""


def create_sample() -> Flask:
    """An application with every part and no rules."""
    app = Flask("webapp", root_path=str(WEBAPP))
    app.config.update(SECRET_KEY="sample", WTF_CSRF_TIME_LIMIT=None)
    CSRFProtect(app)
    flask_babel.Babel(app, locale_selector=lambda: request.args.get("lang", "it"))
    assets.register(app)
    filters.register(app)
    app.context_processor(_frame)
    app.after_request(_protect)
    app.extensions["posts"] = []

    app.add_url_rule("/styleguide", view_func=styleguide, methods=["GET", "POST"])
    app.add_url_rule("/autosave", view_func=autosave, methods=["POST"])
    app.add_url_rule("/diagram.json", view_func=diagram)
    app.add_url_rule("/points.json", view_func=points)
    app.add_url_rule("/slow", view_func=slow, methods=["POST"])
    for name in ("sign_in", "mandates", "account", "error"):
        app.add_url_rule(f"/{name}", name, simple_page(name))
    return app


def styleguide() -> str:
    """Every part in every state; rows are added and removed as a page would."""
    action = request.form.get("_action", "")
    kept = {name for name in request.form if name.startswith("shares.2.")}
    more = action == "add:shares" or (kept and action != "remove:shares:2")
    if request.method == "GET":
        flash("Delibera registrata. Prot. 4410/2026.", "ok")
    return render_template("pages/styleguide.html", more_rows=[_third_row()] if more else [])


def autosave() -> Response:
    """Keep what was typed, and say so."""
    _posts().append(request.form.to_dict())
    if request.form.get("number") == "0":
        refused = jsonify(detail="Un collega ha scritto nella stessa bozza: ricarica la pagina.")
        refused.status_code = 409
        return refused
    return jsonify(message="Bozza salvata alle 10:31.", draft_version=len(_posts()) + 3)


def slow() -> str:
    """A submit that is counted: a second click must not arrive."""
    _posts().append(request.form.to_dict())
    return "<!doctype html><title>fatto</title>"


def diagram() -> Response:
    """A drawing with tokens; two of them stand on elements that it does not show."""
    return jsonify(xml=DIAGRAM, **STATE)


def points() -> Response:
    """Municipalities to pick, and one that only orients."""
    names = ("id", "name", "lat", "lon")
    return jsonify(
        points=[dict(zip(names, point, strict=True), zone=10, state="") for point in POINTS]
    )


def simple_page(name: str) -> Any:
    """One of the pages that need no engine, as it looks with something to show."""

    def view() -> str:
        now = datetime(2026, 11, 20, 15, 40, tzinfo=UTC)
        session = SimpleNamespace(id="1", device="Firefox, Debian", created_at=now)
        token = SimpleNamespace(id="1", name="Protocollo", created_at=now)
        values: dict[str, Any] = {
            "sign_in": {"me": None, "error": "Nome o password non corrispondono. Riprova."},
            "mandates": {"selected": "m1"},
            "account": {
                "sessions": [session, SimpleNamespace(**{**vars(session), "id": "2"})],
                "tokens": [token],
                "this_session": "1",
                "new_token": "cnc_9f41c7aa0c3d5e21b7f8e6d4c2b1a09f",
            },
            "error": {
                "status": 409,
                "title": Text("È già in carico a Federica.", "Federica holds it already."),
                "hint": Text("Chiedile di lasciarla.", "Ask her to release it."),
                "back": "/styleguide",
            },
        }
        return render_template(f"pages/{name}.html", **values[name])

    return view


def _third_row() -> list[dict[str, Any]]:
    given = request.form
    town, amount = "shares.2.municipality", "shares.2.amount"
    return [
        {
            "type": "text",
            "name": town,
            "id": "shares-2-municipality",
            "label": "Comune",
            "required": True,
            "value": given.get(town, ""),
            "width": "l",
        },
        {
            "type": "money",
            "name": amount,
            "id": "shares-2-amount",
            "label": "Quota annua",
            "required": True,
            "value": given.get(amount, ""),
        },
    ]


def _posts() -> list[dict[str, str]]:
    from flask import current_app

    posts: list[dict[str, str]] = current_app.extensions["posts"]
    return posts


def _frame() -> dict[str, Any]:
    today = date(2026, 11, 23)
    return {"me": ELENA, "today": today, "training": True, "language": filters.current_language()}


def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    return response


if __name__ == "__main__":
    create_sample().run(port=8123)
