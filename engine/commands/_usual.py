"""What a body answers every time is kept with the body, so that it is written once."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from engine.bundles.form import Form
from engine.model import UsualAnswer
from engine.unit_of_work import UnitOfWork


def keep_usual(
    work: UnitOfWork, form: Form, answers: Mapping[str, Any], organisation_id: str | None
) -> None:
    """Keep the answers marked `usual` in place of the last ones; one statement, or none."""
    usual = {f.name: answers[f.name] for f in form.fields if f.usual and f.name in answers}
    if organisation_id is None or not usual:
        return
    postgres = work.session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if postgres else sqlite.insert)(UsualAnswer).values(
        organisation_id=organisation_id, activity=form.activity, answers=usual, kept_on=work.today
    )
    # Two officers of the body may close the same activity of two cases at once: the last stands.
    work.session.execute(
        insert.on_conflict_do_update(
            index_elements=["organisation_id", "activity"],
            set_={"answers": usual, "kept_on": work.today},
        )
    )
