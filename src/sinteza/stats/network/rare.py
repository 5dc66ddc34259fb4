"""Odds ratios of rare events without continuity corrections.

``MH``: Mantel-Haenszel network meta-analysis (Efthimiou et al. 2019, Stat Med 38:2992): within
each design the generalized Mantel-Haenszel odds ratios of Mickey and Elashoff (1985) with
Greenland's (1989, Biometrics 45:183) dually consistent covariance, then generalized least squares
across designs. ``NCH``: the exact conditional likelihood given the events of each study, a
non-central (multivariate) hypergeometric (Stijnen, Hamza and Özdemir 2010, Stat Med 29:3046);
``NCH-rare`` is its multinomial limit for rare events, of the same paper, which netmeta calls NCH.
``LRP``: logistic regression with study intercepts under Firth's penalty (Evrenoglou et al. 2022,
Stat Med 41:5203), which also learns from studies without events; ``phi`` is its overdispersion.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
from scipy import linalg, special

from sinteza.errors import DisconnectedNetwork, NotConverged, SynthesisError, TooFewStudies
from sinteza.stats.network.arrays import Floats, Ints, p_chi2
from sinteza.stats.network.evidence import Dropped, Evidence, Row, connected, read
from sinteza.stats.network.splitting import ALL_DIRECT, Evidenced, Split

RareMethod = Literal["MH", "NCH", "NCH-rare", "LRP"]


@dataclass(frozen=True)
class RareNetwork:
    """Common-effect log odds ratios: entry [i, j] of ``estimate`` is treatment i against j.

    ``q_inconsistency`` (MH only) tests the agreement of designs. ``phi`` (LRP only) is the
    overdispersion by which ``se_random = se * sqrt(phi)``, at least 1. ``dropped`` names the
    studies without information for the method.
    """

    method: str
    treatments: tuple[str, ...]
    estimate: Floats
    se: Floats
    level: float
    k: int
    dropped: tuple[Dropped, ...]
    q_inconsistency: float | None = None
    df_inconsistency: int | None = None
    phi: float | None = None

    @property
    def p_inconsistency(self) -> float | None:
        """p value of the inconsistency between designs."""
        if self.q_inconsistency is None or self.df_inconsistency is None:
            return None
        return p_chi2(self.q_inconsistency, self.df_inconsistency)

    @property
    def se_random(self) -> Floats | None:
        """Standard errors stretched by the overdispersion (LRP only)."""
        return None if self.phi is None else self.se * np.sqrt(max(1.0, self.phi))

    def against(self, a: str, b: str) -> Evidenced:
        """Treatment ``a`` against ``b``, as a log odds ratio."""
        i, j = self.treatments.index(a), self.treatments.index(b)
        return Evidenced.of(float(self.estimate[i, j]), float(self.se[i, j]), self.level)


def split_rare(
    rows: Iterable[Row] | Evidence, *, method: RareMethod = "MH", level: float = 0.95
) -> list[Split]:
    """Direct against indirect evidence of every pair.

    Direct is the same method on the two arms of the studies that have both. Indirect is, for MH,
    the network without these studies, for the likelihood methods back-calculated.
    """
    evidence = _arms_of(rows)
    whole = rare_network(evidence, method=method, level=level)
    table = _rows(evidence, {one.study for one in whole.dropped})
    splits = []
    for a, b in combinations(whole.treatments, 2):
        arms = Counter(row["study"] for row in table if row["treatment"] in (a, b))
        both = {study for study, count in arms.items() if count == 2}
        network = whole.against(a, b)
        direct = None
        if both:
            pair = [r for r in table if r["study"] in both and r["treatment"] in (a, b)]
            with contextlib.suppress(TooFewStudies):
                direct = rare_network(pair, method=method, level=level).against(a, b)
        proportion = network.se**2 / direct.se**2 if direct else 0.0
        if direct is None:
            indirect: Evidenced | None = network
        elif method == "MH":
            rest = [r for r in table if r["study"] not in both]
            indirect = _around(rest, a, b, method, level)
        else:
            indirect = _left_over(network, direct, proportion, level)
        difference = None
        if direct and indirect:
            se = float(np.hypot(direct.se, indirect.se))
            difference = Evidenced.of(direct.estimate - indirect.estimate, se, level)
        splits.append(Split(a, b, len(both), proportion, network, direct, indirect, difference))
    return splits


def _rows(evidence: Evidence, dropped: set[str]) -> list[dict[str, Any]]:
    arms = evidence.arms
    assert arms is not None
    columns = (arms.study, arms.treatment, arms.column("events"), arms.column("n"))
    table = [
        {"study": evidence.studies[s], "treatment": evidence.treatments[t], "events": e, "n": n}
        for s, t, e, n in zip(*(c.tolist() for c in columns), strict=True)
    ]
    return [row for row in table if row["study"] not in dropped]


def _around(
    rest: list[dict[str, Any]], a: str, b: str, method: RareMethod, level: float
) -> Evidenced | None:
    """The effect in what is left of the network; None when it joins the two no more."""
    if not rest:
        return None
    evidence = _arms_of(rest)
    if not {a, b} <= set(evidence.treatments):
        return None
    label = evidence.components[evidence.code(a)]
    if label != evidence.components[evidence.code(b)]:
        return None
    members = np.array([one[0] for one in evidence.members])
    part = evidence.select(evidence.components[members] == label)
    try:
        found = rare_network(part, method=method, level=level)
    except (DisconnectedNetwork, TooFewStudies):
        return None
    return found.against(a, b) if {a, b} <= set(found.treatments) else None


def _left_over(
    network: Evidenced, direct: Evidenced, proportion: float, level: float
) -> Evidenced | None:
    if proportion >= 1 - ALL_DIRECT:
        return None
    value = (network.estimate - proportion * direct.estimate) / (1 - proportion)
    return Evidenced.of(value, network.se / (1 - proportion) ** 0.5, level)


def _arms_of(rows: Iterable[Row] | Evidence) -> Evidence:
    evidence = (
        rows if isinstance(rows, Evidence) else read(rows, measure="OR", keep_double_zeros=True)
    )
    if evidence.arms is None:
        raise SynthesisError(
            "methods for rare events need the numbers of each arm",
            hint="Give rows of study, treatment, events, n.",
        )
    return evidence


@dataclass(frozen=True)
class _Arms:
    """The arms of one study: treatments, events and non-events."""

    label: str
    treatments: Ints
    events: Floats
    others: Floats


def rare_network(
    rows: Iterable[Row] | Evidence, *, method: RareMethod = "MH", level: float = 0.95
) -> RareNetwork:
    """Fit odds ratios of rare events to rows of arms (``study, treatment, events, n``).

    Raises SynthesisError for contrasts, and DisconnectedNetwork when the studies that inform do
    not connect all treatments.
    """
    evidence = _arms_of(rows)
    studies, dropped = _informative(evidence, method)
    fit = {
        "MH": _mantel_haenszel,
        "NCH": _exact,
        "NCH-rare": _multinomial,
        "LRP": _penalized,
    }[method]
    if not studies:
        raise TooFewStudies("no study has an event to compare", hint="Use RD, or LRP.")
    used = np.unique(np.concatenate([s.treatments for s in studies]))
    first = np.concatenate([np.repeat(s.treatments[0], s.treatments.size) for s in studies])
    second = np.concatenate([s.treatments for s in studies])
    parts = connected(evidence.n, first, second)[used]
    if np.unique(parts).size > 1:
        raise DisconnectedNetwork(
            "the studies with information do not connect all treatments",
            hint="LRP also uses studies without events." if method != "LRP" else None,
        )
    fitted = fit(studies, used)
    theta, covariance = fitted.theta, fitted.covariance
    spread = np.diagonal(covariance)[:, None] + np.diagonal(covariance) - 2 * covariance
    return RareNetwork(
        method=method,
        treatments=tuple(evidence.treatments[t] for t in used.tolist()),
        estimate=theta[:, None] - theta,
        se=np.sqrt(np.maximum(spread, 0.0)),
        level=level,
        k=len(studies),
        dropped=dropped,
        q_inconsistency=fitted.q,
        df_inconsistency=fitted.df,
        phi=fitted.phi,
    )


def _informative(evidence: Evidence, method: RareMethod) -> tuple[list[_Arms], tuple[Dropped, ...]]:
    """The studies a method can use, and those it cannot.

    Within a design, MH and NCH-rare drop the treatments without any event (or only events).
    """
    arms = evidence.arms
    assert arms is not None
    events, n = arms.column("events"), arms.column("n")
    studies, dropped = [], []
    for s, label in enumerate(evidence.studies):
        mine = np.flatnonzero(arms.study == s)
        mine = mine[np.argsort(arms.treatment[mine])]
        one = _Arms(label, arms.treatment[mine], events[mine], n[mine] - events[mine])
        if method != "LRP" and (one.events.sum() == 0 or one.others.sum() == 0):
            dropped.append(Dropped(label, "no events in any arm, or events only"))
        else:
            studies.append(one)
    if method in ("LRP", "NCH"):
        return studies, tuple(dropped)
    kept = []
    for design in _by_design(studies):
        usable = (np.sum([one.events for one in design], axis=0) > 0) & (
            np.sum([one.others for one in design], axis=0) > 0
        )
        for one in design:
            if usable.sum() < 2:
                dropped.append(Dropped(one.label, "no odds ratio in its design"))
            else:
                kept.append(
                    _Arms(one.label, one.treatments[usable], one.events[usable], one.others[usable])
                )
    return kept, tuple(dropped)


def _by_design(studies: list[_Arms]) -> list[list[_Arms]]:
    found: dict[tuple[int, ...], list[_Arms]] = {}
    for s in studies:
        found.setdefault(tuple(s.treatments.tolist()), []).append(s)
    return [found[key] for key in sorted(found)]


@dataclass(frozen=True)
class _Fitted:
    """Effects (n), their covariance (n, n; zero for the last treatment) and what goes with it."""

    theta: Floats
    covariance: Floats
    q: float | None = None
    df: int | None = None
    phi: float | None = None


def _mantel_haenszel(studies: list[_Arms], used: Ints) -> _Fitted:
    designs, values, covariances = [], [], []
    for design in _by_design(studies):
        value, covariance = _design_odds_ratios(design)
        arms = np.searchsorted(used, design[0].treatments)
        rows = np.zeros((arms.size - 1, used.size))
        rows[:, arms[0]] = 1.0
        rows[np.arange(arms.size - 1), arms[1:]] = -1.0
        designs.append(rows)
        values.append(value)
        covariances.append(covariance)
    design_matrix = np.concatenate(designs)[:, :-1]
    y, precision = np.concatenate(values), np.linalg.inv(linalg.block_diag(*covariances))
    variance = np.linalg.inv(design_matrix.T @ precision @ design_matrix)
    beta = variance @ (design_matrix.T @ (precision @ y))
    residual = y - design_matrix @ beta
    return _Fitted(
        np.append(beta, 0.0),
        np.pad(variance, (0, 1)),
        q=float(residual @ precision @ residual),
        df=int(y.size - used.size + 1),
    )


def _design_odds_ratios(design: list[_Arms]) -> tuple[Floats, Floats]:
    """Generalized Mantel-Haenszel log odds ratios of the first arm against each other.

    With ``C_ij = sum x_i y_j / N``, ``L_ij = log(C_ij / C_ji)``, averaged to agree with one
    another; variances of Robins, Breslow and Greenland, covariances of Greenland 1989.
    """
    x = np.array([s.events for s in design])
    y = np.array([s.others for s in design])
    total = (x + y).sum(axis=1)
    k = x.shape[1]
    cross = x[:, :, None] * y[:, None, :] / total[:, None, None]
    c = cross.sum(axis=0)
    pairs = [(i, j) for i in range(k) for j in range(k) if i != j]
    index = {pair: at for at, pair in enumerate(pairs)}
    value = np.array([np.log(c[i, j] / c[j, i]) for i, j in pairs])
    covariance = np.zeros((len(pairs), len(pairs)))
    square = total**2
    for (i, j), at in index.items():
        d_ij, d_ji = (x[:, i] + y[:, j]) / total, (x[:, j] + y[:, i]) / total
        c_ij, c_ji = cross[:, i, j], cross[:, j, i]
        variance = (
            (c_ij @ d_ij) / c[i, j] ** 2
            + (c_ij @ d_ji + c_ji @ d_ij) / (c[i, j] * c[j, i])
            + (c_ji @ d_ji) / c[j, i] ** 2
        ) / 2
        covariance[at, at] = variance
        covariance[at, index[j, i]] = -variance
        for h in range(k):
            if h in (i, j):
                continue
            shared = (
                (x[:, i] * y[:, j] * y[:, h] / square).sum() / (c[i, j] * c[i, h])
                + ((x[:, i] * x[:, j] * y[:, h] + x[:, j] * y[:, i] * y[:, h]) / square).sum()
                / (c[j, i] * c[i, h])
                + ((x[:, i] * x[:, h] * y[:, j] + x[:, h] * y[:, i] * y[:, j]) / square).sum()
                / (c[i, j] * c[h, i])
                + (y[:, i] * x[:, j] * x[:, h] / square).sum() / (c[j, i] * c[h, i])
            ) / 3
            for first, sign1 in ((index[i, j], 1), (index[j, i], -1)):
                for other, sign2 in ((index[i, h], 1), (index[h, i], -1)):
                    covariance[first, other] = sign1 * sign2 * shared
    # L_i+ is the mean over the others; first arm against j: (L_1+ - L_j+), divided by k
    average = np.zeros((k - 1, len(pairs)))
    for j in range(1, k):
        for h in range(k):
            if h != 0:
                average[j - 1, index[0, h]] += 1 / k
            if h != j:
                average[j - 1, index[j, h]] -= 1 / k
    return average @ value, average @ covariance @ average.T


def _penalized(studies: list[_Arms], used: Ints) -> _Fitted:
    """Firth's penalized logistic regression (Biometrika 1993, 80:27) by Newton steps."""
    arms = np.concatenate([np.searchsorted(used, s.treatments) for s in studies])
    owner = np.repeat(np.arange(len(studies)), [s.treatments.size for s in studies])
    y = np.concatenate([s.events for s in studies])
    n = y + np.concatenate([s.others for s in studies])
    design = np.zeros((y.size, len(studies) + used.size))
    design[np.arange(y.size), owner] = 1.0
    design[np.arange(y.size), len(studies) + arms] = 1.0
    design = design[:, :-1]
    beta = np.zeros(design.shape[1])
    for _ in range(200):
        p = special.expit(design @ beta)
        weight = n * p * (1 - p)
        scaled = design * np.sqrt(weight)[:, None]
        covariance = np.linalg.inv(scaled.T @ scaled)
        leverage = np.einsum("ij,jk,ik->i", scaled, covariance, scaled)
        score = design.T @ (y - n * p + leverage * (0.5 - p))
        step = covariance @ score
        step *= min(1.0, 5 / max(np.abs(step).max(), 1e-300))
        beta = beta + step
        if np.abs(step).max() < 1e-12:
            break
    else:
        raise NotConverged("penalized logistic regression did not settle", hint="Use MH.")
    pearson = float(((y - n * p) ** 2 / weight).sum())
    phi = pearson / max(y.size - beta.size, 1)
    effects = slice(len(studies), None)
    inner = covariance[effects, effects]
    return _Fitted(np.append(beta[effects], 0.0), np.pad(inner, (0, 1)), phi=phi)


_Moments = Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]


def _exact(studies: list[_Arms], used: Ints) -> _Fitted:
    return _conditional(studies, used, hypergeometric_moments)


def _multinomial(studies: list[_Arms], used: Ints) -> _Fitted:
    return _conditional(studies, used, multinomial_moments)


def _conditional(studies: list[_Arms], used: Ints, moments: _Moments) -> _Fitted:
    """Newton steps on the conditional likelihood: events given the total of their study."""
    theta = np.zeros(used.size)
    arms = [np.searchsorted(used, s.treatments) for s in studies]
    for _ in range(100):
        score = np.zeros(used.size)
        information = np.zeros((used.size, used.size))
        for s, at in zip(studies, arms, strict=True):
            mean, covariance = moments(s.events, s.others, theta[at])
            score[at] += s.events - mean
            information[np.ix_(at, at)] += covariance
        step = np.linalg.solve(information[:-1, :-1], score[:-1])
        step *= min(1.0, 2 / max(np.abs(step).max(), 1e-300))
        theta[:-1] += step
        if np.abs(step).max() < 1e-12:
            inverse = np.linalg.inv(information[:-1, :-1])
            return _Fitted(theta, np.pad(inverse, (0, 1)))
    raise NotConverged("the conditional likelihood did not settle", hint="Use MH or LRP.")


def multinomial_moments(events: Floats, others: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance of the events of each arm given their total, for rare events."""
    share = (events + others) * np.exp(theta - theta.max())
    share = share / share.sum()
    total = events.sum()
    return total * share, total * (np.diag(share) - np.outer(share, share))


def hypergeometric_moments(events: Floats, others: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance of the events of each arm given their total.

    Arm i has ``n_i = events_i + others_i`` people and log odds ``theta_i`` (up to a constant).
    """
    total = round(float(events.sum()))
    x = np.arange(total + 1)
    laws = []
    # a common shift changes nothing and keeps the tilted laws on one scale
    shift = special.logit(events.sum() / (events + others).sum()) - float(theta.mean())
    for a, b, t in zip(events, others, theta, strict=True):
        size = a + b
        logs = np.full(total + 1, -np.inf)
        inside = x <= size
        chosen = x[inside]
        logs[inside] = (
            special.gammaln(size + 1)
            - special.gammaln(chosen + 1)
            - special.gammaln(size - chosen + 1)
            + chosen * (t + shift)
        )
        laws.append(np.exp(logs - logs.max()))
    k = len(laws)

    def mass(weighted: dict[int, Floats]) -> float:
        product = np.ones(1)
        for i, law in enumerate(laws):
            product = np.convolve(product, weighted.get(i, law))[: total + 1]
        return float(product[total]) if product.size > total else 0.0

    whole = mass({})
    mean = np.array([mass({i: laws[i] * x}) / whole for i in range(k)])
    covariance = np.empty((k, k))
    for i in range(k):
        for j in range(i, k):
            weighted = {i: laws[i] * x * x} if i == j else {i: laws[i] * x, j: laws[j] * x}
            covariance[i, j] = covariance[j, i] = mass(weighted) / whole - mean[i] * mean[j]
    return mean, covariance
