"""What `sim check` tells of numbers that rest on nothing, and of distributions."""

from click.testing import CliRunner

from sim.cli.check import check

from .conftest import LoadWorld


def shown(load_world: LoadWorld, *changes: tuple[str, str]) -> str:
    world = load_world(*changes)
    result = CliRunner().invoke(check, [str(world.file)])
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def row(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.strip().startswith(start))


def test_numbers_with_neither_are_listed_with_their_line(load_world: LoadWorld) -> None:
    text = shown(load_world)
    listed = text[text.index("Neither a source nor assumed") :]
    assert row(listed, "segments.rich.fee_relative").split() == ["segments.rich.fee_relative", "3", "11"]


def test_ranges_and_distributions_are_shown(load_world: LoadWorld) -> None:
    text = shown(load_world)
    assert "100 (50 to 200)" in row(text, "money.mean_fee_yuan_per_month")
    drawn = "half_dose_days: {distribution: lognormal, median: 4, sigma: 0.5, assumed: why}"
    text = shown(load_world, ("half_dose_days: 4", drawn))
    assert "4, lognormal(median 4," in row(text, "reward.half_dose_days")


def test_what_happens_and_what_does_not(load_world: LoadWorld) -> None:
    words = " ".join(shown(load_world).split())
    happens, not_happens = words.split("Does not happen: ")
    assert "free days as a reward" in happens
    assert not_happens.startswith("stages of the life cycle, warning before leaving")


def test_markup_in_texts_is_shown_as_written(load_world: LoadWorld) -> None:
    assert "[bold]x[/bold]" in shown(load_world, ("start:", 'title: "[bold]x[/bold] [/nonsense]"\nstart:'))


def test_what_may_move_and_what_it_is_fitted_to(load_world: LoadWorld) -> None:
    text = shown(
        load_world,
        ("fee_relative: 3", "fee_relative: {value: 3, calibrate: [1, 5]}"),
        ("tiers:", "targets: [{quantity: year1.losses, fact: H-01.lost_per_year, tolerance: 5}]\ntiers:"),
    )
    assert row(text[text.index("Calibrated") :], "segments.rich.fee_relative").split()[1:] == ["3", "1", "to", "5"]
    assert "334, to within 5" in row(text, "year1.losses")
    assert "targets" not in text[text.index("Neither a source nor assumed") :]
