"""Reads the product's source for the tests that guard its structure."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("engine", "webapp", "workers")


@dataclass(frozen=True)
class Module:
    """One Python file of the product."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """The file as Python understands it."""
        return _parsed(self.text)

    def calls(self, name: str) -> Iterator[str]:
        """Where something of that name is called as a method."""
        for node in ast.walk(self.tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr == name:
                yield f"{self.path}:{node.lineno}"


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the three packages."""
    paths = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    kept = [path for path in paths if "node_modules" not in path.parts]
    return tuple(Module(str(p.relative_to(ROOT)), p.read_text(encoding="utf-8")) for p in kept)


def tracked_files() -> list[str]:
    """Every file that is committed, and every new one that is not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]
