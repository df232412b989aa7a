"""Where compiled kernels are kept between runs.

numba notices when the file of a compiled function changes, not when a file it calls into does. So the folder's name
carries a hash of all sources that are compiled: another source, another folder, never a stale kernel.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_ROOMS = ("customer", "world")
_SIM = Path(__file__).resolve().parent.parent


def kernel_folder() -> Path:
    """Folder of this source's kernels: beside the package if it can be written, else in the user's cache."""
    digest = hashlib.sha256()
    for room in _ROOMS:
        for file in sorted((_SIM / room).glob("*.py")):
            digest.update(file.read_bytes())
    name = f"kernels-{digest.hexdigest()[:16]}"
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        return Path(chosen) / name
    beside = _SIM / "__pycache__"
    if os.access(beside if beside.exists() else _SIM, os.W_OK):
        return beside / name
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "campaign-sim" / name


def use_kernel_cache() -> None:
    """Tell numba to keep kernels there; call before any kernel is defined."""
    from numba import config

    config.CACHE_DIR = str(kernel_folder())


def kernels_are_compiled() -> bool:
    """Whether a run will find its kernels compiled already."""
    return any(kernel_folder().rglob("*.nbi"))
