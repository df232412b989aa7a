"""Keyed draws: the published generator, the key that docs/model.md section 10 states, and even uniforms."""

import numpy as np
import pytest
from numba import njit

from sim.customer.draws import Decision, exponential, philox, uniform, uniforms
from sim.customer.states import Clock
from tests.family import Family, seed

WORD = 0xFFFFFFFF

KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((WORD,) * 4, (WORD,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
"""philox4x32, 10 rounds, from the file kat_vectors of Random123 (Salmon et al. 2011)."""


def philox_by_the_paper(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    """Philox4x32-10 in plain integers."""
    c, k = list(counter), list(key)
    for _ in range(10):
        left, right = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(right >> 32) ^ c[1] ^ k[0], right & WORD, (left >> 32) ^ c[3] ^ k[1], left & WORD]
        k = [(k[0] + 0x9E3779B9) & WORD, (k[1] + 0xBB67AE85) & WORD]
    return tuple(c)


def uniform_by_the_page(key: int, entity: int, decision: int, life: int, occurrence: int, replication: int) -> float:
    """docs/model.md section 10, and 53 bits of the first two words on (0, 1]."""
    counter = (entity, decision + 256 * life, occurrence, replication)
    a, b, _, _ = philox_by_the_paper(counter, (key & WORD, key >> 32))
    return float(((a >> 5 << 26) + (b >> 6) + 1) / 2**53)


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_philox_gives_the_published_vectors(counter, key, words):
    """Catches another multiplier, Weyl constant, number of rounds, or order of words."""
    assert tuple(int(word) for word in philox(*counter, *key)) == words
    assert philox_by_the_paper(counter, key) == words


def test_the_key_is_the_one_that_the_page_states():
    """Catches words of the key swapped or cut: a large id, life number, seed or replication must not wrap."""
    cases = [
        (1, 0, int(Decision.SEGMENT), 0, 0, 0),
        (2**63 - 1, 7, int(Decision.CLOCK) + 5, 9_999, 3, 41),
        (2**32, 2**29 + 5, int(Decision.REACHED), 1, 2**31 + 17, 399),
        (2**31, 2**28, int(Decision.SAVED), 255, 1, 2**32 - 1),
    ]
    for case in cases:
        assert uniform(*case) == uniform_by_the_page(*case), case
    assert uniform(np.uint64(2**64 - 1), 1, 2, 3, 4, 5) == uniform_by_the_page(2**64 - 1, 1, 2, 3, 4, 5)


def test_every_word_of_the_key_matters():
    """Catches a part of the key that is ignored: two decisions would share their luck."""
    case = (5, 6, 7, 8, 9, 10)
    changed = [tuple(value + (i == j) for j, value in enumerate(case)) for i in range(len(case))]
    changed.append((5 + 2**32, *case[1:]))
    assert len({uniform(*c) for c in [case, *changed]}) == len(changed) + 1


def test_decisions_do_not_collide():
    """Catches two decisions under one number, also through a clock's number or a life number above it."""
    decisions = [int(d) for d in Decision]
    clocks = [int(Decision.CLOCK) + int(clock) for clock in Clock]
    assert len(decisions) == len(Decision.__members__)  # an IntEnum hides a repeated number as an alias
    others = set(decisions) - {int(Decision.CLOCK)}
    assert not others & set(clocks)
    assert max(decisions + clocks) < 256


def test_a_uniform_is_never_zero_and_may_be_one():
    """Catches [0, 1): the logarithm of 0, and a chance of 1 that fails."""

    @njit
    def extremes(n):
        low, high = 2.0, -1.0
        for i in range(n):
            u = uniform(3, i, 1, 0, 0, 0)
            low, high = min(low, u), max(high, u)
        return low, high

    low, high = extremes(1_000_000)
    assert 0.0 < low < 1e-4
    assert 1 - 1e-4 < high <= 1.0
    # the largest and the smallest of the 2^53 values, by the formula that the test above ties to the kernel
    assert float((2**53 - 1 + 1) / 2**53) == 1.0
    assert float((0 + 1) / 2**53) > 0.0


def test_arrays_give_the_same_draws_as_scalars():
    """Catches an array version that reads its arguments in another order."""
    ids, replications = np.array([4, 9, 4], dtype=np.uint32), np.array([0, 1, 1], dtype=np.int64)
    got = uniforms(11, ids, 5, 2, 3, replications)
    assert list(got) == [uniform(11, i, 5, 2, 3, r) for i, r in zip(ids, replications, strict=True)]


def test_an_exponential_is_the_logarithm_of_the_same_uniform():
    """Catches an exponential drawn under another key, or with the wrong sign."""
    assert exponential(1, 2, 3, 4, 5, 6) == pytest.approx(-np.log(uniform(1, 2, 3, 4, 5, 6)), rel=1e-15)


@pytest.mark.parametrize("word", ["entity", "decision", "occurrence", "replication"])
def test_uniforms_are_even_and_independent_along_each_word(family: Family, word: str):
    """Catches draws that are not uniform, or that depend on those of a neighbouring key."""
    check = f"uniforms along {word}"
    key, n = seed(check), 200_000
    steps = np.arange(n, dtype=np.uint32)
    zeros = np.zeros(n, dtype=np.uint32)
    if word == "entity":
        u = uniforms(key, steps, 20, 0, 0, zeros)
    elif word == "replication":
        u = uniforms(key, zeros, 20, 0, 0, steps)
    elif word == "occurrence":
        u = np.array([uniform(key, 1, 20, 0, i, 0) for i in range(n)])
    else:
        u = np.array([uniform(key, 1, i % 256, i // 256, 0, 0) for i in range(n)])
    family.mean(f"{check}: mean", u, 1 / 2)
    family.mean(f"{check}: square", u**2, 1 / 3)
    family.mean(f"{check}: product with the next", (u[::2] - 0.5) * (u[1::2] - 0.5), 0.0)
    family.rate(f"{check}: lowest percent", u <= 0.01, "is", 0.01)
