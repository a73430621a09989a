"""The catalogue: which procedures there are, what each asks of whom, and by when."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import ProcessNotFound
from engine.queries import ProcessView, RaciView, process, processes
from engine.text import Text
from webapp.auth import engine, officer

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/processes")
def show() -> ResponseReturnValue:
    """Every procedure in one line or two, with a way to start those I may."""
    found = engine().read(processes, actor=officer())
    return render_template("pages/catalogue.html", nav="processes", processes=found)


@blueprint.get("/processes/<key>")
def one(key: str) -> ResponseReturnValue:
    """One procedure: stages, activities, terms, responsibilities, drawings, versions."""
    view = engine().read(process, actor=officer(), key=key)
    return render_template(
        "pages/catalogue_process.html",
        nav="processes",
        process=view,
        stages=_stages(view),
        columns=[{"key": key, "label": title} for key, title in view.raci.columns],
        matrix=matrix(view.raci),
        drawings=[
            {
                "id": id_,
                "title": title,
                "url": url_for("catalogue.drawing", key=key, drawing_id=id_),
                "words": [activity.title for activity in view.activities],
            }
            for id_, title, _xml in view.drawings
        ],
        start_url=f"{request.script_root}/cases/new?process={view.key}",
    )


@blueprint.get("/processes/<key>/drawings/<drawing_id>.json")
def drawing(key: str, drawing_id: str) -> ResponseReturnValue:
    """A drawing as the viewer wants it: nothing is running, so nothing is marked."""
    return {"xml": _xml(key, drawing_id), "done": [], "current": [], "branches": []}


@blueprint.get("/processes/<key>/drawings/<drawing_id>.bpmn")
def drawing_file(key: str, drawing_id: str) -> ResponseReturnValue:
    """The drawing itself, for any BPMN tool."""
    name = f"attachment; filename={key}-{drawing_id}.bpmn"
    return Response(
        _xml(key, drawing_id), mimetype="application/xml", headers={"Content-Disposition": name}
    )


def matrix(view: RaciView) -> list[dict[str, Any]]:
    """The rows of a responsibility matrix as its macro shows them."""
    return [
        {
            "title": row.title,
            "cells": {
                key: [
                    {"letter": letter, "person": ", ".join(cell.people), "gap": cell.gap}
                    for letter in cell.letters
                ]
                for key, cell in row.cells.items()
            },
        }
        for row in view.rows
    ]


def _xml(key: str, drawing_id: str) -> str:
    view = engine().read(process, actor=officer(), key=key)
    for id_, _title, xml in view.drawings:
        if id_ == drawing_id:
            return xml
    raise ProcessNotFound(Text("Questo disegno non c’è.", "There is no such drawing."))


def _stages(view: ProcessView) -> list[dict[str, Any]]:
    found = [
        {
            "title": stage.title,
            "activities": [row for row in view.activities if row.stage == stage.id],
        }
        for stage in view.stages
    ]
    known = {stage.id for stage in view.stages}
    if loose := [row for row in view.activities if row.stage not in known]:
        found.append({"title": Text("In ogni momento", "At any time"), "activities": loose})
    return found
