"""A process folder, a stored version or an uploaded archive as a Bundle."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from engine.bundles import archive
from engine.bundles.assemble import Draft, assemble
from engine.bundles.definition import Bundle
from engine.bundles.manifest import calls_of, opens
from engine.bundles.problem import Problem
from engine.errors import BundleInvalid

_ASIDE = ("scenarios/", "coverage.csv", "CHANGES.md", "questions.csv")
"""What does not change how a case runs or what an officer reads in it."""


def load_folder(path: Path, shared: Path | None = None) -> Bundle:
    """The version that a folder of `processes/` holds, with the shared parts it calls."""
    return load_files(folder_files(path, shared))


def load_files(files: Mapping[str, bytes]) -> Bundle:
    """The version that these files hold, or BundleInvalid with everything that is unreadable."""
    draft = read_files(files)
    if draft.problems or draft.bundle is None:
        raise BundleInvalid(sorted(set(draft.problems)))
    return draft.bundle


def read_files(files: Mapping[str, bytes]) -> Draft:
    """As much of a version as can be read, and what is wrong with the rest."""
    return assemble(files, digest_of(files))


def opened_first(folders: Iterable[Path]) -> list[Path]:
    """Process folders in an order to publish them: those whose cases others open come before."""
    ahead, placed = {folder.name: folder for folder in sorted(folders)}, dict[str, Path]()

    def place(name: str) -> None:
        folder = ahead.pop(name, None)
        if folder is not None:
            for other in _opens(folder):
                place(other)
            placed[name] = folder

    for name in tuple(ahead):
        place(name)
    return list(placed.values())


def _opens(folder: Path) -> tuple[str, ...]:
    try:
        return opens(_read_folder(folder))
    except BundleInvalid:
        return ()  # told when it is published


def folder_files(path: Path, shared: Path | None = None) -> dict[str, bytes]:
    """The files of a folder and, under `shared/<name>/`, of every part it calls."""
    files = _read_folder(path)
    library = path.parent / "shared" if shared is None else shared
    wanted = list(calls_of(files, "process.toml"))
    seen: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in seen or archive.name_problem(f"{name}.toml") or not (library / name).is_dir():
            continue  # what is missing is told by the check of `calls`
        seen.add(name)
        part = {f"shared/{name}/{n}": c for n, c in _read_folder(library / name).items()}
        wanted += calls_of(part, f"shared/{name}/process.toml")
        files |= part
    return files


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 over every file that matters to a running case; scenarios and notes do not."""
    total = hashlib.sha256()
    for name in sorted(files):
        inner = name.split("/", 2)[2] if name.startswith("shared/") else name
        if inner.startswith(_ASIDE):
            continue
        content = files[name]
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def pack_files(bundle: Bundle) -> bytes:
    """Everything a version needs, as one file to store; equal versions give equal bytes."""
    return archive.pack(bundle.files)


def unpack_files(blob: bytes) -> dict[str, bytes]:
    """The files of a packed or uploaded version, or BundleInvalid if the archive is unsafe."""
    return archive.unpack(blob)


def _read_folder(path: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for file in sorted(path.rglob("*")):
        relative = file.relative_to(path)
        hidden = any(part.startswith((".", "__")) for part in relative.parts)
        if hidden or file.is_symlink() or not file.is_file():
            continue
        name = relative.as_posix()
        if file.stat().st_size > archive.LARGEST_FILE:
            hint = f"A file of a process has at most {archive.LARGEST_FILE // 2**20} MB."
            raise BundleInvalid([Problem(name, 1, f"“{name}” is too large.", hint)])
        files[name] = file.read_bytes()
    return files
