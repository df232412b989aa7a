"""How good an early-warning score is by the weight that it gives to true risk (model.md section 17).

A scenario states how good the score is; the weight follows from worlds without warning calls, lived once a scenario.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from sim.customer.base import draw_base, without_books
from sim.customer.kernel_cache import kernel_folder
from sim.customer.laws import compile_laws
from sim.customer.luck import SLOT, draw_again
from sim.evidence.ranking import concordance
from sim.evidence.ratios import run_ratio
from sim.evidence.results import Interval
from sim.scenario.problems import Impossible
from sim.world.timetable import compile_timetable
from sim.world.warning_list import read_scores
from sim.world.world import World

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

SEED = 0
"""Of the worlds lived here, whatever a run's seed is: the quality of a score is a property of its world. Their
replications have the highest numbers below `SLOT`, so that no run shares their luck."""
CUSTOMERS = 50_000
"""Customers of day 0 at least, all replications together."""
A_REPLICATION = 2_000
"""Customers of a replication where nothing hangs on how many there are; where a desk or a budget is shared, the
scenario's."""
FUTURES = 8
"""Times that each of them is lived on from day 0, each time with other luck."""
BLOCK = 20_000
"""Customers lived as one array."""
BINS, ANGLES = 500, 91


class TooSharp(Impossible):
    """A score is stated to be better than true risk itself is.

    Parameters
    ----------
    auc, most : float
        As it is stated, and what true risk reaches.
    """

    def __init__(self, auc: float, most: float) -> None:
        super().__init__(auc, most)
        self.auc, self.most = auc, most

    @property
    def rule(self) -> str:
        """What would be possible, rounded down."""
        return f"at most {math.floor(self.most * 1e4) / 1e4:g}, what true risk itself reaches in this world"

    def __str__(self) -> str:
        return f"early_warning.auc: got {self.auc:g}, must be {self.rule}"


class NobodyLeaves(Impossible):
    """A score has nothing to warn of: within its days nobody leaves, or everybody does."""


@dataclass(frozen=True)
class ScoreCurve:
    """Quality of the score by the weight of true risk.

    Attributes
    ----------
    angles : tuple of float
        The weight is the sine, that of the noise the cosine.
    aucs : tuple of float
        Chance that who leaves within the days scores higher than who does not, in one base on day 0; not falling.
    standard_error : float or None
        Of the last, over replications; None where one replication was lived.
    """

    angles: tuple[float, ...]
    aucs: tuple[float, ...]
    standard_error: float | None

    @property
    def most(self) -> float:
        """What true risk itself reaches."""
        return self.aucs[-1]

    def weight(self, auc: float) -> float:
        """The weight at which the score is so good.

        Raises
        ------
        TooSharp
            At none.
        """
        if auc <= 0.5:
            return 0.0
        if auc > self.most:
            raise TooSharp(auc, self.most)
        return math.sin(float(np.interp(auc, self.aucs, self.angles)))


_OFFERS = {"intelligence": "answers", "bundles": "bundle", "win_back": "win_back", "agreements": "agreement"}
"""Blocks of what a policy may give, and the part that gives it."""

_KNOWN: dict[str, ScoreCurve] = {}


def curve_of(scenario: Scenario) -> ScoreCurve | None:
    """The curve of a scenario's score; None where it has none.

    It is lived once for all scenarios that differ only in what it does not hang on, and kept beside the kernels, so
    that the processes of a run need not each live it.

    Raises
    ------
    NobodyLeaves
        There is nothing that a score could warn of.
    """
    if scenario.early_warning is None:
        return None
    key = _key(scenario)
    if key not in _KNOWN:
        file = kernel_folder() / "scores" / f"{key}.json"
        _KNOWN[key] = _read(file) or _write(file, live_curve(scenario))
    return _KNOWN[key]


def live_curve(scenario: Scenario) -> ScoreCurve:
    """Live worlds without warning calls, and find how good scores of all weights are in them."""
    law = scenario.early_warning
    assert law is not None
    replicated = _replicated(scenario)
    pairs = np.zeros((BINS, BINS))
    concordant, compared = [], []
    for numbers in _blocks(replicated):
        rows, found, possible = len(numbers), np.zeros(len(numbers)), np.zeros(len(numbers))
        for row, normal_risk, left in _lives(replicated, numbers, float(law.within_days)):
            right, all_pairs = concordance(normal_risk, left, group=row, groups=rows)
            found, possible = found + right, possible + all_pairs
            place = np.minimum((special.ndtr(normal_risk) * BINS).astype(np.int64), BINS - 1)
            counts = np.zeros((2, rows, BINS))
            np.add.at(counts, (left.astype(np.int64), row, place), 1.0)
            pairs += counts[1].T @ counts[0]
        concordant.append(found)
        compared.append(possible)
    right, all_pairs = np.concatenate(concordant), np.concatenate(compared)
    if all_pairs.sum() == 0:
        raise NobodyLeaves(
            f"early_warning: got a score of who leaves within {law.within_days} days, must be left out where nobody "
            "leaves, or everybody does"
        )
    of_risk = run_ratio(right, all_pairs)
    angles = np.linspace(0.0, math.pi / 2, ANGLES)
    aucs = [_auc(pairs, angle) for angle in angles[:-1]]
    rising = np.maximum.accumulate([0.5, *aucs[1:], float(right.sum() / all_pairs.sum())])
    error = of_risk.standard_error if isinstance(of_risk, Interval) else None
    return ScoreCurve(tuple(angles.tolist()), tuple(rising.tolist()), error)


def _auc(pairs: np.ndarray, angle: float) -> float:
    """The chance that the first of a pair scores higher, noise integrated out: Phi(tan(angle) (z - z') / sqrt 2)."""
    z = special.ndtri((np.arange(BINS) + 0.5) / BINS)
    right = special.ndtr(math.tan(angle) * (z[:, None] - z[None, :]) / math.sqrt(2.0))
    return float((pairs * right).sum() / pairs.sum())


def _lives(scenario: Scenario, numbers: np.ndarray, days: float) -> Any:
    """Future by future: the place of the replication, the normal score of true risk, and who had left after `days`."""
    law = scenario.early_warning
    assert law is not None
    laws = compile_laws(scenario, SEED, [days], days)
    base = draw_base(scenario, laws, compile_timetable(scenario, SEED, numbers, days), numbers)
    for future in range(1, FUTURES + 1):
        lucks = numbers + future * SLOT
        timetable = compile_timetable(scenario, SEED, numbers, days, lucks)
        customers = base.copy()
        customers["replication"] = lucks[customers["row"]]
        draw_again(customers, laws.table, without_books(timetable), 0.0, SEED)
        world = World(
            scenario, laws, timetable, customers, len(numbers), scenario.baseline_policy, without={"warning_call"}
        )
        world.score()
        world.begin()
        scores = read_scores(customers, laws, law, 0.0, 1.0)
        world.live(days)
        yield scores.row, scores.normal_risk, customers["lost_at"][scores.who] < days


def _replicated(scenario: Scenario) -> Scenario:
    """The scenario with as many customers a replication as are lived here."""
    crowded = scenario.desk is not None or scenario.campaign_budget is not None
    return scenario if crowded else scenario.model_copy(update={"customers": A_REPLICATION})


def _blocks(scenario: Scenario) -> list[np.ndarray]:
    """Numbers of the replications that are lived, in blocks."""
    rows = max(1, -(-CUSTOMERS // scenario.customers))
    size = max(1, BLOCK // scenario.customers)
    return np.split(SLOT - 1 - np.arange(rows), range(size, rows, size))


def _key(scenario: Scenario) -> str:
    """Tells scenarios apart by what the curve hangs on, and by how it is found here."""
    tree = _replicated(scenario).model_dump(mode="json", by_alias=True)
    for name in ("name", "title", "currency", "experiments", "horizon_days", "residual", "history", "planning"):
        del tree[name]
    del tree["targets"], tree["validation"]
    tree["policies"] = tree["policies"][tree.pop("baseline_policy")]
    tree["early_warning"] = tree["early_warning"]["within_days"]
    _leave_out_idle(tree)
    digest = hashlib.sha256(Path(__file__).read_bytes())
    digest.update(json.dumps(tree, sort_keys=True).encode())
    return digest.hexdigest()


def _leave_out_idle(tree: dict[str, Any]) -> None:
    """Leave out what the baseline policy gives to nobody, and rivals who would react to it: nothing hangs on them."""
    given = {part for of_tier in tree["policies"].values() for part, value in of_tier.items() if value}
    for block, part in _OFFERS.items():
        if part not in given:
            tree[block] = None
    tree["promotions"] = {
        name: promotion
        for name, promotion in tree["promotions"].items()
        if promotion["reacts"] is None or promotion["reacts"]["to"] == "contact" or promotion["reacts"]["to"] in given
    }


def _read(file: Path) -> ScoreCurve | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return ScoreCurve(tuple(kept["angles"]), tuple(kept["aucs"]), kept["standard_error"])
    except (OSError, ValueError, KeyError):
        return None


def _write(file: Path, curve: ScoreCurve) -> ScoreCurve:
    """Keep a curve; where nothing can be written, it is lived again next time."""
    beside = file.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(asdict(curve)), encoding="utf-8")
        beside.replace(file)
    return curve
