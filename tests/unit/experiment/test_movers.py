"""Who was moved: twins are held against each other, money goes to the kind it was paid to."""

import numpy as np
import pytest

from sim.customer.record import Line
from sim.evidence.results import Interval, Refused
from sim.experiment.before import before_dtype
from sim.experiment.movers import KINDS, kinds, moved
from sim.experiment.outcomes import Outcomes
from tests.worlds import quiet


def outcomes(left: list[bool], *, cost: list[int], lost_at: list[float], segment: list[int] | None = None) -> Outcomes:
    n = len(left)
    ledger = np.zeros((n, len(Line)), dtype=np.int64)
    ledger[:, Line.CONTACT] = cost
    before = np.zeros(n, dtype=before_dtype)
    before["segment"] = segment or [0] * n
    blank = np.zeros(n, dtype=np.int64)
    half = n // 2
    return Outcomes(
        replication=np.repeat([0, 1], half), id=np.arange(n), stratum=blank, arm=blank,
        contacts=blank, answered=blank, saved=blank, began=np.zeros(n), days=np.zeros(n),
        left=np.array(left), reason=blank, active=blank, returned=np.zeros(n, bool), ledger=ledger, residual=blank,
        cell=blank, answer=blank, before=before, lost_at=np.array(lost_at),
        net_at=np.zeros((n, 0)), circle=np.full(n, -1), cost_at=np.zeros((n, 0)),
        referred=np.zeros(n),
    )  # fmt: skip


NEVER = np.inf
#       persuaded, sure, lost, dog; then the same with two persuaded and no dog
WITHOUT = outcomes(
    [True, False, True, False, True, True, True, False],
    cost=[0] * 8,
    lost_at=[9, NEVER, 9, NEVER, 9, 9, 9, NEVER],
)
WITH = outcomes(
    [False, False, True, True, False, False, True, False],
    cost=[100, 200, 300, 400, 100, 100, 300, 200],
    lost_at=[500, NEVER, 9, 9, NEVER, NEVER, 9, NEVER],
)


def test_each_kind_is_what_its_twin_says() -> None:
    assert [KINDS[kind] for kind in kinds(WITH, WITHOUT)] == [
        "persuadable", "sure_thing", "lost_cause", "sleeping_dog",
        "persuadable", "persuadable", "lost_cause", "sure_thing",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="same customers"):
        kinds(WITH, WITHOUT.where(np.arange(8) < 7))


def test_money_goes_to_the_kind_it_was_paid_to() -> None:
    of = moved(quiet(), {"a": WITH, "0": WITHOUT}, "a", "0", replications=2, residual_days=365.0)
    assert isinstance(of.paid, Interval)
    assert of.paid.value == pytest.approx(17.0 / 8)
    assert isinstance(of.deadweight, Interval)
    assert of.deadweight.value == pytest.approx(10.0 / 8)
    assert isinstance(of.put_off, Interval)
    assert of.put_off.value == pytest.approx(1 / 3)
    [group] = of.groups
    shares = [share.value for share in group.shares.values() if isinstance(share, Interval)]
    assert shares == pytest.approx([3 / 8, 2 / 8, 2 / 8, 1 / 8])
    assert isinstance(of.cost_per_saved, Refused)  # two replications cannot tell that anybody is saved


def test_groups_add_up_to_everybody_and_one_group_is_not_shown() -> None:
    arm = outcomes(list(WITH.left), cost=[0] * 8, lost_at=[9.0] * 8, segment=[0, 1] * 4)
    scenario = quiet(segments={"one": {"share": 0.5}, "two": {"share": 0.5}})
    of = moved(scenario, {"a": arm, "0": WITHOUT}, "a", "0", replications=2, residual_days=0.0)
    assert [(group.by, group.name) for group in of.groups] == [
        ("everybody", "everybody"),
        ("segment", "one"),
        ("segment", "two"),
    ]
    assert of.groups[0].customers == sum(group.customers for group in of.groups[1:])
