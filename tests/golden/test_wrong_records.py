"""The table of wrong records was made from the files that stand here."""

from tests.golden import wrong_records_page


def test_the_table_is_made_from_the_files_as_they_are_now() -> None:
    # a change detector: after a change of the world or the experiment, `make pathologies` runs it anew
    _, made, _ = wrong_records_page.parts()
    assert made.startswith(wrong_records_page.mark())
    for name in ("sample_ratio", "late_exposure", "non_compliance", "lost_records", "duplicated_records", "peeking"):
        assert f"| `{name}` (" in made
