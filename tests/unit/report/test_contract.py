"""A summary of the wrong shape is refused before anything is written."""

from typing import Any

import pytest

from sim.report.contract import check_summary
from tests.unit.report.sample_summary import sample_summary


def test_the_sample_is_good() -> None:
    check_summary(sample_summary())


def test_every_slip_is_named_at_once() -> None:
    summary: dict[str, Any] = sample_summary()
    del summary["seed"]
    first, second = summary["experiments"]
    second["name"] = first["name"]
    first["reference"] = "nobody"
    first["contrasts"][0]["arm"] = "days_99"
    first["decision"]["arm"] = "days_99"
    first["arms"][0]["metrics"]["churn_rate"] |= {"low": 0.9, "of": "noise"}
    first["sample_ratio"] = {"refused": ""}
    with pytest.raises(ValueError, match="is not as") as raised:
        check_summary(summary)
    for words in (
        "summary: seed is missing",
        "the name 'reward_days' occurs more than once",
        "reference: got 'nobody'",
        "contrast: arm: got 'days_99'",
        "decision: got 'days_99'",
        "of: got 'noise'",
        "got low 0.9 above high",
        "a refusal needs its reason",
    ):
        assert words in str(raised.value)
