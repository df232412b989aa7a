"""The README's figures are those of the run it names."""

from tests.golden import readme_block


def test_the_readme_shows_what_its_command_says() -> None:
    # a change detector: after a change that is meant to move numbers, `make readme` writes them anew
    _, made, _ = readme_block.parts()
    assert made == readme_block.block(readme_block.run())


def test_the_readme_shows_what_its_question_says() -> None:
    _, made, _ = readme_block.parts(readme_block.BEGIN_WHATIF)
    assert made == readme_block.whatif_block(readme_block.whatif())


def test_the_readme_shows_what_its_budget_says() -> None:
    _, made, _ = readme_block.parts(readme_block.BEGIN_BUDGET)
    assert made == readme_block.budget_block(readme_block.budget())


def test_the_readme_shows_what_its_decision_hangs_on() -> None:
    _, made, _ = readme_block.parts(readme_block.BEGIN_SENSITIVITY)
    assert made == readme_block.sensitivity_block(readme_block.sensitivity())
