"""`python -m engine`: what an administrator and a process author do without a screen."""

import argparse
import json
import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect

from engine.actor import Actor
from engine.appointing import offer_appointing, offer_password
from engine.backup import back_up, restore
from engine.backup.making import no_installation
from engine.backup.manifest import Manifest
from engine.bundles.load import load_folder, opened_first
from engine.bundles.problem import Problem
from engine.bundles.versions import FILE, read_lock, write_lock
from engine.calculator.command import offer as offer_calculator
from engine.checks import problems_of_folder
from engine.commands import deploy_process, migrate_case, seal_day, undo_migration
from engine.errors import BundleInvalid, EngineError, ProcessNotFound
from engine.facade import Engine, open_engine, restore_training_clock
from engine.integrity import verify
from engine.migrations import upgrade
from engine.queries import deployments, exported_proof
from engine.queries.law import law_table, questions_sheet
from engine.queries.migrations import (
    CasePreview,
    MigrationPreview,
    case_by_number,
    migration_preview,
)
from engine.scenarios import play
from engine.seed import install
from engine.settings import Settings, SettingsInvalid
from engine.text import both

PROCESSES = Path("processes")
SYSTEM = Actor.system("command line")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command; 0 when all is well, 1 when something must be mended, 2 for misuse."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.act(chosen))
    except SettingsInvalid as invalid:
        print(f"These settings cannot be used:\n{invalid}\n{invalid.hint}", file=sys.stderr)
    except EngineError as refused:
        print(f"{refused.message.en}\n{refused.hint.en}", file=sys.stderr)
        for problem in refused.details.get("problems", ()):
            print(problem, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="lint process folders: every problem, with remedy")
    check.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    check.add_argument("--json", action="store_true", help="problems as JSON")
    check.set_defaults(act=_check)

    deploy = commands.add_parser("deploy", help="publish process folders")
    deploy.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    deploy.set_defaults(act=_deploy)

    scenarios = commands.add_parser("scenarios", help="play the stories of process folders")
    scenarios.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    scenarios.add_argument("--update", action="store_true", help="write the traces anew")
    scenarios.set_defaults(act=_scenarios)

    migrate = commands.add_parser("migrate", help="bring the database to the present schema")
    migrate.set_defaults(act=_migrate)

    setup = commands.add_parser(
        "install", help="schema, territory and procedures of an installation"
    )
    setup.set_defaults(act=_install)

    offer_appointing(commands.add_parser("appoint", help="give a person a role"), _installed)
    offer_password(
        commands.add_parser("set-password", help="give an account a new password"), _installed
    )
    _offer_history(commands.add_parser("history", help="look after the history"))
    _offer_keeping(
        commands.add_parser("backup", help="the whole installation in one file, while it runs"),
        commands.add_parser("restore", help="bring a backup back and verify all of it"),
    )
    _offer_migration(
        commands.add_parser(
            "migrate-cases", help="take running cases over to another version of their procedure"
        )
    )

    offer_calculator(commands.add_parser("term", help="when a term ends, and why that day"))

    law = commands.add_parser("law", help="write what rests on which article: processes/law.csv")
    law.set_defaults(act=_law)
    lock = commands.add_parser("lock", help="record the present versions as published")
    lock.set_defaults(act=_lock)
    return parser


def _offer_history(history: argparse.ArgumentParser) -> None:
    acts = history.add_subparsers(required=True, metavar="WHAT")
    act = acts.add_parser("verify", help="find any altered, removed or inserted entry")
    act.add_argument("--seal", metavar="DIGEST", help="a seal noted earlier must be among ours")
    act.set_defaults(act=_verify)
    act = acts.add_parser("proof", help="the history of a case as JSON, to be checked anywhere")
    act.add_argument("case", metavar="CASE", help="number or id")
    act.set_defaults(act=_proof)
    act = acts.add_parser("seal", help="seal the days that are over; the clock does it by itself")
    act.set_defaults(act=_seal)


def _offer_keeping(keep: argparse.ArgumentParser, back: argparse.ArgumentParser) -> None:
    keep.add_argument("file", type=Path, metavar="FILE", help="must not exist yet")
    keep.add_argument("--data", metavar="DIR", help="data folder (default: DATA_DIR)")
    keep.set_defaults(act=_backup)
    back.add_argument("file", type=Path, metavar="FILE")
    back.add_argument("--data", metavar="DIR", help="an empty data folder (default: DATA_DIR)")
    back.set_defaults(act=_restore)


def _offer_migration(change: argparse.ArgumentParser) -> None:
    change.add_argument("--process", metavar="KEY", help="needed if several are published")
    change.add_argument("--from", dest="source", type=int, metavar="V")
    change.add_argument("--to", dest="target", type=int, metavar="V")
    change.add_argument("--dry-run", action="store_true", help="list case by case, change nothing")
    change.add_argument("--case", action="append", default=[], help="number; all if not given")
    change.add_argument("--map", action="append", default=[], metavar="OLD=NEW")
    change.add_argument(
        "--mapping", type=Path, metavar="FILE", help="TOML; a dry run writes it with suggestions"
    )
    change.add_argument("--terms", choices=["keep", "new"], default="keep")
    change.add_argument("--reason", default="new version of the procedure")
    change.add_argument("--undo", metavar="CASE", help="put one case back")
    change.set_defaults(act=_migrate_cases)


def _folders(given: Sequence[Path], *, shared: bool) -> list[Path]:
    """The folders named, or all of `processes/`."""
    if given:
        return [folder for folder in given if folder.is_dir() or _missing(folder)]
    found = sorted(p.parent for p in PROCESSES.glob("*/process.toml"))
    parts = sorted(p.parent for p in PROCESSES.glob("shared/*/process.toml"))
    return found + parts if shared else found


def _missing(folder: Path) -> bool:
    raise BundleInvalid([Problem(str(folder), 1, "there is no such folder", "check the path")])


def _check(chosen: argparse.Namespace) -> int:
    problems = [
        problem
        for folder in _folders(chosen.folders, shared=True)
        for problem in problems_of_folder(folder)
    ]
    problems = sorted(set(problems))
    if chosen.json:
        rows = [{"file": p.file, "line": p.line, "what": p.what, "hint": p.hint} for p in problems]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            print(problem)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        print(count if problems else "no problems")
    return 1 if problems else 0


def _deploy(chosen: argparse.Namespace) -> int:
    engine = _installed()
    for folder in opened_first(_folders(chosen.folders, shared=False)):
        files = dict(load_folder(folder, folder.parent / "shared").files)
        done = engine.run(SYSTEM, deploy_process, files=files)
        print(f"{done['process']} version {done['version']} is published")
    return 0


def _scenarios(chosen: argparse.Namespace) -> int:
    wrong = False
    for folder in _folders(chosen.folders, shared=False):
        report = play(folder, shared=folder.parent / "shared", update=chosen.update)
        print(report, flush=True)
        for failure in report.failures:
            print(f"  failed: {failure}", file=sys.stderr)
        # A story that fails passes no flow: those left over say something once all are told.
        for flow in () if report.failures else report.missing:
            print(f"  no scenario passes {flow}", file=sys.stderr)
        for row in report.unshown:
            print(f"  coverage.csv: {row}", file=sys.stderr)
        wrong = wrong or bool(report.failures or report.missing or report.unshown)
    return 1 if wrong else 0


def _migrate(_chosen: argparse.Namespace) -> int:
    upgrade(_engine().database)
    print("the schema is up to date")
    return 0


def _migrate_cases(chosen: argparse.Namespace) -> int:
    with closing(_engine()) as engine:
        return _migrated(engine, chosen)


def _migrated(engine: Engine, chosen: argparse.Namespace) -> int:
    if chosen.undo:
        case_id = engine.read(case_by_number, actor=SYSTEM, case=chosen.undo)
        engine.run(SYSTEM, undo_migration, case_id=case_id, reason=chosen.reason)
        print(f"{chosen.undo} is back in the version it came from")
        return 0
    if chosen.source is None or chosen.target is None:
        print("say --from and --to, or --undo", file=sys.stderr)
        return 2
    mapping = _mapping(chosen)
    preview = engine.read(
        migration_preview, actor=SYSTEM, process=chosen.process or _only_process(engine),
        source=chosen.source, target=chosen.target, mapping=mapping,
    )  # fmt: skip
    for problem in preview.problems:
        print(f"mapping: {problem}", file=sys.stderr)
    cases = [c for c in preview.cases if not chosen.case or c.number in chosen.case]
    if chosen.dry_run:
        return _tell_preview(preview, cases, chosen.mapping)
    if preview.problems:
        return 1
    stayed = 0
    for case in cases:
        try:
            engine.run(
                SYSTEM, migrate_case, case_id=case.case_id, to_version=chosen.target,
                mapping=mapping, terms=chosen.terms, reason=chosen.reason,
            )  # fmt: skip
            print(f"{case.number}: version {chosen.target}")
        except EngineError as refused:
            stayed += 1
            print(f"{case.number} stays: {refused.message.en} {refused.hint.en}", file=sys.stderr)
    print(f"{len(cases) - stayed} of {len(cases)} cases are in version {chosen.target}")
    return 1 if stayed else 0


def _only_process(engine: Engine) -> str:
    found = {row.process for row in engine.read(deployments, actor=SYSTEM)}
    if len(found) != 1:
        known = ", ".join(sorted(found))
        raise ProcessNotFound(
            both("Say --process KEY."), both(f"Published here: {known or 'nothing'}.")
        )
    return found.pop()


def _mapping(chosen: argparse.Namespace) -> dict[str, str]:
    """The entries of the file, then those of the command line; each confirmed by who wrote it."""
    mapping: dict[str, str] = {}
    if chosen.mapping is not None and chosen.mapping.exists():
        mapping |= tomllib.loads(chosen.mapping.read_text("utf-8")).get("map", {})
    entries = (entry.rpartition("=") for entry in chosen.map)
    return mapping | {left.strip(): right.strip() for left, _, right in entries}


def _tell_preview(
    preview: MigrationPreview, cases: Sequence[CasePreview], file: Path | None
) -> int:
    for case in cases:
        print(f"{case.number} {case.title}: {'cannot go over' if case.stays else 'goes over'}")
        for token in case.tokens:
            where = f"{token.place}/{token.element}" if token.place else token.element
            if token.obstacle is not None:
                print(f"  ! {where}: {token.obstacle.en}")
            else:
                print(f"  = {where} → {token.to or 'given up'}")
        for letter in case.letters:
            print(f"  ! matrix, {letter.en}")
        for name in case.begins:
            print(f"  + {name} begins to be awaited")
        for draft in case.drafts:
            print(f"  ~ draft of {draft.activity} loses {', '.join(draft.fields)}")
        for term in case.terms:
            print(f"  ~ term {term.name}, due {term.due_on}: {', '.join(term.changed)} differ")
    staying = sum(case.stays for case in cases)
    open_entries = {token.element: token.suggestion for case in cases for token in case.obstacles}
    for element, suggestion in sorted(open_entries.items()):
        print(f"suggestion, not applied: --map {suggestion or f'{element}=…'}")
    if file is not None and not file.exists():
        file.write_text(_mapping_file(preview, open_entries), encoding="utf-8")
        print(f"{file}: confirm an entry by taking its # away")
    print(f"{len(cases) - staying} of {len(cases)} cases would go over; nothing was changed")
    return 1 if staying or preview.problems else 0


def _mapping_file(preview: MigrationPreview, entries: Mapping[str, str | None]) -> str:
    lines = [
        f"# {preview.process}: from version {preview.source} to version {preview.target}.",
        "# Nothing is guessed: an entry counts once you have taken its # away.",
        "[map]",
    ]
    for element, suggestion in sorted(entries.items()):
        left, _, right = (suggestion or f"{element}=").rpartition("=")
        note = "  # a suggestion" if suggestion else "  # write where it goes"
        lines.append(f"# {json.dumps(left)} = {json.dumps(right)}{note}")
    return "\n".join(lines) + "\n"


def _install(_chosen: argparse.Namespace) -> int:
    engine = _engine()
    problems = install(engine, processes=engine.settings.processes_dir, demo=False)
    for problem in problems:
        print(problem, file=sys.stderr)
    print("the installation is up to date")
    return 1 if problems else 0


def _verify(chosen: argparse.Namespace) -> int:
    verdict = _installed().read(verify)
    if chosen.seal and chosen.seal not in verdict.digests:
        verdict.findings.append(f"seal {chosen.seal}: not among the seals of this database")
    for finding in verdict.findings:
        print(finding)
    print(f"{verdict.entries} entries verified, {len(verdict.findings)} findings")
    if verdict.sealed_until:
        print(f"{verdict.cases} cases; sealed until {verdict.sealed_until}: {verdict.last_seal}")
    return 1 if verdict.findings else 0


def _proof(chosen: argparse.Namespace) -> int:
    proof = _installed().read(exported_proof, actor=SYSTEM, case=chosen.case)
    print(json.dumps(proof, ensure_ascii=False, indent=1))
    return 0


def _seal(_chosen: argparse.Namespace) -> int:
    engine = _installed()
    restore_training_clock(engine)
    while (seal := engine.run(SYSTEM, seal_day)) is not None:
        print(f"{seal['day']}: {seal['entries']} entries sealed: {seal['digest']}")
    print("every day that is over is sealed")
    return 0


def _backup(chosen: argparse.Namespace) -> int:
    manifest = back_up(_engine(chosen.data), chosen.file)
    for problem in manifest.problems:
        print(problem, file=sys.stderr)
    print(f"{chosen.file}: {_contents(manifest)}")
    return 1 if manifest.problems else 0


def _restore(chosen: argparse.Namespace) -> int:
    done = restore(_settings(chosen.data), chosen.file)
    for finding in done.findings:
        print(finding, file=sys.stderr)
    print(f"restored: {_contents(done.manifest)}")
    print(
        "verified: every row counted, every document against its SHA-256, "
        f"{done.verdict.entries} entries of the history; {len(done.findings)} findings"
    )
    return 1 if done.findings else 0


def _contents(manifest: Manifest) -> str:
    sealed = f", sealed until {manifest.sealed_until}" if manifest.sealed_until else ""
    return (
        f"{len(manifest.tables)} tables, {manifest.rows} rows, {manifest.documents} documents, "
        f"made at {manifest.made_at[:16]}{sealed}"
    )


def _law(_chosen: argparse.Namespace) -> int:
    bundles = [load_folder(folder, PROCESSES / "shared") for folder in _folders((), shared=False)]
    path = PROCESSES / "law.csv"
    path.write_text(law_table(bundles), encoding="utf-8")
    (PROCESSES / "OPEN_QUESTIONS.md").write_text(questions_sheet(bundles), encoding="utf-8")
    print(f"{path}: {len(bundles)} processes")
    return 0


def _lock(_chosen: argparse.Namespace) -> int:
    path = PROCESSES / FILE
    problems: list[Problem] = []
    locked = read_lock(path.read_text("utf-8"), problems) if path.exists() else {}
    if problems:
        raise BundleInvalid(problems)
    bundles = [load_folder(folder, PROCESSES / "shared") for folder in _folders((), shared=False)]
    path.write_text(write_lock(locked, bundles), encoding="utf-8")
    print(f"{path}: {len(bundles)} versions recorded")
    return 0


def _engine(data: str | None = None) -> Engine:
    return open_engine(_settings(data))


def _installed() -> Engine:
    """The engine of an installation that is there: a slip in DATA_DIR must not begin another."""
    engine = _engine()
    file = Path(engine.database.url.database or "")
    if engine.settings.on_sqlite and not file.is_file():
        raise no_installation()  # before a connection makes the file
    if not inspect(engine.database).has_table("alembic_version"):
        raise no_installation()
    return engine


def _settings(data: str | None = None) -> Settings:
    """The settings of the environment; a folder named on the command line wins."""
    return Settings.from_environment({**os.environ, **({"DATA_DIR": data} if data else {})})


if __name__ == "__main__":
    sys.exit(main())
