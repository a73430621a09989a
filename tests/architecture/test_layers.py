"""Imports point down, as the contracts in pyproject.toml say."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT

LINTER = Path(sys.executable).parent / "lint-imports"


def test_every_import_contract_is_kept() -> None:
    done = subprocess.run(
        [LINTER, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
