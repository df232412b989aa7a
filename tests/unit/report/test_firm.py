"""A question about the firm in words: terms by their names, and an answer without a trial."""

from typing import Any

from sim.report.answer import answer_sentence
from sim.report.words import gets_in_words

WHY = {"refused": "seats are shared"}


def run(value: float, low: float, high: float) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high, "of": "run"}


def question(chosen: str) -> dict[str, Any]:
    effects = {"churn_rate": (-0.02, -0.03, -0.01), "net_value_per_customer": (3.0, 2.0, 4.0)}
    effects["mean_wait_minutes"] = (-12.0, -14.0, -10.0)
    return {
        "name": "seats",
        "unit": "firm",
        "reference": "two",
        "metrics": list(effects),
        "horizon_days": 365,
        "rules": {"decision": {"metric": "net_value_per_customer", "choose": "highest"}},
        "arms": [{"name": "two", "gets": {"set": {}}}, {"name": "four", "gets": {"set": {"desk.seats": 4}}}],
        "contrasts": [
            {"metric": metric, "arm": "four", "against": "two", "truth": run(*effect), "trial": WHY}
            for metric, effect in effects.items()
        ],
        "decision": {"arm": chosen},
        "trial_decision": WHY,
    }


SUMMARY = {"currency": "yuan", "definitions": {"mean_wait_minutes": {"wording": "wait", "unit": "minutes"}}}


def test_the_answer_names_terms_wait_and_money_and_no_trial() -> None:
    assert answer_sentence(question("four"), SUMMARY) == (
        "Take “four” (desk seats 4): against “two” it lowers churn within 365 days by 2.0 points (run doubt 1.0 to "
        "3.0), lowers mean wait at the desk by 12.0 minutes (run doubt 10.0 to 14.0) and is worth 3.00 yuan a "
        "customer more after all costs within the horizon (run doubt 2.00 to 4.00)."
    )


def test_what_stands_is_kept() -> None:
    words = answer_sentence(question("two"), SUMMARY)
    assert words.startswith("Keep “two”: the best other arm, “four” (desk seats 4), lowers churn within 365 days by")


def test_terms_are_said_by_their_places() -> None:
    terms = {"desk.hours.opens_hour": 8, "desk.reasons": ["competitor", "need_gone"], "desk.patience_minutes": None}
    words = gets_in_words({"policy": "programme", "set": terms})
    assert words == (
        "policy “programme”, desk hours opens hour 8, desk reasons competitor and need gone and desk patience minutes "
        "none"
    )
