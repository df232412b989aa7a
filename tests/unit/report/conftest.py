"""The summary that tests of reports read, and its first experiment."""

from typing import Any

import pytest

from tests.unit.report.sample_summary import sample_summary


@pytest.fixture
def summary() -> dict[str, Any]:
    return sample_summary()


@pytest.fixture
def reward(summary: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = summary["experiments"][0]
    return found
