"""Brings the data of several tokens together so that no branch undoes what another wrote."""

from copy import deepcopy
from typing import Any, NamedTuple

_ABSENT = object()


class Arrival(NamedTuple):
    """One token: the tasks from the root to it, when it came, and the data it brings."""

    line: list[Any]
    at: float
    data: dict[str, Any]


def three_way(base: Any, ours: Any, theirs: Any) -> Any:
    """Apply to `ours` what `theirs` changed since `base`; on a clash theirs, the later, wins."""
    if isinstance(base, dict) and isinstance(ours, dict) and isinstance(theirs, dict):
        return _dictionaries(base, ours, theirs)
    if isinstance(base, list) and isinstance(ours, list) and isinstance(theirs, list):
        length = len(base)
        if ours[:length] == base and theirs[:length] == base:  # both only added at the end
            return ours + theirs[length:]
    return theirs


def _dictionaries(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
) -> dict[str, Any]:
    result = dict(ours)
    for key in [*base, *(key for key in theirs if key not in base)]:
        was, now = base.get(key, _ABSENT), theirs.get(key, _ABSENT)
        if now is was or now == was:
            continue
        if now is _ABSENT:
            result.pop(key, None)
            continue
        mine = ours.get(key, _ABSENT)
        both_changed = mine is not _ABSENT and was is not _ABSENT
        result[key] = three_way(was, mine, now) if both_changed else now
    return result


def line_of(task: Any) -> list[Any]:
    """The tasks from the root down to this one."""
    line = []
    while task is not None:
        line.append(task)
        task = task.parent
    return line[::-1]


def merged(arrivals: list[Arrival], level: int = 0) -> dict[str, Any]:
    """Merge tokens fork by fork, each against the data of its own fork.

    One common base for all would let a branch that forked late bring back what was true when
    it forked.
    """
    if len(arrivals) == 1:
        return arrivals[0].data
    while all(len(a.line) > level + 1 for a in arrivals) and _same_at(arrivals, level + 1):
        level += 1
    base = arrivals[0].line[level].data
    result: dict[str, Any] = base
    for group in _branches(arrivals, level):
        result = three_way(base, result, merged(group, level + 1))
    return result


def _same_at(arrivals: list[Arrival], level: int) -> bool:
    return all(arrival.line[level] is arrivals[0].line[level] for arrival in arrivals)


def _branches(arrivals: list[Arrival], level: int) -> list[list[Arrival]]:
    """The arrivals below a fork, branch by branch, the branch that moved last at the end."""
    groups: dict[Any, list[Arrival]] = {}
    for arrival in arrivals:
        # A token that stands on the fork itself is a branch of its own.
        deeper = len(arrival.line) > level + 1
        groups.setdefault(arrival.line[level + 1].id if deeper else None, []).append(arrival)
    standing = groups.pop(None, [])
    ordered = sorted(groups.values(), key=lambda group: max(a.at for a in group))
    return [standing[-1:]] * bool(standing) + ordered


def merged_copy(arrivals: list[Arrival]) -> dict[str, Any]:
    """The merged data as a copy that shares nothing with any branch."""
    return deepcopy(merged(arrivals))
