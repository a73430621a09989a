"""What the product told me: newest first, each with the place where to act."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import read_notices
from engine.queries import NoticeRow, notices
from webapp import shown
from webapp.auth import engine, officer, own_address

blueprint = Blueprint("notices", __name__)


@blueprint.get("/notices")
def show() -> ResponseReturnValue:
    """The notices of an officer, unread ones marked."""
    found = engine().read(notices, actor=officer(), after=request.args.get("after"))
    return render_template(
        "pages/notices.html",
        nav="notices",
        notices=[(row, _place(row)) for row in found.items],
        total=found.total,
        more_url=shown.same_page(after=found.next) if found.next else None,
    )


@blueprint.post("/notices/read")
def read() -> ResponseReturnValue:
    """Mark some notices as read, or all of them."""
    chosen = request.form.getlist("notice")
    engine().run(officer(), read_notices, ids=chosen or None)
    return redirect(own_address(request.form.get("next")) or url_for("notices.show"))


def _place(row: NoticeRow) -> str | None:
    if row.work_item_id:
        return f"{request.script_root}/work-items/{row.work_item_id}"
    return shown.case_url(row.case_id) if row.case_id else None
