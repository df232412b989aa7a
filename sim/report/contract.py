"""The shape that the report relies on, checked before anything is written."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.report.values import DOUBTS, Summary, is_interval, is_refused

CONTRACT = 2
"""Number of the contract in docs/summary.md: what a run leaves, and what its keys mean."""

RUN_KEYS = (
    "scenario",
    "title",
    "seed",
    "replications",
    "customers",
    "horizon_days",
    "currency",
    "definitions",
    "baseline",
    "experiments",
    "validation",
)
EXPERIMENT_KEYS = (
    "name",
    "question",
    "design",
    "unit",
    "background",
    "horizon_days",
    "reference",
    "metrics",
    "alpha",
    "rules",
    "arms",
    "contrasts",
    "equivalence",
    "decision",
    "trial_decision",
)
CONTRAST_KEYS = ("metric", "estimand", "arm", "against", "horizon_days", "truth", "trial")


def check_summary(summary: Summary) -> None:
    """Check that a summary has the keys that ``docs/summary.md`` requires and that its parts fit each other.

    Raises
    ------
    ValueError
        With every slip found, a line each.
    """
    slips = [*_slips(summary)]
    if slips:
        raise ValueError("the summary is not as docs/summary.md describes it:\n" + "\n".join(slips))


def _slips(summary: Summary) -> Iterator[str]:
    yield from _missing(summary, RUN_KEYS, "summary")
    names = [experiment.get("name") for experiment in summary.get("experiments", ())]
    for name in {name for name in names if names.count(name) > 1}:
        yield f"experiments: the name {name!r} occurs more than once"
    for experiment in summary.get("experiments", ()):
        yield from _experiment_slips(experiment)
    yield from _interval_slips(summary, "summary")


def _missing(item: Mapping[str, Any], keys: tuple[str, ...], where: str) -> Iterator[str]:
    for key in keys:
        if key not in item:
            yield f"{where}: {key} is missing"


def _experiment_slips(experiment: Mapping[str, Any]) -> Iterator[str]:
    where = f"experiment {experiment.get('name')}"
    yield from _missing(experiment, EXPERIMENT_KEYS, where)
    arms = [arm.get("name") for arm in experiment.get("arms", ())]
    if experiment.get("reference") not in arms:
        yield f"{where}: reference: got {experiment.get('reference')!r}, must be one of its arms {arms}"
    for row in experiment.get("contrasts", ()):
        yield from _missing(row, CONTRAST_KEYS, f"{where}, contrast {row.get('metric')} {row.get('arm')}")
        for key in ("arm", "against"):
            if row.get(key) not in arms:
                yield f"{where}, contrast: {key}: got {row.get(key)!r}, must be one of its arms {arms}"
    for key in ("decision", "trial_decision"):
        decision = experiment.get(key) or {}
        if not is_refused(decision) and decision.get("arm") not in arms:
            yield f"{where}, {key}: got {decision.get('arm')!r}, must be one of its arms {arms}"


def _interval_slips(item: object, where: str) -> Iterator[str]:
    """Check every interval and refusal, wherever it stands."""
    if is_refused(item):
        if not isinstance(item["refused"], str) or not item["refused"]:
            yield f"{where}: a refusal needs its reason in words"
    elif is_interval(item):
        low, high = item["low"], item["high"]
        if item.get("of") not in (None, *DOUBTS):
            yield f"{where}: of: got {item['of']!r}, must be one of {', '.join(DOUBTS)}"
        if low is not None and high is not None and not low <= high:
            yield f"{where}: got low {low} above high {high}"
    elif isinstance(item, Mapping):
        for key, value in item.items():
            yield from _interval_slips(value, f"{where}.{key}")
    elif isinstance(item, list):
        for place, value in enumerate(item):
            yield from _interval_slips(value, f"{where}[{place}]")
