"""Publishing a version of a procedure; running cases keep the one they started with."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine import events
from engine.bpmn import LIBRARY_VERSION, DrawingInvalid, compile_process
from engine.bundles.definition import Bundle
from engine.bundles.load import load_files, pack_files, unpack_files
from engine.bundles.matrix import carried
from engine.bundles.problem import Problem
from engine.checks import problems_of_files
from engine.errors import BundleInvalid
from engine.model import Deployment
from engine.policy import require_administrator
from engine.unit_of_work import UnitOfWork


def deploy_process(work: UnitOfWork, *, files: Mapping[str, bytes] | bytes) -> dict[str, str | int]:
    """Publish a process folder, given as files or as the zip of it.

    Raises BundleInvalid with every problem; the same content twice is the same version.
    """
    work.mandate = require_administrator(work.actor)
    if isinstance(files, bytes):
        files = unpack_files(files)
    bundle = load_files(files)
    newest = work.session.scalar(
        select(Deployment)
        .where(Deployment.process == bundle.key)
        .order_by(Deployment.version.desc())
        .limit(1)
    )
    if newest is not None and newest.digest == bundle.digest:
        return {"process": bundle.key, "version": newest.version, "digest": newest.digest}

    def published(process: str) -> Bundle | None:
        found = work.versions.latest(work.session, process)
        return found.bundle if found is not None else None

    problems = problems_of_files(files, published)
    if newest is not None and bundle.version <= newest.version:
        problems.append(
            Problem(
                "process.toml", 1,
                f"version {bundle.version} was already published with another content",
                f"raise version to {newest.version + 1}",
            )
        )  # fmt: skip
    if problems:
        raise BundleInvalid(problems)
    try:
        specification = compile_process(
            bundle.bpmn, bundle.tables, process=bundle.key.replace("-", "_")
        )
    except DrawingInvalid as invalid:
        raise BundleInvalid(
            [Problem(invalid.file, 1, f"{invalid.element}: {invalid.message}", "mend the drawing")]
        ) from invalid
    row = Deployment(
        id=work.new_id(), process=bundle.key, version=bundle.version, digest=bundle.digest,
        files=pack_files(bundle), specification=specification, library=LIBRARY_VERSION,
        deployed_at=work.now, deployed_by=work.author, amendments=_in_force(work, newest, bundle),
    )  # fmt: skip
    work.add(row)
    work.record(events.ProcessDeployed(None, bundle.key, bundle.version, bundle.digest))
    return {"process": bundle.key, "version": bundle.version, "digest": bundle.digest}


def _in_force(work: UnitOfWork, newest: Deployment | None, bundle: Bundle) -> dict[str, Any]:
    """The letters that hold for new cases go over to the new version, as far as they fit."""
    if newest is None or not newest.amendments:
        return {}
    before = work.versions.get(work.session, newest.id).bundle
    kept, _ = carried(before, bundle, newest.amendments, {})
    return kept
