"""The mixed fit: least squares without noise, nothing where there is only noise, the model's own law between."""

import numpy as np
import pytest

from sim.planning.targeting.mixed import fit_mixed


def columns(seed: int, rows: int, number: int) -> tuple[np.random.Generator, np.ndarray]:
    random = np.random.Generator(np.random.Philox(key=seed))
    return random, random.standard_normal((rows, number))


def test_without_noise_it_is_least_squares() -> None:
    _, drawn = columns(1, 200, 3)
    fixed = np.ones((200, 1))
    found = fit_mixed(5.0 + drawn @ [1.0, -2.0, 0.5], fixed, drawn)
    assert found.fixed == pytest.approx([5.0], abs=1e-3)
    assert found.drawn == pytest.approx([1.0, -2.0, 0.5], abs=1e-3)


def test_of_noise_alone_little_is_learned() -> None:
    slopes, plain = [], []
    for seed in range(40):
        random, drawn = columns(seed, 100, 5)
        values = random.standard_normal(100)
        slopes.append((fit_mixed(values, np.ones((100, 1)), drawn).drawn ** 2).sum())
        plain.append((np.linalg.lstsq(drawn, values, rcond=None)[0] ** 2).sum())
    assert np.mean(slopes) < 0.4 * np.mean(plain)


def test_it_finds_the_variances_that_were_put_in() -> None:
    """Medians over 60 fits of 400 rows: sd of the slopes 0.5, of the noise 2."""
    slopes, noise = [], []
    for seed in range(60):
        random, drawn = columns(seed, 400, 12)
        values = drawn @ (0.5 * random.standard_normal(12)) + 2.0 * random.standard_normal(400)
        found = fit_mixed(values, np.ones((400, 1)), drawn)
        slopes.append(found.variance)
        noise.append(found.noise)
    assert np.median(slopes) == pytest.approx(0.25, rel=0.2)
    assert np.median(noise) == pytest.approx(4.0, rel=0.05)


def test_a_known_variance_of_nothing_leaves_nothing() -> None:
    _, drawn = columns(1, 200, 3)
    found = fit_mixed(drawn @ [1.0, -2.0, 0.5], np.ones((200, 1)), drawn, 0.0)
    assert found.drawn == pytest.approx([0.0, 0.0, 0.0])


def test_columns_that_say_the_same_do_not_break_it() -> None:
    random, drawn = columns(1, 100, 2)
    same = np.concatenate([drawn, drawn, np.zeros((100, 1))], axis=1)
    fixed = np.ones((100, 2))
    found = fit_mixed(1.0 + drawn[:, 0] + 0.1 * random.standard_normal(100), fixed, same)
    assert np.isfinite(found.drawn).all()
    assert found.fixed.sum() == pytest.approx(1.0, abs=0.1)
