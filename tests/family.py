"""Statements about rates that fail by a stated chance, and together by at most 1%.

A check has a declared name, so their number is known before anything runs and each gets an equal part of
the error (Bonferroni). A seed follows from the name: it is not chosen, and changing it to make a test pass
is not possible. A check that could never fail at its number of trials is an error, and each check says
which error it would detect.
"""

import hashlib
import math
import os
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom, norm, t

FAMILY_ERROR = 0.01
POWER = 0.8  # with which the detectable error is detected

CHECKS = (
    "log-rank: level",
    "log-rank: level, monthly ties",
    "log-rank within strata: level",
    "score test: level at 500 an arm",
    "score test: level at 61 an arm, churn 5%",
    "score test: power at 441 an arm",
    "Mantel-Haenszel: level of its test",
    "Mantel-Haenszel: coverage, ten strata",
    "Mantel-Haenszel: coverage, a hundred small strata",
    "Mantel-Haenszel: coverage, effect differs by stratum",
    "Newcombe: coverage at 500 an arm",
    "Newcombe: coverage with few events",
    "Welch: level, skewed amounts",
    "Welch: coverage, unequal spread",
    "means within strata: level",
    "means within strata: coverage, merged strata",
    "Cox: level",
    "Cox: level within strata, monthly ties",
    "Cox: coverage",
    "Cox: coverage, pooled and clustered",
    "Kaplan-Meier: coverage of the band",
    "restricted mean: level, monthly ties",
    "restricted mean: coverage with early ends",
    "restricted mean within strata: level",
    "restricted mean within strata: coverage, merged strata",
    "share gone for a reason: level, monthly ties",
    "share gone for a reason: coverage with early ends",
    "share gone for a reason: coverage, few events",
    "share gone for a reason within strata: coverage",
    "restricted mean: coverage, small strata and early ends",
    "share gone for a reason: coverage, small strata and early ends",
    "adjusted mean: level, skewed amounts",
    "adjusted mean: coverage, unequal arms and slopes",
    "adjusted mean: coverage, HC3 at 20 an arm",
    "adjusted mean: coverage, population, slopes apart",
    "ratio of totals: level",
    "ratio of totals: coverage, unequal activity",
    "clusters: level at 30 an arm",
    "clusters: coverage, circles of unequal size",
    "BCa bootstrap: level",
    "BCa bootstrap: coverage, skewed amounts",
    "Holm: family-wise error",
    "TOST: level on the margin",
    "TOST within strata: level on the margin",
    "TOST of means: level on the margin",
    "non-inferiority: level on the margin",
    "equivalence interval: coverage",
    "sample ratio: level under simple assignment",
    "run mean: coverage",
    "prediction interval: coverage",
    "uniforms along entity: mean",
    "uniforms along entity: square",
    "uniforms along entity: product with the next",
    "uniforms along entity: lowest percent",
    "uniforms along decision: mean",
    "uniforms along decision: square",
    "uniforms along decision: product with the next",
    "uniforms along decision: lowest percent",
    "touch: reached by no channel",
    "touch: reached by the weak channel alone",
    "gift: matches",
    "complaint line: problems reported",
    "random promotions: starts a year, past",
    "random promotions: starts a year, future",
    "simple assignment: arm 0",
    "simple assignment: arm 1",
    "simple assignment: arm 2",
    "simple assignment: arm of the first customer",
    "complete assignment: arm 0",
    "complete assignment: arm 1",
    "complete assignment: arm 2",
    "complete assignment: arm of the first customer",
    "stratified assignment: arm 0",
    "stratified assignment: arm 1",
    "stratified assignment: arm 2",
    "stratified assignment: arm of the first customer",
    "uniforms along occurrence: mean",
    "uniforms along occurrence: square",
    "uniforms along occurrence: product with the next",
    "uniforms along occurrence: lowest percent",
    "uniforms along replication: mean",
    "uniforms along replication: square",
    "uniforms along replication: product with the next",
    "uniforms along replication: lowest percent",
    "constant hazards: left by day 30",
    "constant hazards: left by day 91",
    "constant hazards: left by day 182",
    "constant hazards: left by day 365",
    "constant hazards: left for competitor",
    "constant hazards: left for need_gone",
    "constant hazards: left for variety",
    "tenure shape: left by step 1",
    "tenure shape: left by step 2",
    "tenure shape: left by step 3",
    "promotion: left by day 50",
    "promotion: left by day 75",
    "promotion: left by day 100",
    "promotion: left by day 200",
    "price sensitivity: left by day 100",
    "price sensitivity: left by day 365",
    "reward: left by day 30",
    "reward: left by day 120",
    "reward: left by day 365",
    "contact: left by day 40",
    "contact: left by day 70",
    "contact: left by day 110",
    "contact: left by day 365",
    "lock-in: left by day 60",
    "lock-in: left by day 150",
    "satisfaction: left",
    "satisfaction: there and very",
    "satisfaction: there and satisfied",
    "satisfaction: there and dissatisfied",
    "chain of states: warning on day 40",
    "chain of states: calm on day 40",
    "chain of states: warning on day 200",
    "chain of states: calm on day 200",
    "start state of the chain: left by day 90",
    "start state of the chain: warning on day 0",
    "recovery after a contact: warning",
    "recovery after a contact: calm",
    "problem clock: firings a year",
    "problem clock: squared distance",
    "frailty of survivors: mean",
    "frailty of survivors: lowest quarter",
    "frailty of survivors: left by day 182",
    "base: second segment",
    "base: tenure band 0",
    "base: tenure band 1",
    "base: tenure band 2",
    "base: first third of a band",
    "character: fee of the small",
    "character: fee of the big",
    "character: logarithm of the fee",
    "character: sensitivity",
    "character: lowest quarter of sensitivity",
    "character: growth",
    "character: squared distance of growth",
    "independence: fee and joined",
    "independence: price_sensitivity and joined",
    "independence: price_sensitivity and fee",
    "independence: growth and joined",
    "independence: growth and fee",
    "independence: growth and price_sensitivity",
    "independence: frailty and joined",
    "independence: frailty and fee",
    "independence: frailty and price_sensitivity",
    "independence: frailty and growth",
    "joiners: of segment 0",
    "joiners: squared distance, segment 0",
    "joiners: of segment 1",
    "joiners: squared distance, segment 1",
    "joiners: product of two streams",
    "joiners: in the first third of the time",
    "Erlang C: calls in the window",
    "Erlang C: chance of waiting",
    "Erlang C: minutes waited",
    "Erlang C: waits twice the mean",
    "Erlang A: calls in the window",
    "Erlang A: share that tires",
    "Erlang A: minutes waited",
    "Erlang A: chance of waiting",
    "Cobham: calls of the first class",
    "Cobham: minutes the first class waits",
    "Cobham: minutes the second class waits",
    "Cobham: chance that the first class waits",
    "Cobham: chance that the second class waits",
    "calibration: recovery of small",
    "calibration: recovery of big",
    "calibration: recovery of very",
    "calibration: coverage of fitted values",
    "arrears: forgot the first bill",
    "arrears: stopped after the first bill",
    "arrears: cancelled after the first bill, before",
    "arrears: cancelled after the first bill, dunning",
    "arrears: stopped in spite of two reminders",
    "arrears: swindlers",
    "arrears: swindlers whom collection does not deter",
    "arrears: collected",
    "changes of number: without an offer",
    "changes of number: with an offer",
    "fee decline: times a year",
    "silence: on day 30",
    "silence: on day 300",
    "contact rules: unreachable",
    "contracts: signed on joining",
    "contracts: signed again",
    "agreements: accepted",
    "points: knows the plan",
    "points: redeemed at a reminder",
    "agents: recruited",
    "agents: resold cards",
    "group-sequential: level for benefit",
    "group-sequential: level, harm bound",
    "group-sequential: level, binding futility",
    "group-sequential: level, futility ignored",
    "group-sequential: level, shares of ever more customers",
    "group-sequential: level, lives that begin one after the other",
    "group-sequential: stops at the second look",
    "group-sequential: power",
    "stagewise: coverage",
    "stagewise: estimates above the effect",
    "stagewise: coverage, futility",
    "repeated intervals: coverage at all looks",
    "confidence sequence: level over daily looks",
    "confidence sequence: coverage at all looks",
    "peeking: level of five looks",
    "Dunnett: family-wise error, one variance",
    "Dunnett: family-wise error, each its own variance",
    "Dunnett: coverage of all intervals, shares",
    "Benjamini-Hochberg: false discovery rate",
    "contrast of means: level of an interaction",
    "contrast of shares: coverage, pooled arms",
    "trend: level",
    "Emax: coverage of the least dose",
    "interaction of shares: level",
    "interaction of means: level",
    "switch point: coverage",
    "what if: the truly best is among the as good",
    "budget: optimism shown",
    "budget: mean spend within the cap",
    "sample-ratio check: false alarms, three arms",
    "balance check: p, three arms and skewed covariates",
    "CUPED with one slope for all arms: level, skewed amounts",
    "power: churn under constant hazards",
    "power: churn, trials of twice the size",
    "power: share put in",
    "power: amount put in",
    "power by circle: churn",
    "power by circle: churn, twice the size",
    "power by circle: share put in",
    "power by circle: amount put in",
    "power by circle: level",
    "futures: left by day 100",
    "early warning: true risk of a chain of states",
    "early warning: true risk of who is in arrears",
    "early warning: reached by the call",
    "early warning: quality as stated",
    "early warning: quality without weight",
    "rival, weekly: left in the trial, treated",
    "rival, weekly: left in the trial, control",
    "rival, weekly: left in the roll-out",
    "rival, monthly: left in the trial, treated",
    "rival, monthly: left in the trial, control",
    "rival, monthly: left in the roll-out",
    "purse for 0.25: left in the trial",
    "purse for 0.25: left in the roll-out",
    "purse for 0.75: left in the trial",
    "purse for 0.75: left in the roll-out",
    "win-back: back after attempts 1",
    "win-back: back after attempts 3",
    "win-back: away after half a year",
    "bundles: left while it runs",
    "bundles: left after it",
    "bundles: accepted",
    "prospects: won",
    "activity: comes",
    "activity: pleases",
    "interference by news: trial, treated",
    "interference by news: trial, reference",
    "interference by news: roll-out, treated",
    "interference by news: roll-out, reference",
    "interference by news: effect, trial less roll-out",
    "interference by holding: trial, treated",
    "interference by holding: trial, reference",
    "interference by holding: roll-out, treated",
    "interference by holding: roll-out, reference",
    "interference by holding: effect, trial less roll-out",
    "circles dealt: level of a clustered comparison",
    "circles dealt: coverage of a clustered comparison",
)

Side = Literal["is", "at most", "at least"]


@dataclass(frozen=True)
class Verdict:
    """One check as the summary at the end of the run prints it."""

    name: str
    claim: str
    observed: float
    trials: int
    p_value: float
    detectable: float


class Family:
    """Makes checks and notes them in a test's ``user_properties``: they reach the summary from any worker."""

    def __init__(self, notes: list[tuple[str, Any]], checks: tuple[str, ...] = CHECKS) -> None:
        self.notes = notes
        self.checks = checks
        self.error = FAMILY_ERROR / len(checks)

    def rate(self, name: str, happened: ArrayLike, side: Side, target: float) -> None:
        """Fail unless the share of ``happened`` can be as claimed of ``target``: exact binomial test."""
        self._declared(name)
        target = float(target)  # notes travel between processes as plain numbers
        outcome = np.asarray(happened, dtype=bool).ravel()
        count, trials = int(outcome.sum()), outcome.size
        if min(_tail(extreme, trials, target, side) for extreme in (0, trials)) >= self.error:
            raise ValueError(f"{name}: {trials} trials can never fail at an error of {self.error:.1e}")
        p_value = _tail(count, trials, target, side)
        detectable = _detectable_rate(trials, target, side, self.error)
        self._note(Verdict(name, f"{side} {target:.4g}", count / trials, trials, p_value, detectable))
        seen = f"{count} of {trials} = {count / trials:.4f}"
        assert p_value >= self.error, f"{name}: {seen}, must be {side} {target:.4f} (p = {p_value:.2g})"

    def mean(self, name: str, values: ArrayLike, target: float) -> None:
        """Fail unless the mean of independent ``values`` can be ``target``: t test."""
        self._declared(name)
        sample = np.asarray(values, dtype=float).ravel()
        if sample.size < 2 or sample.std() == 0:
            raise ValueError(f"{name}: {sample.size} values without spread can never fail")
        spread = float(sample.std(ddof=1) / math.sqrt(sample.size))
        distance = float(sample.mean() - target) / spread
        p_value = float(2 * t.sf(abs(distance), sample.size - 1))
        detectable = float(t.isf(self.error / 2, sample.size - 1) + norm.ppf(POWER)) * spread
        self._note(Verdict(name, f"is {target:.4g}", float(sample.mean()), sample.size, p_value, detectable))
        assert p_value >= self.error, f"{name}: mean {sample.mean():.6g}, must be {target:.6g} (p = {p_value:.2g})"

    def _declared(self, name: str) -> None:
        if name not in self.checks:
            raise ValueError(f"check {name!r} is not declared: only declared checks share the family's error")

    def _note(self, verdict: Verdict) -> None:
        self.notes.append(("family_check", asdict(verdict)))


def _tail(count: int, trials: int, target: float, side: Side) -> float:
    """Chance, at the target, of an outcome as bad as ``count`` for the claim."""
    many, few = float(binom.sf(count - 1, trials, target)), float(binom.cdf(count, trials, target))
    return {"is": min(1.0, 2 * min(many, few)), "at most": many, "at least": few}[side]


def _detectable_rate(trials: int, target: float, side: Side, error: float) -> float:
    """The smallest shift of the rate that fails with chance POWER (upwards, for 'is'), by halving."""
    tail = error / 2 if side == "is" else error
    too_many, too_few = binom.isf(tail, trials, target) + 1, binom.ppf(tail, trials, target) - 1
    low, high = 0.0, target if side == "at least" else 1 - target
    for _ in range(50):
        shift = (low + high) / 2
        if side == "at least":
            power = binom.cdf(too_few, trials, target - shift)
        else:
            power = binom.sf(too_many - 1, trials, target + shift)
        low, high = (low, shift) if power >= POWER else (shift, high)
    return high


def replications(at_ci_size: int) -> int:
    """How many replications a check lives; OPERATING_REPLICATIONS multiplies the CI size."""
    return round(at_ci_size * float(os.environ.get("OPERATING_REPLICATIONS", "1")))


def generator(name: str) -> np.random.Generator:
    """The random generator of a check: Philox with the first 128 bits of SHA-256 of the check's name as
    key.
    """
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "little")
    return np.random.Generator(np.random.Philox(key=key))


def seed(name: str) -> int:
    """The seed of a check for the engine: 63 bits of SHA-256 of the check's name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little") >> 1


class FamilyTable:
    """Prints all checks that were made, in whatever folder, after the run."""

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        made = _made(terminalreporter)
        if not made:
            return
        twice = sorted(name for name, times in Counter(check["name"] for check in made).items() if times > 1)
        terminalreporter.section("rates and means: family-wise bound")
        terminalreporter.write_line(
            f"{len(made)} of {len(CHECKS)} declared checks made. By chance alone one or more fail in at most "
            f"{FAMILY_ERROR:.0%} of runs, each in at most {FAMILY_ERROR / len(CHECKS):.3%}; an error as "
            f"large as 'detects' is found with chance {POWER:.0%}."
        )
        for check in sorted(made, key=lambda check: check["p_value"]):
            terminalreporter.write_line(
                f"{check['name']:<53}{check['observed']:8.4g} {check['claim']:<16}{check['trials']:>9,}"
                f" trials  p {check['p_value']:<7.2g} detects {check['detectable']:.2g}"
            )
        for name in twice:
            terminalreporter.write_line(f"MADE TWICE, so the bound does not hold: {name}", red=True)


def _made(reporter: Any) -> list[dict[str, Any]]:
    reports = [report for key in ("passed", "failed") for report in reporter.stats.get(key, [])]
    noted = [report.user_properties for report in reports if getattr(report, "when", None) == "call"]
    return [check for properties in noted for key, check in properties if key == "family_check"]
