"""Write a finished run: tables, figures, page and manifest, all or nothing."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

from sim.report.contract import CONTRACT, check_summary
from sim.report.figures import draw_all
from sim.report.folder import MANIFEST, written_whole
from sim.report.json_text import read_json, to_json
from sim.report.page import render_page
from sim.report.result import RunResult
from sim.report.tables import arms_csv, contrasts_csv, write_parquet

PAGE = "report.html"
SUMMARY = "summary.json"
SCENARIO = "scenario.yaml"
REPLICATIONS = "replications.parquet"


def write_run(out_dir: Path, result: RunResult, *, force: bool = False, began: float | None = None) -> Path:
    """Write everything that a run leaves.

    Parameters
    ----------
    out_dir
        The run's folder; it must not exist or be empty, unless ``force`` replaces a run in it.
    result
        The finished run.
    force
        Replace a folder that holds a run of ours.
    began
        ``time.perf_counter()`` when the run began; gives the manifest's duration.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    ValueError
        If the summary is not as described, or holds NaN.
    FolderRefused
        If the folder cannot be used.
    RunFailed
        If the disk is full or cannot be written.
    """
    check_summary(result.summary)
    summary = to_json(result.summary)
    figures = draw_all(result.summary)
    texts = {
        SUMMARY: summary,
        SCENARIO: result.scenario_text,
        "arms.csv": arms_csv(result.summary),
        "contrasts.csv": contrasts_csv(result.summary),
        PAGE: render_page(result.summary, result.provenance, figures),
        **{f"figures/{name}.svg": svg for name, svg in figures.items()},
    }
    with written_whole(out_dir, force) as folder:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode("utf-8"))
        write_parquet(folder / "timeline.parquet", result.timeline)
        write_parquet(folder / "customers.parquet", result.customers)
        write_parquet(folder / REPLICATIONS, result.replications)
        manifest = manifest_of(folder, {**result.provenance, "contract": CONTRACT}, began)
        (folder / MANIFEST).write_bytes(to_json(manifest).encode("utf-8"))
    return out_dir / PAGE


def manifest_of(folder: Path, provenance: Mapping[str, Any], began: float | None) -> dict[str, Any]:
    """Return the provenance with the duration and the checksum of every file."""
    manifest = dict(provenance)
    if began is not None:
        manifest["duration_seconds"] = round(perf_counter() - began, 2)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest["files"] = {path.relative_to(folder).as_posix(): sha256(path) for path in files}
    return manifest


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def render_folder(folder: Path) -> str:
    """Write the page again from what a run left; equal to its ``report.html``."""
    summary, manifest = read_json(folder / SUMMARY), read_json(folder / MANIFEST)
    figures = {path.stem: path.read_bytes().decode("utf-8") for path in (folder / "figures").glob("*.svg")}
    return render_page(summary, manifest, figures)
