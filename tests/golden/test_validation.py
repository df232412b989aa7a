"""The page of reported and simulated figures is the one that its command writes."""

from pathlib import Path

from tests.golden import validation_page


def test_the_page_shows_what_its_command_says(tmp_path: Path) -> None:
    # a change detector: after a change that is meant to move numbers, `make validation` writes it anew
    validation_page.write(tmp_path / "validation.md")
    assert validation_page.PAGE.read_text(encoding="utf-8") == (tmp_path / "validation.md").read_text(encoding="utf-8")
