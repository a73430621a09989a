"""What every public site must say of itself: accessibility and the use of personal data."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.auth import public

blueprint = Blueprint("about", __name__)


@blueprint.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """How accessible the product is and whom to tell where it is not."""
    return render_template("pages/about_accessibility.html")


@blueprint.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """Which personal data the product keeps and why."""
    return render_template("pages/about_privacy.html")
