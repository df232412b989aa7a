"""CSV and Parquet: what is written is what was given, and always in the same bytes."""

import csv
import hashlib
import io
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.report.tables import arms_csv, contrasts_csv, write_parquet
from tests.unit.report.sample_summary import sample_customers, sample_summary, sample_timeline


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_arms_come_back_as_written_with_units_in_the_names() -> None:
    summary = sample_summary()
    found = rows(arms_csv(summary))
    assert [(row["experiment"], row["arm"]) for row in found] == [
        (experiment["name"], arm["name"]) for experiment in summary["experiments"] for arm in experiment["arms"]
    ]
    metrics = summary["experiments"][0]["arms"][1]["metrics"]
    assert float(found[1]["churn_rate_share"]) == metrics["churn_rate"]["value"]
    assert float(found[1]["churn_rate_share_low"]) == metrics["churn_rate"]["low"]
    assert found[1]["churn_rate_doubt"] == "run"
    assert float(found[1]["revenue_per_customer_yuan"]) == metrics["revenue_per_customer"]["value"]
    assert float(found[1]["ledger_forgone_yuan_per_customer"]) == 4760.0


def test_contrasts_come_back_as_written() -> None:
    summary = sample_summary()
    found = rows(contrasts_csv(summary))
    given = [row for experiment in summary["experiments"] for row in experiment["contrasts"]]
    assert len(found) == len(given)
    for row, item in zip(found, given, strict=True):
        assert (row["metric"], row["arm"], row["against"]) == (item["metric"], item["arm"], item["against"])
        if "refused" in item["truth"]:
            assert row["truth"] == ""
            assert row["truth_refused"] == item["truth"]["refused"]
        else:
            assert float(row["truth"]) == item["truth"]["value"]
            assert row["truth_doubt"] == "run"
        assert float(row["trial_p_value"]) == item["trial"]["p_value"]
    assert found[0]["unit"] == "share"
    assert found[0]["trial_family"] == "churn_rate: 2 contrasts, Holm"


@pytest.mark.parametrize("columns", [sample_timeline(), sample_customers()], ids=["timeline", "customers"])
def test_parquet_comes_back_as_written_in_the_same_bytes(tmp_path: Path, columns: dict[str, np.ndarray]) -> None:
    digests = set()
    for name in ("one", "two"):
        path = tmp_path / f"{name}.parquet"
        write_parquet(path, {key: values.copy() for key, values in columns.items()})
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1
    table = pq.read_table(tmp_path / "one.parquet")
    assert table.column_names == list(columns)
    for name, values in columns.items():
        np.testing.assert_array_equal(table[name].to_numpy(), values)


def test_columns_of_different_length_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"timeline\.parquet differ in length"):
        write_parquet(tmp_path / "timeline.parquet", {"a": np.arange(3), "b": np.arange(2)})
