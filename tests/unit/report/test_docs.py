"""The summary's description names every key that a summary has."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.unit.report.sample_summary import sample_provenance, sample_summary

PAGE = Path(__file__).parents[3] / "docs" / "summary.md"
NAMES_OF_USERS = {"definitions", "baseline", "policies", "metrics", "trial_sizes", "net_value", "eligible"}
DATA_OF_FILES = {"gets", "churn_by_reason", "share_of_trials", "decision", "trial_decision", "versions"}


def keys(item: object) -> Iterator[str]:
    """Yield every key of a summary whose name is fixed, not chosen by a file."""
    if isinstance(item, list):
        for value in item:
            yield from keys(value)
    elif isinstance(item, dict):
        for key, value in item.items():
            yield key
            if key not in NAMES_OF_USERS | DATA_OF_FILES:
                yield from keys(value)


def test_every_key_is_described() -> None:
    text = PAGE.read_text(encoding="utf-8")
    described = set(re.findall(r"[a-z0-9_]+", " ".join(re.findall(r"`([^`]*)`", text))))
    missing = {key for key in keys(sample_summary()) if key not in described}
    missing -= {f"{name}_{end}" for name in ("truth", "trial") for end in ("low", "high")}
    assert missing == set()
    assert {key for key in sample_provenance() if key not in described} == set()
