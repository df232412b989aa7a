"""A file that appears whole or not at all, whatever ends the program meanwhile."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(file: Path, text: str) -> None:
    """Write a text beside its place and put it there in one step; what stood there stays until then.

    Parameters
    ----------
    file : Path
        In a folder that exists.
    text : str
        Written as UTF-8.

    Raises
    ------
    OSError
        If it cannot be written; the place is as it was.
    """
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_bytes(text.encode("utf-8"))
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
