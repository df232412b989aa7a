"""Answers to rivals, and portable numbers, compiled for the kernel (model.md section 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.states import Clock

if TYPE_CHECKING:
    from sim.scenario.rivals import Portability
    from sim.scenario.schema import Scenario

FEN = 100


def compile_answers(scenario: Scenario) -> dict[str, Any]:
    """Fields of the laws' record that market intelligence fills; empty where there is none."""
    if scenario.intelligence is None:
        return {}
    answer = scenario.intelligence.answer
    return {"answer_weakens": answer.weakens_share, "answer_credit": round(answer.credit_yuan * FEN)}


def port(hazard: np.ndarray, law: Portability) -> None:
    """Let numbers be portable: multiply the hazards of two clocks.

    Parameters
    ----------
    hazard : float64 array, shape (clocks, segments, states)
        Written in place.
    law : Portability
    """
    hazard[Clock.COMPETITOR] *= law.competitor_ratio
    hazard[Clock.NUMBER_CHANGE] *= law.number_change_ratio


def port_from_start(hazard: np.ndarray, scenario: Scenario) -> None:
    """`port`, where numbers have always been portable; where they become it later, that is an epoch of the world."""
    law = scenario.portability
    if law is not None and law.from_ is None:
        port(hazard, law)
