"""Keeps what the solver's library writes to the process's output away from the answer that stands there.

HiGHS, as scipy 1.17 has it, writes a line of its own whenever it repairs a solution, whatever its options say.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

OUTPUT = 1
_C = ctypes.CDLL(None) if os.name == "posix" else None


@contextmanager
def silenced() -> Iterator[None]:
    """Send what C code writes to the output nowhere; Python's own output is not touched."""
    try:
        kept = os.dup(OUTPUT)
    except OSError:  # a process without an output has nothing to keep clean
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        _flush()  # what C code had to say before stays
        os.dup2(nowhere, OUTPUT)
        yield
    finally:
        _flush()
        os.dup2(kept, OUTPUT)
        os.close(kept)
        os.close(nowhere)


def _flush() -> None:
    if _C is not None:
        _C.fflush(None)
