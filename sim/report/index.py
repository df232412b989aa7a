"""The index of a folder of results: every run below it with its questions and answers, newest first.

It is made anew after each run, from the runs' own folders. Two runs that end together may both write it: each looks
again after it has written, so that the last one to write has listed everything that is there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sim.report.answer import answer_sentence
from sim.report.failures import RunFailed
from sim.report.json_text import read_json
from sim.report.rendering import render
from sim.report.stored import StoredRun, read_run
from sim.report.study_page import ANALYSIS, analysis_manifest
from sim.report.study_view import answer as study_answer
from sim.report.values import Summary
from sim.report.whole_file import write_whole
from sim.report.wording import counted
from sim.report.write import PAGE, SUMMARY
from sim.scenario.problems import InputProblems

INDEX = "index.html"


@dataclass(frozen=True)
class Listed:
    """A run as the index shows it.

    Attributes
    ----------
    name, link
        Its folder below the index's, and the way to its report; no link where there is none.
    title, facts
        The scenario's title, and what identifies the run, in a few words.
    started
        UTC, as in the manifest; empty where it is not known.
    answers
        Question and answer of each experiment.
    trouble
        Why it could not be read; empty where it could.
    """

    name: str
    link: str
    title: str
    facts: tuple[str, ...]
    started: str
    answers: tuple[tuple[str, str], ...]
    trouble: str


def index_of(folder: Path, results: Path) -> Path | None:
    """Return the index that lists a run's folder; ``None`` for a folder elsewhere."""
    return results / INDEX if Path(os.path.realpath(results)) in Path(os.path.realpath(folder)).parents else None


def write_index(results: Path) -> None:
    """Make ``index.html`` of a folder of results anew, whole or not at all.

    Raises
    ------
    RunFailed
        If the disk is full or cannot be written.
    """
    try:
        listed = None
        while listed != (there := _folders(results)):
            listed = there
            write_whole(results / INDEX, render_index(results, listed))
    except OSError as error:
        raise RunFailed(
            f"{results / INDEX}: it could not be written ({(error.strerror or str(error)).lower()})"
        ) from error


def render_index(results: Path, folders: Iterable[Path]) -> str:
    """Write the page of some folders below ``results``: runs newest first, then what could not be read."""
    listed = [_listed(results, folder) for folder in folders]
    read = sorted((run for run in listed if not run.trouble), key=lambda run: (run.started, run.name), reverse=True)
    return render(
        "index.html.j2",
        title="Runs",
        size=counted(len(read), "run"),
        runs=read,
        unread=[run for run in listed if run.trouble],
    )


def _folders(results: Path) -> list[Path]:
    """Return the folders below ``results`` that hold files, in the order of their names; hidden ones are unfinished."""
    return [*_below(results)]


def _below(folder: Path) -> Iterator[Path]:
    for inner in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        try:
            is_run = any(path.is_file() for path in inner.iterdir())
        except OSError:
            is_run = True  # nothing can be told of it; the index says so
        if is_run:
            yield inner
        elif not inner.is_symlink():
            yield from _below(inner)


def _listed(results: Path, folder: Path) -> Listed:
    """Read a folder; whatever is wrong with it is said, and stops nothing."""
    name, link = folder.relative_to(results).as_posix(), ""
    try:
        link = quote(f"{name}/{PAGE}") if (folder / PAGE).is_file() else ""
        if (manifest := analysis_manifest(folder)) is not None:
            return _analysis(name, link, manifest, read_json(folder / SUMMARY))
        return _read(name, link, read_run(folder))
    except InputProblems as error:
        trouble = str(error).removeprefix(str(folder)).lstrip("/: ")
    except OSError as error:
        trouble = (error.strerror or str(error)).lower()
    return Listed(name, link, "", (), "", (), trouble)


def _analysis(name: str, link: str, manifest: Mapping[str, Any], summary: Summary) -> Listed:
    """List the analysis of a real trial."""
    facts = (ANALYSIS, counted(summary["data"]["customers"], "customer"))
    answers = tuple((str(item["question"]), study_answer(item, summary)) for item in summary["experiments"])
    return Listed(name, link, str(summary["study"]), facts, str(manifest.get("started") or ""), answers, "")


def _read(name: str, link: str, run: StoredRun) -> Listed:
    summary = run.summary
    facts = (
        f"scenario {summary['scenario']}",
        f"seed {summary['seed']}",
        counted(summary["replications"], "replication"),
        counted(summary["customers"], "customer"),
    )
    answers = tuple((str(item["question"]), answer_sentence(item, summary)) for item in summary["experiments"])
    title = str(summary.get("title") or summary["scenario"])
    return Listed(name, link, title, facts, str(run.manifest.get("started") or ""), answers, "")
