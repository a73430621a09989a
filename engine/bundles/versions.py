"""processes/versions.lock: which content was published under which version."""

from collections.abc import Iterable, Mapping

from engine.bundles.definition import Bundle
from engine.bundles.problem import Problem

FILE = "versions.lock"
_HEADING = (
    "# key version digest: what was published; `check` compares, so raise the version first\n"
)


def read_lock(text: str, problems: list[Problem]) -> dict[str, tuple[int, str]]:
    """The published version and digest of each process."""
    locked: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        if len(words) != 3 or not words[1].isdecimal():
            hint = "Write: key version digest."
            problems.append(Problem(FILE, number, "The line names no published version.", hint))
            continue
        locked[words[0]] = (int(words[1]), words[2])
    return locked


def write_lock(locked: Mapping[str, tuple[int, str]], bundles: Iterable[Bundle]) -> str:
    """The lock with these versions recorded as published."""
    rows = dict(locked) | {bundle.key: (bundle.version, bundle.digest) for bundle in bundles}
    return _HEADING + "".join(f"{key} {rows[key][0]} {rows[key][1]}\n" for key in sorted(rows))


def version_problem(
    bundle: Bundle, locked: Mapping[str, tuple[int, str]], line: int
) -> Problem | None:
    """Why this version cannot follow the published one, or None."""
    version, digest = locked.get(bundle.key, (0, ""))
    if bundle.version > version or (bundle.version, bundle.digest) == (version, digest):
        return None
    what = (
        f"The content differs from the published version {version}, but the version is"
        f" {bundle.version}."
    )
    hint = f"Write version = {version + 1} and say in CHANGES.md what changes for the officers."
    return Problem("process.toml", line, what, hint)
