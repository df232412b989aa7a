"""Where a run comes from: command, inputs with their checksums, versions, machine, revision of the code."""

import hashlib
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import sim

TOOL = "campaign-sim"
PACKAGES = (
    "numpy",
    "numba",
    "llvmlite",
    "simpy",
    "scipy",
    "salib",
    "statsmodels",
    "pandas",
    "pyarrow",
    "pydantic",
    "ruamel.yaml",
    "joblib",
    "matplotlib",
    "jinja2",
    "click",
    "rich",
)
GIT_SECONDS = 5


def describe_run(
    *,
    command: Sequence[str],
    scenario: Mapping[str, str] | None = None,
    data: Mapping[str, str] | None = None,
    experiments: Sequence[Mapping[str, str]],
    settings: Mapping[str, int],
    started: datetime | None = None,
) -> dict[str, Any]:
    """Describe where a run comes from.

    Parameters
    ----------
    command
        The words of the command line.
    scenario, data, experiments
        ``file`` and ``sha256`` of each input, experiments with their ``name`` too. A run has a scenario, an analysis
        of a real trial has data.
    settings
        ``seed`` and what else the numbers follow from; ``jobs``.
    started
        When the run began; now if left out.
    """
    described: dict[str, Any] = {
        "tool": TOOL,
        "version": sim.__version__,
        "command": list(command),
        "started": (started or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **{key: dict(file) for key, file in (("scenario", scenario), ("data", data)) if file is not None},
        "experiments": [dict(item) for item in experiments],
        **settings,
    }
    revision = git_revision(Path(sim.__file__).parent)
    if revision:
        described["git"] = revision
    described["versions"] = {"python": platform.python_version(), **_installed()}
    described["platform"] = f"{platform.system()} {platform.machine()}"
    return described


def inputs_hash(provenance: Mapping[str, Any]) -> str:
    """Return eight hex digits of everything that a run's numbers follow from: inputs, settings, version."""
    parts = [provenance["version"], *(provenance[key]["sha256"] for key in ("scenario", "data") if key in provenance)]
    parts += [item["sha256"] for item in provenance["experiments"]]
    parts += [str(provenance.get(key)) for key in ("seed", "replications", "customers", "resamples")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]


def _installed() -> dict[str, str]:
    """Return the versions of the packages that numbers and pages depend on."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def git_revision(folder: Path) -> dict[str, Any] | None:
    """Return the revision of the code and whether it was changed; ``None`` where no git knows the folder."""
    if _git(folder, "ls-files", "--error-unmatch", "__init__.py") is None:
        return None
    revision = _git(folder, "rev-parse", "HEAD")
    if not revision:
        return None
    return {"revision": revision, "changed": bool(_git(folder, "status", "--porcelain", "--", "."))}


def _git(folder: Path, *words: str) -> str | None:
    """Return what git says, or ``None`` if it is not there or refuses."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            capture_output=True,
            text=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def command_line() -> list[str]:
    """Return the command as a user would type it again, without the path of the program."""
    return ["sim", *sys.argv[1:]]
