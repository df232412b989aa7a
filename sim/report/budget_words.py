"""A plan in sentences: what to spend, what it is worth and how sure that is, what the next yuan buys."""

from collections.abc import Iterator, Mapping
from math import floor, log10
from typing import Any

from sim.report.values import is_refused
from sim.report.wording import listing, percent, plain

Plan = Mapping[str, Any]
"""The content of ``budget.json``."""
NOTHING = "nothing"
DIGITS = 4
"""Digits of an amount in a sentence: the rest is noise."""

KINDS = (
    (
        "run doubt",
        "Noise of the simulation: the 95% interval of a mean over the fresh replications. More of them narrow it.",
    ),
    (
        "assumption doubt",
        "Where the expected value lies in 90% of the worlds that the assumptions allow. Better knowledge narrows it.",
    ),
    (
        "prediction interval",
        "Where 90% of single bases lie over one such period, luck included: what the firm's own books could show.",
    ),
)
COUNTS = {"cash": "cash", "cash_and_forgone": "cash and fees not billed"}


def money(value: float, sign: bool = False) -> str:
    """Write an amount with as many digits as a reader can use."""
    if value == 0:
        return "0"
    decimals = DIGITS - 1 - floor(log10(abs(value)))
    return plain(round(value, decimals), max(0, min(2, decimals)), sign)


def between(item: Mapping[str, Any]) -> str:
    """Write an interval's ends."""
    if is_refused(item):
        return f"not given: {item['refused']}"
    return f"{money(item['low'])} to {money(item['high'])}"


def answer_sentence(plan: Plan) -> str:
    """Say what to spend and what it is worth."""
    answer, currency = plan["answer"], plan["currency"]
    budget = f"{money(answer['budget'])} {currency}"
    if "nothing_because" in answer:
        return f"Spend nothing of {budget}: {answer['nothing_because']}."
    value = answer["value"]
    residual = " with residual" if plan["metric"].startswith("net_value_with") else ""
    return (
        f"Spend {money(answer['spend']['value'])} of {budget}: {_given(plan)}. On fresh replications that is worth "
        f"{money(value['value'])} {currency} of net value{residual} more than nothing (run doubt {between(value)}; "
        f"assumption doubt {between(answer['value_doubt'])})."
    )


def _given(plan: Plan) -> str:
    """Who gets what, by action; over several periods how often."""
    totals: dict[str, int] = {}
    for row in plan["mix"]:
        totals[row["action"]] = totals.get(row["action"], 0) + row["customers"]
    ranked = sorted(totals.items(), key=lambda item: -item[1])
    if "periods" in plan:
        parts = [f"{action} {number:,} times" for action, number in ranked if action != NOTHING]
        return f"{listing(parts)} among {plan['customers']:,} customers in {len(plan['periods'])} periods"
    parts = [f"{action} to {number:,}" for action, number in ranked]
    return f"{listing(parts)} of {plan['customers']:,} customers"


def stated(plan: Plan) -> str:
    """Say what the budget is and what it pays."""
    question, currency = plan["question"], plan["currency"]
    words = f"The budget of {money(question['budget'])} {currency} pays {COUNTS[question['counts']]}"
    words += f" of the {plan['customers']:,} customers of day 0 within {plan['horizon_days']:,} days"
    if question["per_days"] != plan["horizon_days"]:
        words += f" (stated as {money(question['stated'])} {currency} for {question['per_days']:g} days)"
    return f"{words}.{_by_period(plan)}"


def _by_period(plan: Plan) -> str:
    """Say how a budget is shared out among periods."""
    if "periods" not in plan:
        return ""
    rows = plan["periods"]
    shared = listing([f"{money(row['budget'])} from {row['period']} on" for row in rows])
    rest = "what is left of one may be spent later" if plan["question"]["carry_over"] else "what is left of one is lost"
    return (
        f" It is {shared}; {rest}. A campaign begins with a period, for the customers of day 0 who are still there, "
        "and stops with it: what was given runs on, no touch comes after it."
    )


def findings(plan: Plan) -> Iterator[str]:
    """Say what a planner asks next, a sentence each."""
    answer, currency = plan["answer"], plan["currency"]
    most = answer.get("most_of_it")
    if most:
        yield (
            f"{percent(most['share'])} of what any budget brings comes with {money(most['budget'])} {currency}; beyond "
            f"{money(answer['saturation']['spend'])} {currency} more money buys nothing."
        )
        yield from _rest(most, currency)
    step = answer["next_step"]
    yield (
        f"After its own cost the next {currency} is worth {money(answer['next_yuan'])} {currency}, the next "
        f"{money(answer['step_yuan'])} are worth {money(step['value'])} (run doubt {between(step)})."
    )
    if "break_even_share" in answer:
        yield (
            f"Break-even: the mix pays for itself if it does {percent(answer['break_even_share'])} of what it does "
            "here (its costs as a share of all that it brings before costs)."
        )
    yield from _cap(plan)
    yield from _caps_by_period(plan)
    yield from _promise(plan)
    yield from _foresight(plan)
    risk = plan["risk"]
    if not is_refused(risk) and "nothing_because" not in answer:
        yield (
            "Value at risk: one base in one world in twenty is worth less than "
            f"{money(risk['value_at_risk'])} {currency} (on average {money(risk['shortfall'])} then); "
            f"{percent(risk['loses'])} of them lose money."
        )
    yield from _regret(plan)
    yield from _by_risk(plan)
    yield from _compared(plan)


def _by_risk(plan: Plan) -> Iterator[str]:
    """Say what the same money would do where most customers leave."""
    found, currency = plan.get("by_risk"), plan["currency"]
    if not found:
        return
    value, more = found["value"], found["mix_is_worth_more"]
    if more["low"] == more["high"] == 0:
        yield f"By risk the money would go the same way: {found['action']} for everybody is what the mix gives."
        return
    loses = value["high"] < 0
    worth = f"LOSES {money(abs(value['value']))}" if loses else f"is worth {money(value['value'])}"
    less = "less" if more["value"] > 0 else "more"
    yield (
        f"By risk in place of lift: {found['action']} given first where most customers leave, as far as the budget "
        f"goes, {worth} {currency} (run doubt {between(value)}), {money(abs(more['value']))} {less} than the mix (run "
        f"doubt of the mix's advantage {between(more)})."
    )


def _regret(plan: Plan) -> Iterator[str]:
    """Say what knowing the world would change about the choice."""
    found, currency = plan["regret"], plan["currency"]
    if is_refused(found) or "nothing_because" in plan["answer"]:
        return
    yield (
        f"If you are wrong about the assumptions: who knew them would take another of the {found['mixes']} mixes of "
        f"the frontier within the budget in {percent(1 - found['best_share'])} of worlds, and gain at most "
        f"{money(found['mean'])} {currency} on average over all worlds (more than {money(found['high'])} in one of "
        "twenty)."
    )


def _rest(most: Mapping[str, Any], currency: str) -> Iterator[str]:
    """Say what the asked budget adds to the one that brings most already."""
    if "rest_brings" not in most:
        return
    brings = most["rest_brings"]
    words = (
        f"The {money(most['rest'])} {currency} that the mix spends beyond that bring {money(brings['value'])} net (run "
        f"doubt {between(brings)})"
    )
    if "rest_loses_share" in most:
        words += f", and lose money in {percent(most['rest_loses_share'])} of the assumptions' worlds"
    yield words + "."


def _cap(plan: Plan) -> Iterator[str]:
    answer, currency = plan["answer"], plan["currency"]
    if "nothing_because" in answer:
        return
    spend, budget = answer["spend"], money(answer["budget"])
    if answer["cap_holds"]:
        yield (
            f"The cap holds on fresh replications: {money(spend['value'])} {currency} on average (run doubt "
            f"{between(spend)}); {money(answer['reserve'])} of {budget} were held back for it. A single base spends "
            f"{between(answer['spend_prediction'])}, in {percent(answer['over_budget_share'])} of cases more than "
            "the budget."
        )
    else:
        yield (
            f"THE CAP DOES NOT HOLD: on fresh replications the mix spends {money(spend['value'])} of {budget} "
            f"{currency} on average, after {answer['attempts']} attempts. More --replications settle it."
        )


def _caps_by_period(plan: Plan) -> Iterator[str]:
    """Say in which periods the cap holds."""
    if "periods" not in plan or "nothing_because" in plan["answer"]:
        return
    broken = [row["period"] for row in plan["periods"] if not row["cap_holds"]]
    if broken:
        yield f"Above its cap on average: the period {listing(broken)}."
        return
    worst = max(plan["periods"], key=lambda row: row["over_cap_share"])
    words = "The mean spend stays within the cap of every period"
    if worst["over_cap_share"] > 0:
        words += f"; a single base is above that of {worst['period']} in {percent(worst['over_cap_share'])} of cases"
    yield words + "."


def _foresight(plan: Plan) -> Iterator[str]:
    """Say what it is worth to know when rivals will promote."""
    found = plan.get("foresight")
    if not found:
        return
    worth, currency = found["knowing_is_worth"], plan["currency"]
    words = (
        f"Knowing the days of rivals' promotions in advance is worth {money(worth['value'])} {currency} (run doubt "
        f"{between(worth)}; assumption doubt {between(found['knowing_is_worth_doubt'])}): with it the mix is worth "
        f"{money(found['value_known']['value'])}, without it {money(found['value_unknown']['value'])}; "
        f"{found['given_otherwise']:,.0f} customers get something else. This plan is made with the days "
        f"{found['planned']}"
    )
    if worth["low"] <= 0 <= worth["high"]:
        words += "; the run does not tell whether it is worth anything"
    yield words + "."


def _promise(plan: Plan) -> Iterator[str]:
    answer, currency = plan["answer"], plan["currency"]
    if "nothing_because" in answer:
        return
    more = answer["more_than_promised"]
    yield (
        f"Promised were {money(answer['promised'])} {currency}, of which {money(answer['optimism'])} are by folds the "
        "optimism of choosing; the value above has none of it. The fresh bases bring "
        f"{money(abs(more['value']))} {'more' if more['value'] > 0 else 'less'} than promised, the luck of both sets "
        f"of bases included (run doubt {between(more)})."
    )
    shared = answer["shared"]
    if shared["low"] == shared["high"] == 0:
        yield "Nothing is shared between customers here: the mix lived whole is the sum of its cells."
    else:
        causes = "What customers share (seats, quotas, a rival that answers)"
        if "periods" in plan:
            causes += ", and campaigns that follow each other for the same customer,"
        verb = "make" if "periods" in plan else "makes"
        yield (
            f"{causes} {verb} the mix lived whole differ from the sum of its cells by "
            f"{money(shared['value'], sign=True)} {currency} (run doubt {between(shared)})."
        )


def _compared(plan: Plan) -> Iterator[str]:
    against = plan.get("against")
    if not against:
        return
    currency, more, policy = plan["currency"], against["mix_is_worth_more"], f"policy {against['policy']}"
    words = (
        f"The policy “{against['policy']}” spends {money(against['spend']['value'])} {currency} on the same customers "
        f"and is worth {money(against['value']['value'])}; the mix is worth {money(more['value'], sign=True)} "
        f"beside it (run doubt {between(more)})"
    )
    for row in plan["beats"]:
        if (row["mix"], row["against"]) == ("the mix", policy):
            words += f", and more in {percent(row['share'])} of {row['draws']} worlds of the assumptions"
    yield words + "."


def simulated(plan: Plan) -> str:
    """Say how much was lived."""
    lived = plan["lived"]
    words = (
        f"{lived['lives_to_choose'] + lived['lives_to_doubt']:,} customers were lived to choose and to doubt "
        f"({lived['actions']} actions{_begun(lived)} and nothing in {lived['replications']} replications; in "
        f"{lived['draws']} draws the {len(lived['actions_used'])} actions in use), "
        f"{lived['customer_years'] - lived['customer_years_to_check']:,.0f} customer-years"
    )
    if "lives_allowed" in lived:
        words += (
            f"; every action in every draw would be {lived['lives_allowed']:,} customers of up to "
            f"{lived['years_a_life_at_most']:.3g} years"
        )
    return (
        f"{words}. The fresh check lived {lived['lives_to_check']:,} more, {lived['customer_years_to_check']:,.0f} "
        f"customer-years. Together {lived['customer_years']:,.0f} customer-years."
    )


def _begun(lived: Mapping[str, Any]) -> str:
    return f" begun in each of {lived['periods']} periods" if lived["periods"] > 1 else ""
