"""Everything a process folder must meet before it runs: its texts and tables, and its drawings."""

from engine.bundles.definition import Bundle
from engine.bundles.problem import Problem


def problems_of(bundle: Bundle) -> list[Problem]:
    return []
