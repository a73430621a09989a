"""The short form of the drill: nothing lost, nothing twice, whatever is killed."""

from pathlib import Path

import pytest

from tests.faults.drill import drill
from tests.faults.house import FAULTS


@pytest.mark.faults
@pytest.mark.slow
def test_nothing_is_lost_and_nothing_happens_twice(tmp_path: Path) -> None:
    report = drill(faults=32, pause=0.9, seed_number=20261122, folder=tmp_path)
    print(report)  # noqa: T201  the figures belong into the log of the run

    assert report.findings == [], str(report)
    assert set(report.faults) == set(FAULTS)
    assert report.faults.total() >= 30
    assert report.acts["acknowledged"] >= 30, str(report)
    for looked_at in ("cases", "entries", "mails", "calls of the register", "terms fired"):
        assert report.counted[looked_at] > 0, str(report)
    # A background process gets over the loss of its servers by itself.
    assert [name for name in report.ends if not name.startswith("web")] == [], str(report)
