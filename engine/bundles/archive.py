"""Process folders as one file: packed for storage, unpacked from what a stranger uploads."""

import io
import re
import stat
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath

from engine.bundles.problem import Problem
from engine.errors import BundleInvalid

MOST_FILES = 500
LARGEST_FILE = 4 * 1024 * 1024
LARGEST_WHOLE = 16 * 1024 * 1024
SUFFIXES = frozenset({".toml", ".bpmn", ".csv", ".dmn", ".txt", ".md", ".trace"})
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_BEGINNING = (1980, 1, 1, 0, 0, 0)  # the first day a zip can state: equal content, equal bytes


def pack(files: Mapping[str, bytes]) -> bytes:
    """The files as one zip; the same files always give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=_BEGINNING)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def unpack(blob: bytes) -> dict[str, bytes]:
    """The files of a zip, or BundleInvalid if it holds anything but a process folder."""
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            files = _contents(archive)
    # A damaged or encrypted archive shows itself in any of these.
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError) as trouble:
        raise _refusal(f"The archive cannot be read: {trouble}.", "Zip the folder again.") from None
    except NotImplementedError:
        what = "The archive is packed in an unusual way."
        raise _refusal(what, "Zip the folder with ordinary compression.") from None
    return _without_top_folder(files)


def name_problem(name: str) -> str | None:
    """Why a name cannot be that of a file of a process folder, or None."""
    parts = name.split("/")
    if any(not _NAME.fullmatch(part) for part in parts) or len(parts) > 6 or len(name) > 200:
        return f"“{name[:200]}” is no file name for a process folder."
    if PurePosixPath(name).suffix not in SUFFIXES:
        return f"“{name}” is of a kind that no process folder holds."
    return None


def _contents(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not _is_litter(entry)]
    if len(entries) > MOST_FILES:
        hint = f"A process folder has at most {MOST_FILES} files."
        raise _refusal(f"The archive holds {len(entries)} files.", hint)
    files: dict[str, bytes] = {}
    left = LARGEST_WHOLE
    for entry in entries:
        if problem := name_problem(entry.filename):
            hint = f"Use plain names ending in one of: {', '.join(sorted(SUFFIXES))}."
            raise _refusal(problem, hint)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise _refusal(f"“{entry.filename}” is a link.", "Put the file itself into the zip.")
        if entry.filename.casefold() in {name.casefold() for name in files}:
            raise _refusal(f"“{entry.filename}” is there twice.", "Keep one of the two.")
        content = _content(archive, entry, min(left, LARGEST_FILE))
        left -= len(content)
        files[entry.filename] = content
    return files


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    # The size an archive states may be a lie, so what really comes out is counted.
    with archive.open(entry) as file:
        content = file.read(most + 1)
    if len(content) > most:
        hint = (
            f"At most {LARGEST_FILE // 2**20} MB for a file, {LARGEST_WHOLE // 2**20} MB for all."
        )
        raise _refusal(f"“{entry.filename}” is too large.", hint)
    return content


def _is_litter(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.split("/")
    hidden = any(part.startswith(".") and part != ".." for part in parts)
    return entry.is_dir() or hidden or parts[0] == "__MACOSX"


def _without_top_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    tops = {name.split("/", 1)[0] for name in files}
    if "process.toml" in files or len(tops) != 1:
        return files
    (top,) = tops
    return {name.removeprefix(f"{top}/"): content for name, content in files.items()}


def _refusal(what: str, hint: str) -> BundleInvalid:
    return BundleInvalid([Problem("(archive)", 1, what, hint)])
