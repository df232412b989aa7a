"""A question's worlds, lived as its kind wants it."""

from __future__ import annotations

from sim.experiment.rollout import FirmBlock, live_firm
from sim.experiment.start import Starts
from sim.experiment.trial import ExperimentBlock, live_experiment
from sim.scenario.experiment_schema import Experiment, FirmQuestion, Question


def live_question(starts: Starts, question: Question, seed: int, *, trial: bool = True) -> ExperimentBlock | FirmBlock:
    """Live a block of replications of a question's roll-outs, and of its trial where it has one.

    Parameters
    ----------
    starts : Starts
        Of the block of replications.
    question : Question
    seed : int
    trial : bool
        False leaves the trial out.
    """
    start = starts.of(question)
    if isinstance(question, FirmQuestion):
        return live_firm(start, question)
    assert isinstance(question, Experiment)
    return live_experiment(start, question, seed, trial=trial)
