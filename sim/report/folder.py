"""A run's folder: where it may be, and how it appears there whole or not at all.

Everything is written into a hidden folder beside the place and renamed at the end, so nothing half-written
ever looks like a run. A folder is used once; ``force`` replaces one only if a run of ours is in it.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sim.report.failures import FolderRefused, RunFailed
from sim.report.json_text import read_json
from sim.report.provenance import TOOL

MANIFEST = "manifest.json"
FULL = (errno.ENOSPC, errno.EDQUOT)


def default_folder(results: Path, scenario: str, inputs: str, now: datetime) -> Path:
    """Return ``<results>/<scenario>/<UTC time>-<inputs>``, with a number behind it if that is taken."""
    wanted = results / scenario / f"{now.strftime('%Y%m%dT%H%M%SZ')}-{inputs}"
    folder, number = wanted, 2
    while folder.exists():
        folder = wanted.with_name(f"{wanted.name}-{number}")
        number += 1
    return folder


def check_folder(folder: Path, force: bool) -> None:
    """Check, before anything is computed, that a run may be put here.

    Raises
    ------
    FolderRefused
        If a file is in the way, the folder holds something that may not be replaced, or it cannot be written.
    """
    try:
        _check(folder, force)
    except OSError as error:
        raise FolderRefused(f"{folder}: {(error.strerror or str(error)).lower()}") from error


def _check(folder: Path, force: bool) -> None:
    for place in (folder, *folder.parents):
        if place.exists() or place.is_symlink():
            if not place.is_dir():
                raise FolderRefused(f"{folder}: {place} is a file; a folder is needed there")
            if not os.access(place, os.W_OK | os.X_OK):
                raise FolderRefused(f"{folder}: {place} cannot be written")
            break
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not force:
        raise FolderRefused(f"{folder}: it is not empty; choose another, or --force to replace its run")
    if not holds_run(folder):
        raise FolderRefused(f"{folder}: the folder holds no run of ours, so --force does not replace it")


def holds_run(folder: Path) -> bool:
    """Say whether a folder holds a run of this program, by its manifest."""
    try:
        manifest = read_json(folder / MANIFEST)
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("tool") == TOOL


@contextmanager
def written_whole(folder: Path, force: bool = False) -> Iterator[Path]:
    """Give a folder to write into that becomes ``folder`` when the block ends and vanishes if it fails.

    Raises
    ------
    FolderRefused
        If the place cannot be used.
    RunFailed
        If the disk is full or cannot be written.
    """
    folder = Path(os.path.realpath(folder))
    check_folder(folder, force)
    hidden = folder.with_name(f".{folder.name}.unfinished-{os.getpid()}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        hidden.mkdir()
        yield hidden
        check_folder(folder, force)
        _replace(folder, hidden)
    except OSError as error:
        raise RunFailed(_in_words(error, folder)) from error
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _replace(folder: Path, hidden: Path) -> None:
    """Put the new folder in the old one's place; the old one goes only when the new one stands."""
    if not folder.exists() or not any(folder.iterdir()):
        hidden.rename(folder)
        return
    old = folder.with_name(f".{folder.name}.replaced-{os.getpid()}")
    folder.rename(old)
    try:
        hidden.rename(folder)
    except BaseException:  # a stop by the user between the two leaves the old one too
        with suppress(OSError):
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _in_words(error: OSError, folder: Path) -> str:
    """Say in a line why the run could not be kept."""
    if error.errno in FULL:
        return f"{folder}: the disk is full; nothing of this run was kept there"
    reason = error.strerror or str(error)
    return f"{folder}: the run could not be written ({reason.lower()}); nothing of it was kept there"
