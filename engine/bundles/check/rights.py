"""Who takes part and who may do what: capacities, rights and the matrix."""

from collections.abc import Collection, Iterable, Mapping

from engine.bundles.check.view import ACTIVITIES, Place, View
from engine.bundles.columns import Column, parse_column
from engine.bundles.definition import Capacity
from engine.bundles.form import Form
from engine.bundles.matrix import heard, in_both, may_answer, may_close
from engine.bundles.raci import FILE as MATRIX
from engine.bundles.roles import RoleNature, kinds, role_nature
from engine.bundles.source import Step

_TOML = "process.toml"


def check_rights(view: View) -> None:
    """Capacities and the columns named beside them."""
    ids = [capacity.id for capacity in view.bundle.capacities]
    for position, capacity in enumerate(view.bundle.capacities):
        _check_capacity(view, capacity, position, ids)
    if view.draft.shared:
        return
    if not ids:
        hint = "Write [[capacity]] with id, title and kinds."
        view.complain(_TOML, 1, "Nobody takes part in the process.", hint)
    bundle = view.bundle
    _check_columns(view, [bundle.accountable], "accountable")
    _check_columns(view, bundle.start_by, "start", "by")
    for command, columns in bundle.permissions.items():
        _check_columns(view, columns, "permissions", command)
    for name, rule in bundle.messages.items():
        _check_columns(view, rule.by, "message", name, "by")


def check_matrix(view: View) -> None:
    """The matrix: rows and columns exist, one answers, somebody does, nobody is asked in vain."""
    if view.draft.shared or MATRIX not in view.draft.files:
        return
    for column in view.bundle.raci.columns:
        trouble = view.column_problem(column)
        if trouble is not None:
            view.complain(MATRIX, 1, *trouble)
    elements = {e.id for e in view.elements()}
    milestones = view.milestones()
    for item, row in view.bundle.raci.rows.items():
        if item not in elements and item not in milestones:
            hint = "Name a milestone or the id of an activity or call."
            _at(view, item, f"“{item}” is neither a milestone nor drawn.", hint)
        _check_row(view, item, row)
    _check_consultations(view)
    places = [p for p in view.places() if p.element.type in ACTIVITIES]
    for place in places:
        _check_activity(view, place)
    _check_lanes(view, places)
    _check_separations(view, {*elements, *milestones})


def _check_capacity(view: View, capacity: Capacity, position: int, ids: list[str]) -> None:
    def complain(what: str, hint: str, key: str) -> None:
        view.complain(_TOML, view.line(_TOML, "capacity", position, key), what, hint)

    if ids.count(capacity.id) > 1:
        complain(f"Two capacities “{capacity.id}”.", "Rename one.", "id")
    for kind in capacity.kinds:
        if kind not in kinds():
            hint = f"Known: {', '.join(sorted(kinds()))}; roles.csv lists them."
            complain(f"“{kind}” is no kind of organisation.", hint, "kinds")
    if not capacity.kinds:
        complain(f"“{capacity.id}” says for whom it is not.", 'Write kinds = ["…"].', "kinds")
    if capacity.max is not None and capacity.max < capacity.min:
        complain(f"“{capacity.id}”: max is below min.", "Make max at least min.", "max")
    if capacity.default is None:
        return
    how, _, name = capacity.default.partition(":")
    fits = (name in capacity.kinds) if how in ("the", "zone") else (how == "first" and name in ids)
    if not fits:
        hint = "Write the:<kind>, zone:<kind> or first:<capacity>, with a kind of this capacity."
        complain(f"“{capacity.default}” gives nobody.", hint, "default")


def _check_columns(view: View, columns: Iterable[Column], *at: Step) -> None:
    for column in columns:
        if not column.role:
            continue  # unreadable: told when it was read
        trouble = view.column_problem(column)
        if trouble is not None:
            view.complain(_TOML, view.line(_TOML, *at), *trouble)


def _at(view: View, item: str, what: str, hint: str) -> None:
    view.complain(MATRIX, view.draft.matrix.lines.get(item, 1), what, hint)


def _check_row(view: View, item: str, row: Mapping[Column, str]) -> None:
    answering = [str(column) for column, cell in row.items() if "A" in cell]
    if len(answering) != 1:
        said = "Nobody answers" if not answering else f"{len(answering)} columns answer"
        hint = "Give exactly one column an A (or RA)."
        _at(view, item, f"{said} for “{item}”.", hint)
    for name in answering:
        column = parse_column(name)
        known = column is not None and view.column_problem(column) is None
        if column is not None and known and not may_answer(view.bundle, column):
            hint = "Give the A to a role that signs for its body; roles.csv says which do."
            _at(view, item, f"{name} answers for “{item}” without power to sign.", hint)
    if not any("R" in cell for cell in row.values()):
        _at(view, item, f"Nobody does “{item}”.", "Give at least one column an R (or RA).")


def _check_consultations(view: View) -> None:
    """A question of a letter C: its row has one, nothing drawn asks it already, it has a term."""
    bundle, drawn = view.bundle, heard(view.bundle)
    milestones = {stage.milestone for stage in bundle.stages}
    for position, rule in enumerate(bundle.consultations):

        def complain(what: str, hint: str, key: str, position: int = position) -> None:
            view.complain(_TOML, view.line(_TOML, "consultation", position, key), what, hint)

        row = bundle.raci.rows.get(rule.of)
        asked = {column for column, cell in (row or {}).items() if "C" in cell}
        if row is None:
            complain(f"“{rule.of}” has no row in raci.csv.", "Name a row with a C.", "of")
        elif not asked:
            complain(f"Nobody is heard in “{rule.of}”.", "Write a C in its row.", "of")
        for column in rule.hears if asked else ():
            if column not in asked:
                complain(f"{column} has no C in “{rule.of}”.", "Write it in raci.csv.", "hears")
        for column in rule.hears or sorted(asked, key=str):
            if str(column) in drawn and rule.of in milestones:
                hint = "Delete this question, or the property hears of the drawing."
                complain(f"{column} is heard by a drawn consultation.", hint, "hears")
        if asked and rule.term not in bundle.deadlines:
            hint = f"Write [deadline.{rule.term}], or take term away for that of the law."
            complain(f"There is no term “{rule.term}”.", hint, "term")


def _check_activity(view: View, place: Place) -> None:
    element, bundle = place.element, view.bundle
    letters = bundle.letters(element.id, place.path)
    if not letters:
        stage = bundle.stage_of(element.id, place.path)
        milestones = [s.milestone for s in bundle.stages if s.id == stage and not s.aside]
        rows = " or ".join(f"“{name}”" for name in [element.id, *milestones])
        view.at(
            element, f"Activity “{element.id}” has no row in raci.csv.", f"Add a row for {rows}."
        )
        return
    form = bundle.forms.get(element.id)
    if form is not None and form.approval is not None:
        _check_approval(view, place, form, letters)
    doing = [column for column, cell in letters.items() if "R" in cell]
    if form is None or not doing:
        return
    fit = [c for c in doing if nature_of(view, c) in ("both", form.nature.value)]
    # A row of its own is meant for this activity alone; an inherited one serves several.
    if not fit or (element.id in bundle.raci.rows and len(fit) < len(doing)):
        odd = ", ".join(str(c) for c in doing if c not in fit)
        hint = f"Give R to a {form.nature.value} role, or change nature in its form."
        what = f"“{element.id}” is {form.nature.value}, but {odd} cannot close it."
        item = next(
            (
                i
                for i in (element.id, *(s for s, _ in reversed(place.path)))
                if i in bundle.raci.rows
            ),
            "",
        )
        _at(view, item, what, hint)


def _check_approval(view: View, place: Place, form: Form, letters: Mapping[Column, str]) -> None:
    """What is prepared goes to whoever answers: another than who does it, and of its nature."""
    name = place.element.id

    def complain(what: str, hint: str) -> None:
        file = view.draft.form_files[name]
        view.complain(file, view.line(file, "approval"), what, hint)

    answering = [column for column, cell in letters.items() if "A" in cell]
    wanted = parse_column(form.approval) if form.approval not in (None, "A") else None
    if form.approval != "A" and wanted is None:
        complain(f"“{form.approval}” is no approver.", "Write true, or capacity.role.")
        return
    for column in answering:
        if wanted not in (None, column):
            hint = f"Write approval = true, or give {wanted} the A of “{name}”."
            complain(f"“{name}” is approved by {wanted}, but {column} answers for it.", hint)
        elif not any("R" in cell for other, cell in letters.items() if other != column):
            hint = "Take approval away, or give the R to another column."
            complain(f"“{name}” is done and approved by the same, {column}.", hint)
        elif not may_close(view.bundle, column, form.nature.value):
            hint = f"Give the A to a {form.nature.value} role, or change nature in its form."
            complain(f"“{name}” is {form.nature.value}, but {column} cannot approve it.", hint)


def _check_lanes(view: View, places: Iterable[Place]) -> None:
    carried: dict[str, bool] = {}
    found = {}
    for place in places:
        element = place.element
        if element.lane is None:
            continue
        column = parse_column(element.lane)
        if column is None or view.column_problem(column) is not None:
            hint = "Name the lane capacity.role, as in roles.csv and [[capacity]]."
            view.at(element, f"Lane “{element.lane}” is no role in a capacity.", hint)
            continue
        letters = view.bundle.letters(element.id, place.path)
        does = not letters or "R" in letters.get(column, "")
        # A called part has one drawing for several callers: one of them must mean this lane.
        carried[element.id] = carried.get(element.id, False) or does
        found[element.id] = element
    for name, does in carried.items():
        if not does:
            element = found[name]
            hint = f"Give {element.lane} an R in raci.csv, or draw “{name}” in another lane."
            what = f"“{name}” is drawn in the lane of {element.lane}, who does not do it."
            view.at(element, what, hint)


def _check_separations(view: View, known: Collection[str]) -> None:
    """Functions the law keeps apart: the items exist, and no role has a hand in both."""
    for position, rule in enumerate(view.bundle.separations):
        for key, items in (("first", rule.first), ("second", rule.second)):
            for item in items:
                if item not in known:
                    hint = "Name a milestone or the id of an activity or call."
                    where = view.line(_TOML, "separation", position, key)
                    view.complain(_TOML, where, f"“{item}” is not drawn.", hint)
        for column in in_both(view.bundle, rule.first, rule.second):
            hint = f"Give R and A of one of the two to another role ({rule.law.text})."
            what = f"{column} has a hand in two functions that are kept apart: {rule.title.en}."
            view.complain(_TOML, view.line(_TOML, "separation", position), what, hint)


def nature_of(view: View, column: Column) -> RoleNature:
    """Which acts the role behind a column may close."""
    capacity = next((c for c in view.bundle.capacities if c.id == column.capacity), None)
    names = (column.capacity, *(capacity.kinds if capacity else ()))
    natures = [role_nature(kind, column.role) for kind in names]
    return next((nature for nature in natures if nature != "technical"), "technical")
