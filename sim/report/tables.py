"""A run's tables on disk: tidy CSV for people, Parquet for programs, the same bytes for the same data."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.report.values import Summary, is_interval, is_refused
from sim.report.words import unit_of

COMPRESSION = "zstd"
COMPRESSION_LEVEL = 3
ROW_GROUP = 1 << 20


def _with_unit(metric: str, unit: str) -> str:
    """Return a column's name, which ends with the unit."""
    suffix = "" if unit in ("none", "") else "_" + unit.replace(" ", "_")
    return metric if metric.endswith(suffix) else metric + suffix


def number_parts(item: object) -> tuple[Any, Any, Any, str, str]:
    """Return value, low, high, kind of doubt and reason for refusal of what stands at a number's place."""
    if is_refused(item):
        return None, None, None, "", str(item["refused"])
    if is_interval(item):
        return item["value"], item["low"], item["high"], str(item.get("of") or ""), ""
    return item, None, None, "", ""


def arms_csv(summary: Summary) -> str:
    """Write a row an experiment and arm; metric columns are named with their unit."""
    experiments = summary.get("experiments", ())
    arms = [(experiment["name"], arm) for experiment in experiments for arm in experiment.get("arms", ())]
    metrics = list(dict.fromkeys(metric for _, arm in arms for metric in arm.get("metrics", {})))
    lines = list(dict.fromkeys(line for _, arm in arms for line in arm.get("ledger") or {}))
    currency = str(summary.get("currency", "yuan"))
    header = ["experiment", "arm", "customers"]
    for metric in metrics:
        column = _with_unit(metric, unit_of(metric, summary))
        header += [column, f"{column}_low", f"{column}_high", f"{metric}_doubt", f"{metric}_refused"]
    header += [f"ledger_{line}_{currency}_per_customer" for line in lines]
    rows = []
    for name, arm in arms:
        row = [name, arm["name"], arm.get("customers")]
        for metric in metrics:
            row += number_parts(arm.get("metrics", {}).get(metric))
        row += [number_parts(arm.get("ledger", {}).get(line))[0] for line in lines]
        rows.append(row)
    return to_csv(header, rows)


GRADES = ("level", "power", "coverage", "sign_error", "size_error")


def contrasts_csv(summary: Summary) -> str:
    """Write a row a contrast; ``unit`` is that of truth, effect and interference (shares: fractions)."""
    header = ["experiment", "metric", "estimand", "arm", "against", "horizon_days", "unit"]
    header += number_columns("truth") + number_columns("trial_effect")
    header += ["trial_p_value", "trial_p_adjusted", "trial_method", "trial_family", "alpha"]
    header += [*GRADES, *number_columns("interference")]
    rows = []
    for experiment in summary.get("experiments", ()):
        for item in experiment.get("contrasts", ()):
            trial = item.get("trial") or {}
            effect = trial if is_refused(trial) else trial.get("effect")
            row = [experiment["name"], *(item.get(key) for key in header[1:6])]
            row += [unit_of(item["metric"], summary), *number_parts(item.get("truth")), *number_parts(effect)]
            row += [number_parts(trial.get(key))[0] for key in ("p_value", "p_adjusted", "method", "family")]
            row += [item.get("alpha"), *(number_parts(item.get(key))[0] for key in GRADES)]
            row += number_parts(item.get("interference"))
            rows.append(row)
    return to_csv(header, rows)


def number_columns(name: str) -> list[str]:
    """Return the columns of :func:`number_parts`."""
    return [name, f"{name}_low", f"{name}_high", f"{name}_doubt", f"{name}_refused"]


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write CSV: numbers as Python writes them, nothing where there is nothing, one kind of line end."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def write_parquet(path: Path, columns: Mapping[str, NDArray[Any]]) -> None:
    """Write columns of equal length as Parquet, with nothing in it but the data.

    Parameters
    ----------
    path
        Where to.
    columns
        One-dimensional arrays by name; text as numpy's fixed-width strings or as Python strings.

    Raises
    ------
    ValueError
        If the columns differ in length.
    """
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns of {path.name} differ in length: {lengths}")
    arrays = {name: _arrow(np.asarray(values)) for name, values in columns.items()}
    table = pa.table(arrays)
    pq.write_table(
        table,
        path,
        compression=COMPRESSION,
        compression_level=COMPRESSION_LEVEL,
        row_group_size=ROW_GROUP,
        store_schema=True,
    )


def _arrow(values: NDArray[Any]) -> Any:
    """Turn an array into Arrow's; text becomes codes, since it repeats a few names."""
    array = pa.array(values)
    return array.dictionary_encode() if pa.types.is_string(array.type) else array
