"""The page of experiments was made from the files that stand here."""

from tests.golden.experiments_page import PAGE, aims, studies


def test_every_experiment_is_on_the_page_as_its_files_are_now() -> None:
    # a change detector: after a change of a scenario or an experiment, `make experiments` runs them anew
    page = PAGE.read_text(encoding="utf-8")
    sections = page.split("\n## ")[1:]
    made = [
        (f"sim {' '.join(study.command)}", f"<!-- made from {study.made_from} -->") for study in [*studies(), *aims()]
    ]
    assert len(sections) == len(made)
    for (command, mark), section in zip(made, sections, strict=True):
        assert command in section
        assert mark in section
