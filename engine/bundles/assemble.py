"""The parts of a folder put together into one Bundle, with every problem met on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.bundles.deadline import DeadlineRule
from engine.bundles.definition import Bundle, MessageRule, Raci
from engine.bundles.drawing import parse_drawing
from engine.bundles.drawn import Drawing
from engine.bundles.form import Form
from engine.bundles.forms.reading import EMPTY_START, parse_form
from engine.bundles.letters import parse_letters
from engine.bundles.listed import parse_rows
from engine.bundles.manifest import Manifest, parse_manifest
from engine.bundles.matrix import heard
from engine.bundles.problem import Problem
from engine.bundles.questions import parse_questions
from engine.bundles.raci import Matrix, parse_raci
from engine.bundles.usual_term import with_usual_term
from engine.text import NO_TEXT, Text


@dataclass(slots=True)
class Draft:
    """A version being read: what checks need beside the finished value."""

    files: Mapping[str, bytes]
    shared: bool = False
    """Whether this is a shared part by itself: no matrix, no start, not in the catalogue."""
    problems: list[Problem] = field(default_factory=list)
    bundle: Bundle | None = None
    manifest: Manifest | None = None
    parts: dict[str, Manifest] = field(default_factory=dict)
    """Manifests of shared parts by folder prefix (`shared/<name>/`)."""
    matrix: Matrix = field(default_factory=lambda: Matrix(Raci((), {})))
    form_files: dict[str, str] = field(default_factory=dict)
    """Activity id → file of its form."""

    def complain(self, file: str, line: int, what: str, hint: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(file, line, what, hint))


def assemble(files: Mapping[str, bytes], digest: str, *, shared: bool = False) -> Draft:
    """Read every file of a version and put it together as far as possible."""
    draft = Draft(files, shared)
    if "process.toml" not in files:
        hint = "Every process folder has one; copy that of another process and change it."
        draft.complain("process.toml", 1, "The folder has no process.toml.", hint)
        return draft
    known = _read_parts(draft)
    draft.manifest = parse_manifest(
        files, "process.toml", draft.problems, shared=shared, known=known
    )
    drawings = _drawings(draft)
    forms = _forms(draft)
    templates = parse_letters(files, draft.problems)
    if "raci.csv" in files:
        draft.matrix = parse_raci(files, draft.problems)
    elif not shared:
        hint = "Write item,capacity.role,… and one row for each milestone or activity."
        draft.complain("raci.csv", 1, "The folder has no raci.csv.", hint)
    if draft.manifest is not None:
        bundle = _bundle(draft, draft.manifest, digest, drawings, forms, known)
        draft.bundle = replace(bundle, templates=templates)
    return draft


def _read_parts(draft: Draft) -> dict[str, DeadlineRule]:
    """The manifests of the shared parts, and the terms they bring."""
    known: dict[str, DeadlineRule] = {}
    origin: dict[str, str] = {}
    for name in sorted(draft.files):
        if not name.startswith("shared/") or name.count("/") != 2:
            continue
        if not name.endswith("/process.toml"):
            continue
        part = parse_manifest(draft.files, name, draft.problems, shared=True, known=known)
        if part is None:
            continue
        draft.parts[name.removesuffix("process.toml")] = part
        for term, rule in part.deadlines.items():
            if term in known and known[term] != rule:
                line = part.table.line("deadline", term) if part.table else 1
                hint = f"Rename it: {origin[term]} has a deadline of that name too."
                draft.complain(name, line, f"“{term}” means two different terms.", hint)
            known.setdefault(term, rule)
            origin.setdefault(term, name)
    return known


def _drawings(draft: Draft) -> dict[str, Drawing]:
    drawings: dict[str, Drawing] = {}
    for prefix in ("", *draft.parts):
        file = f"{prefix}process.bpmn"
        if file not in draft.files:
            draft.complain(file, 1, "There is no drawing.", f"Draw {file}.")
            continue
        drawing = parse_drawing(file, draft.files[file], draft.problems)
        if drawing is None:
            continue
        if drawing.process in drawings:
            other = drawings[drawing.process].file
            hint = f"Rename it: {other} has the same."
            draft.complain(file, 1, f"Process id “{drawing.process}” is taken.", hint)
            continue
        drawings[drawing.process] = drawing
    return drawings


def _forms(draft: Draft) -> dict[str, Form]:
    forms: dict[str, Form] = {}
    for prefix in ("", *draft.parts):
        folder = f"{prefix}forms/"
        for name in sorted(n for n in draft.files if n.startswith(folder)):
            if not name.endswith(".toml") or "/" in name.removeprefix(folder):
                hint = "Forms are forms/<activity>.toml."
                draft.complain(name, 1, "This is no place for a form.", hint)
                continue
            activity = name.removeprefix(folder).removesuffix(".toml")
            if activity in draft.form_files:
                hint = f"Rename the activity: {draft.form_files[activity]} has the same name."
                draft.complain(name, 1, f"“{activity}” has two forms.", hint)
                continue
            draft.form_files[activity] = name
            form = parse_form(draft.files, name, draft.problems)
            if form is not None:
                forms[activity] = form
    return forms


def _bundle(
    draft: Draft,
    manifest: Manifest,
    digest: str,
    drawings: Mapping[str, Drawing],
    forms: Mapping[str, Form],
    known: Mapping[str, DeadlineRule],
) -> Bundle:
    files = draft.files
    listed = parse_rows(files, draft.problems)
    bundle = Bundle(
        key=manifest.key,
        version=manifest.version,
        digest=digest,
        title=manifest.title,
        summary=manifest.summary,
        number_prefix=manifest.number_prefix,
        accountable=manifest.accountable,
        legal_basis=manifest.legal_basis,
        evidence=manifest.evidence,
        foundations=manifest.foundations,
        stages=manifest.stages,
        capacities=manifest.capacities,
        start_by=manifest.start_by,
        start_form=_start_form(draft, manifest, forms),
        permissions=manifest.permissions,
        messages=_messages(draft, manifest, forms),
        deadlines={**known, **manifest.deadlines},
        words={
            **{k: v for part in (*draft.parts.values(), manifest) for k, v in part.words.items()},
            **listed.words,
        },
        listed=listed.rows,
        profiles=manifest.profiles,
        raci=draft.matrix.raci,
        forms={name: form for name, form in forms.items() if _is_activity(name)},
        drawings=drawings,
        files=dict(files),
        bpmn={name: files[name] for name in sorted(files) if name.endswith(".bpmn")},
        tables={name: files[name] for name in sorted(files) if name.endswith(".dmn")},
        scenarios=tuple(
            sorted(n for n in files if n.startswith("scenarios/") and n.endswith(".toml"))
        ),
        children=manifest.children,
        raises=manifest.raises,
        guide=_guide(draft),
        questions=parse_questions(files, draft.problems),
        separations=manifest.separations,
        consultations=manifest.consultations,
    )
    return with_usual_term(bundle, heard(bundle))


def _is_activity(name: str) -> bool:
    return name != "start" and not name.startswith("message-")


def _start_form(draft: Draft, manifest: Manifest, forms: Mapping[str, Form]) -> Form:
    if "start" not in forms:
        if not draft.shared and "forms/start.toml" not in draft.files:
            hint = "Write it with title.it, title.en and the fields asked when a case begins."
            draft.complain("forms/start.toml", 1, "There is no form for starting a case.", hint)
        return replace(EMPTY_START, title=manifest.title)
    return forms["start"]


def _messages(
    draft: Draft, manifest: Manifest, forms: Mapping[str, Form]
) -> dict[str, MessageRule]:
    rules: dict[str, MessageRule] = {}
    for owner in (*draft.parts.values(), manifest):
        for name, (rule, has_form) in owner.messages.items():
            file = owner.file.replace("process.toml", f"forms/message-{name}.toml")
            line = owner.table.line("message", name) if owner.table else 1
            if has_form and file not in draft.files:
                hint = f"Write {file}, or form = false."
                draft.complain(owner.file, line, f"Message “{name}” has no form.", hint)
            if not has_form and file in draft.files:
                hint = f"Write form = true in {owner.file}, or delete the file."
                draft.complain(file, 1, f"Message “{name}” says it has no form.", hint)
            rules[name] = replace(rule, form=forms.get(f"message-{name}"))
    return rules


def _guide(draft: Draft) -> Text:
    words = {}
    for language in ("it", "en"):
        content = draft.files.get(f"guide.{language}.md")
        words[language] = "" if content is None else content.decode("utf-8", "replace")
    if bool(words["it"]) != bool(words["en"]):
        lacking = "en" if words["it"] else "it"
        file = f"guide.{lacking}.md"
        draft.complain(file, 1, "The guide is missing in one language.", f"Write {file}.")
    return Text(words["it"], words["en"]) if any(words.values()) else NO_TEXT
