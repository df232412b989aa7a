"""The bench of what customers share: that it runs, and counts what it says."""

from benchmarks import shared


def test_each_mechanism_has_its_figures() -> None:
    """Catches a row that is left out, and a stopwatch on a function that is gone."""
    rows, figures = shared.table(400)
    assert [name for name, _, _ in rows[1:]] == list(shared.MECHANISMS)
    for name in shared.MECHANISMS:
        key = name.replace(" ", "_")
        assert figures[f"{key}_over_without"] > 0.0
        assert figures[f"{key}_events_per_second"] > 0.0
        assert 0.0 < figures[f"{key}_calendar_share"] < 1.0
        assert figures[f"{key}_seconds_per_appointment"] > 0.0
