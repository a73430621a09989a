"""`python -m engine`: what an administrator and a process author do without a screen."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.actor import Actor
from engine.bundles.load import load_folder
from engine.bundles.problem import Problem
from engine.bundles.versions import FILE, read_lock, write_lock
from engine.checks import problems_of_folder
from engine.commands import deploy_process, seal_day
from engine.errors import BundleInvalid, EngineError
from engine.facade import Engine, open_engine, restore_training_clock
from engine.integrity import verify
from engine.migrations import upgrade
from engine.queries import exported_proof
from engine.scenarios import play
from engine.seed import install
from engine.settings import Settings, SettingsInvalid

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

    history = commands.add_parser("history", help="look after the history")
    acts = history.add_subparsers(required=True, metavar="WHAT")
    act = acts.add_parser("verify", help="find any altered, removed or inserted entry")
    act.add_argument("--seal", metavar="DIGEST", help="a seal noted earlier must be among ours")
    act.set_defaults(act=_verify)
    act = acts.add_parser("proof", help="the history of a case as JSON, to be checked anywhere")
    act.add_argument("case", metavar="CASE", help="number or id")
    act.set_defaults(act=_proof)
    act = acts.add_parser("seal", help="seal the days that are over; the clock does it by itself")
    act.set_defaults(act=_seal)

    lock = commands.add_parser("lock", help="record the present versions as published")
    lock.set_defaults(act=_lock)
    return parser


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
        print(f"{len(problems)} problems" if problems else "no problems")
    return 1 if problems else 0


def _deploy(chosen: argparse.Namespace) -> int:
    engine = _engine()
    for folder in _folders(chosen.folders, shared=False):
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
        for flow in report.missing:
            print(f"  no scenario passes {flow}", file=sys.stderr)
        wrong = wrong or bool(report.failures or report.missing)
    return 1 if wrong else 0


def _migrate(_chosen: argparse.Namespace) -> int:
    upgrade(_engine().database)
    print("the schema is up to date")
    return 0


def _install(_chosen: argparse.Namespace) -> int:
    engine = _engine()
    problems = install(engine, processes=engine.settings.processes_dir)
    for problem in problems:
        print(problem, file=sys.stderr)
    print("the installation is up to date")
    return 1 if problems else 0


def _verify(chosen: argparse.Namespace) -> int:
    verdict = _engine().read(verify)
    if chosen.seal and chosen.seal not in verdict.digests:
        verdict.findings.append(f"seal {chosen.seal}: not among the seals of this database")
    for finding in verdict.findings:
        print(finding)
    print(f"{verdict.entries} entries verified, {len(verdict.findings)} findings")
    if verdict.sealed_until:
        print(f"{verdict.cases} cases; sealed until {verdict.sealed_until}: {verdict.last_seal}")
    return 1 if verdict.findings else 0


def _proof(chosen: argparse.Namespace) -> int:
    proof = _engine().read(exported_proof, actor=SYSTEM, case=chosen.case)
    print(json.dumps(proof, ensure_ascii=False, indent=1))
    return 0


def _seal(_chosen: argparse.Namespace) -> int:
    engine = _engine()
    restore_training_clock(engine)
    while (seal := engine.run(SYSTEM, seal_day)) is not None:
        print(f"{seal['day']}: {seal['entries']} entries sealed: {seal['digest']}")
    print("every day that is over is sealed")
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


def _engine() -> Engine:
    return open_engine(Settings.from_environment(os.environ))


if __name__ == "__main__":
    sys.exit(main())
