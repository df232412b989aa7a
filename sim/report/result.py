"""What a finished run hands to the report."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from sim.report.values import Summary


@dataclass(frozen=True)
class RunResult:
    """A finished run, before anything is written.

    Attributes
    ----------
    summary
        The content of ``summary.json`` (``docs/summary.md``): plain dicts, lists, strings and finite numbers.
    timeline, customers, replications
        Columns of equal length, by name: the tables ``timeline.parquet``, ``customers.parquet`` and
        ``replications.parquet``.
    scenario_text
        The resolved scenario, every default written out, as YAML.
    provenance
        Where the run comes from (:func:`sim.report.provenance.describe_run`), made of the same.
    """

    summary: Summary
    timeline: Mapping[str, NDArray[Any]]
    customers: Mapping[str, NDArray[Any]]
    replications: Mapping[str, NDArray[Any]]
    scenario_text: str
    provenance: Mapping[str, Any]
