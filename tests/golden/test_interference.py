"""The page of interference was made from the files that stand here."""

import pytest

from sim.evidence.results import Interval
from tests.golden.experiments_page import studies
from tests.golden.interference_page import PAGE, asked, mark, verdict


def test_every_trial_is_on_the_page_as_its_files_are_now() -> None:
    # a change detector: after a change of a scenario or an experiment, `make interference` lives them anew
    sections = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    marks = [mark(study) for study in studies() if asked(study) is not None]
    assert len(sections) == len(marks)
    for made, section in zip(marks, sections, strict=True):
        assert made in section


@pytest.mark.parametrize(
    ("gap", "true", "words"),
    [
        ((0.01, -0.02, 0.04), -0.1, "agrees within run doubt"),
        ((0.05, 0.04, 0.06), -0.1, "understates by 50%"),
        ((-0.05, -0.06, -0.04), -0.1, "overstates by 50%"),
        ((0.15, 0.14, 0.16), -0.1, "**has the wrong sign**"),
    ],
)
def test_words_follow_the_figures(gap: tuple[float, float, float], true: float, words: str) -> None:
    assert verdict(Interval(*gap, "run"), true, true + gap[0]) == words
