"""A run read back from its folder, each file only if it is the one that the manifest vouches for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.report.contract import CONTRACT, check_summary
from sim.report.folder import MANIFEST
from sim.report.json_text import read_json
from sim.report.provenance import TOOL
from sim.report.values import Summary
from sim.report.write import REPLICATIONS, SCENARIO, SUMMARY, sha256
from sim.scenario.load import load_scenario
from sim.scenario.loaded import Loaded
from sim.scenario.problems import InputProblems, Problem, shown
from sim.scenario.schema import Scenario

Values = Mapping[tuple[str, str, str], NDArray[np.float64]]
"""By experiment, arm and metric: a value a replication, in the order of their numbers; NaN: nobody eligible."""
_SHOWN_DIGITS = 12


@dataclass(frozen=True)
class StoredRun:
    """A run's folder as the user named it, its manifest, and its summary."""

    folder: Path
    manifest: Mapping[str, Any]
    summary: Summary

    def scenario(self) -> Loaded[Scenario]:
        """Read the resolved scenario.

        Raises
        ------
        InputProblems
            If the file is missing or damaged.
        """
        return load_scenario(_vouched(self.folder, self.manifest, SCENARIO))

    def values(self) -> Values:
        """Read what each replication's roll-outs came to.

        Raises
        ------
        InputProblems
            If the file is missing or damaged.
        """
        table = pq.read_table(_vouched(self.folder, self.manifest, REPLICATIONS)).to_pandas()
        groups = table.sort_values("replication", kind="stable").groupby(["experiment", "arm", "metric"], observed=True)
        return {key: part["value"].to_numpy(np.float64) for key, part in groups}


def read_run(folder: Path) -> StoredRun:
    """Read a run's manifest and summary.

    Raises
    ------
    InputProblems
        With one problem: no folder, no run, a run of another version of the contract, a file that is missing or
        damaged.
    """
    manifest = _manifest(folder)
    try:
        summary = read_json(_vouched(folder, manifest, SUMMARY))
        check_summary(summary)
    except (ValueError, AttributeError, TypeError) as error:
        raise _refused(folder / SUMMARY, "", "another shape", "as docs/summary.md describes it") from error
    return StoredRun(folder, manifest, summary)


def _manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a run of this program and of this version of the contract."""
    path = folder / MANIFEST
    if not folder.is_dir():
        raise _refused(folder, "", "a file" if folder.exists() else "no such folder", "the folder of a run")
    try:
        manifest = read_json(path)
    except FileNotFoundError as error:
        raise _refused(folder, "", f"a folder without {MANIFEST}", "the folder of a run") from error
    except OSError as error:
        raise _unreadable(path, error) from error
    except ValueError as error:
        raise _refused(path, "", "no JSON", "the manifest of a run") from error
    if not isinstance(manifest, dict) or manifest.get("tool") != TOOL:
        tool = manifest.get("tool") if isinstance(manifest, dict) else manifest
        raise _refused(path, "tool", shown(tool), f"{TOOL}: the manifest of a run")
    contract = manifest.get("contract")
    if contract != CONTRACT:
        got = f"{shown(contract)} (made by version {manifest.get('version', 'unknown')})"
        raise _refused(path, "contract", got, f"{CONTRACT}: make the run again with this version")
    if not isinstance(manifest.get("files"), dict):
        raise _refused(path, "files", shown(manifest.get("files")), "the checksum of every file")
    return manifest


def _vouched(folder: Path, manifest: Mapping[str, Any], name: str) -> Path:
    """Return the path of a file whose checksum is the manifest's."""
    path, listed = folder / name, manifest["files"].get(name)
    if not isinstance(listed, str):
        raise _refused(folder / MANIFEST, f"files.{name}", shown(listed), "the checksum of that file")
    try:
        found = sha256(path)
    except FileNotFoundError as error:
        raise _refused(path, "", "no such file", "there: the manifest lists it") from error
    except OSError as error:
        raise _unreadable(path, error) from error
    if found != listed:
        got = f"sha256 {found[:_SHOWN_DIGITS]}..."
        raise _refused(path, "", got, f"{listed[:_SHOWN_DIGITS]}..., as in {MANIFEST}: it was damaged or changed")
    return path


def _refused(path: Path, key: str, got: str, rule: str) -> InputProblems:
    return InputProblems([Problem(str(path), None, key, got, rule)])


def _unreadable(path: Path, error: OSError) -> InputProblems:
    return _refused(path, "", (error.strerror or os.strerror(error.errno or 0)).lower(), "a file that can be read")
