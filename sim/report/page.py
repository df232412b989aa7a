"""The report as one HTML file: no script, no network, escaped, readable on paper.

The page is a function of the run's summary, provenance and figures, all of which a run's folder holds.
"""

import shlex
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from sim.report import (
    beside_view,
    counts_view,
    doses_view,
    factorial_view,
    follow_up_view,
    guardrails_view,
    injected_view,
    interference_view,
    looks_view,
    movers_view,
    run_view,
    warning_view,
)
from sim.report import experiment_view as tables
from sim.report import experiment_words as words
from sim.report.answer import answer_sentence
from sim.report.figures import OF_EXPERIMENT, figure_name
from sim.report.figures.style import inline
from sim.report.rendering import render
from sim.report.values import Summary, is_interval
from sim.report.wording import counted
from sim.report.words import DOUBTS, is_about_firm


def render_page(summary: Summary, provenance: Mapping[str, Any], figures: Mapping[str, str]) -> str:
    """Write the whole report.

    Parameters
    ----------
    summary
        The content of ``summary.json``.
    provenance
        Command, versions, seeds and checksums, as in ``manifest.json``.
    figures
        SVG text by name (:func:`sim.report.figures.draw_all`).
    """
    experiments = [_experiment(item, summary, figures) for item in summary.get("experiments", ())]
    for place, item in enumerate(experiments):
        item["anchor"] = f"experiment-{place + 1}"
    found = _kinds_of_doubt(summary)
    return render(
        "page.html.j2",
        title=summary.get("title") or summary["scenario"],
        scenario=summary["scenario"],
        size=_size(summary),
        experiments=experiments,
        doubts=[DOUBTS[kind] for kind in DOUBTS if kind in found],
        baseline=run_view.baseline_table(summary),
        baseline_policy=summary.get("baseline_policy"),
        counted=run_view.count_assumptions(summary),
        ranges=run_view.ranges_table(summary),
        others=run_view.others_table(summary),
        validation=run_view.validation_table(summary),
        validation_figure=_figure(figures, "validation", "Reported facts against the simulated interval"),
        not_held=any(row.get("held") is False for row in summary.get("validation", ())),
        kinds=[(kind, text) for kind, text in run_view.KINDS.items()],
        matrix=run_view.matrix_table(summary),
        warning=warning_view.quality_table(summary),
        warning_deciles=warning_view.deciles_table(summary),
        warning_words=warning_view.parting_in_words(summary),
        warning_figure=_figure(figures, "warning_list", "Lift and uplift by tenth of the early-warning score"),
        policies=run_view.policies(summary),
        definitions=run_view.definitions(summary),
        command=shlex.join(provenance.get("command", ())),
        provenance=run_view.provenance_items(provenance),
    )


def _size(summary: Summary) -> list[str]:
    """Say how large the run is, in a few words."""
    parts = [
        (summary.get("customers"), "customer", " on day 0"),
        (summary.get("horizon_days"), "day", ""),
        (summary.get("replications"), "replication", ""),
    ]
    return [f"{counted(number, what)}{when}" for number, what, when in parts if isinstance(number, int)]


def _experiment(experiment: Mapping[str, Any], summary: Summary, figures: Mapping[str, str]) -> dict[str, Any]:
    """Make everything that the page shows of one experiment; what has no data is ``None`` or empty."""
    drawn = {
        kind: _figure(figures, figure_name(experiment, kind), f"{experiment['name']}: {LABELS[kind]}")
        for kind in OF_EXPERIMENT
    }
    return {
        "name": experiment["name"],
        "question": experiment.get("question") or experiment["name"],
        "answer": answer_sentence(experiment, summary),
        "reason": words.conclusion(experiment.get("decision")),
        "trial_reason": words.conclusion(experiment.get("trial_decision")),
        "setting": words.setting(experiment),
        "arms": tables.arms_tables(experiment, summary),
        "policies": tables.policies_of_arms(experiment, summary),
        "truth": tables.truth_table(experiment, summary),
        "interference": interference_view.interference_table(experiment, summary),
        "interference_words": interference_view.interference_words(experiment, summary),
        "interference_read": interference_view.HOW_TO_READ,
        "reasons": tables.reasons_table(experiment),
        "ledger": tables.ledger_table(experiment, summary),
        "counts": counts_view.counts_table(experiment),
        "counts_read": counts_view.how_to_read(experiment),
        "lived": LIVED[is_about_firm(experiment)],
        "survival": STAYS[is_about_firm(experiment)] + (CAME_BACK if _wins_back(experiment) else ""),
        "no_trial": words.no_trial(experiment),
        "trial": tables.trial_table(experiment, summary),
        "trial_words": words.trial_in_words(experiment, summary),
        "methods": tables.methods(experiment),
        "grades": tables.grades_table(experiment),
        "equivalence": words.equivalence_in_words(experiment, summary),
        "naive": tables.naive_table(experiment, summary),
        "caught": injected_view.caught_table(experiment),
        "caught_words": injected_view.first_trial_words(experiment),
        "moved": injected_view.moved_table(experiment, summary),
        "movers": movers_view.kinds_tables(experiment),
        "movers_paid": movers_view.paid_table(experiment, summary),
        "movers_words": movers_view.how_to_read(experiment),
        "follow_up": follow_up_view.follow_up_table(experiment, summary),
        "turns": list(follow_up_view.turns(experiment, summary)),
        "follow_up_words": follow_up_view.HOW_TO_READ,
        "looks": looks_view.looks_table(experiment),
        "looks_words": looks_view.in_words(experiment),
        "beside": beside_view.beside_table(experiment, summary),
        "beside_methods": beside_view.methods(experiment),
        "guardrails": guardrails_view.guardrails_table(experiment, summary),
        "factorial": factorial_view.factorial_table(experiment, summary),
        "doses": doses_view.doses_table(experiment),
        "rests_on": list(experiment.get("rests_on", ())),
        "worlds": tables.doubt_table(experiment, summary),
        "worlds_label": (experiment.get("decision") or {}).get("label"),
        "figures": drawn,
    }


# what is said of an experiment with a trial, and of a question about the firm
LIVED = (
    "everybody eligible lives under each arm",
    "the whole firm lives under each arm, with everybody who is or becomes its customer",
)
STAYS = (
    (
        "Share of those enrolled who are still customers: in truth, where it is given, and all that a firm could have "
        "seen of it in one trial."
    ),
    "Share of the base of day 0 who are still customers.",
)
CAME_BACK = " Who left and came back counts as gone here, and in churn."
LABELS = {
    "survival": "survival by arm, truth and first trial",
    "money_map": "cost against retained fees by arm",
    "ledger": "where each yuan went, by arm",
    "effects": "effects in truth and in the first trial",
    "doubt": "gain over the reference at the ends of each assumption",
    "follow_up": "effect by day of the follow-up, truth and first trial",
}


def _wins_back(experiment: Mapping[str, Any]) -> bool:
    """Say whether anybody came back under any arm."""
    return any("won_back" in arm.get(key, {}) for arm in experiment.get("arms", ()) for key in counts_view.GROUPS)


def _figure(figures: Mapping[str, str], name: str, label: str) -> Markup | None:
    """Return a figure ready to stand in the page; its text is paths, so nothing of it needs escaping."""
    return Markup(inline(figures[name], name, label)) if name in figures else None


def _kinds_of_doubt(item: object) -> set[str]:
    """Return the kinds of doubt that occur anywhere in a summary."""
    if is_interval(item):
        return {str(item.get("of", ""))}
    if isinstance(item, Mapping):
        kinds = set().union(*(_kinds_of_doubt(value) for value in item.values()))
        kinds |= {"assumption"} if item.get("doubt") else set()
        return kinds | ({"prediction"} if item.get("validation") else set())
    if isinstance(item, list):
        return set().union(*(_kinds_of_doubt(value) for value in item))
    return set()
