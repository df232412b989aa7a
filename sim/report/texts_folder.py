"""A folder of texts: what an answer leaves that has no big tables, with its manifest, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.report.folder import MANIFEST, written_whole
from sim.report.json_text import to_json
from sim.report.write import manifest_of


def write_texts(
    out_dir: Path, texts: Mapping[str, str], provenance: Mapping[str, Any], *, force: bool, began: float
) -> None:
    """Write the files of an answer.

    Parameters
    ----------
    out_dir
        As in `sim.report.write.write_run`.
    texts
        By path inside the folder.
    provenance, force, began
        As in `sim.report.write.write_run`.

    Raises
    ------
    FolderRefused
        If the folder cannot be used.
    RunFailed
        If the disk is full or cannot be written.
    """
    with written_whole(out_dir, force) as folder:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode("utf-8"))
        manifest = to_json(manifest_of(folder, provenance, began))
        (folder / MANIFEST).write_bytes(manifest.encode("utf-8"))
