"""The JSON interface: the same questions and commands for other systems.

It holds no rule either: each route reads a query or runs a command and writes the row down.
"""

from flask import Flask

from webapp.api import (
    account,
    accounts,
    bodies,
    case_parts,
    cases,
    catalogue,
    deadlines,
    docs,
    files,
    invitations,
    mandates,
    plan,
    raci,
    term,
    territory,
    training,
    work_items,
    worklist,
)
from webapp.security import csrf

PARTS = (
    account.part,
    catalogue.part,
    cases.part,
    case_parts.part,
    raci.part,
    deadlines.part,
    plan.part,
    worklist.part,
    work_items.part,
    files.part,
    term.part,
    mandates.part,
    mandates.substitutions,
    invitations.part,
    accounts.part,
    territory.part,
    bodies.part,
    training.part,
)


def register(app: Flask) -> None:
    """Offer every part under /api/v1, with its description for people and machines."""
    description = docs.Description(app)
    for part in PARTS:
        # The door itself asks for the token against forgery, where a browser's session is used.
        csrf.exempt(part.blueprint)
        description.add(part)
    app.register_blueprint(docs.blueprint)
    app.extensions["api"] = description
    app.after_request(docs.say_how_to_sign_in)
