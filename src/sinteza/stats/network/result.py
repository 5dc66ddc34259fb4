"""What comes out: one object with every estimate of a network, as matrices, rows and text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sinteza.errors import DisconnectedNetwork
from sinteza.stats.distributions import critical
from sinteza.stats.network.arrays import Floats, optional, p_chi2
from sinteza.stats.network.contribution import (
    Contributions,
    Flow,
    Measures,
    PathMethod,
    contributions,
    measures,
)
from sinteza.stats.network.decomposition import Decomposition, decompose
from sinteza.stats.network.effects import RATIOS
from sinteza.stats.network.evidence import Dropped, Evidence
from sinteza.stats.network.heat import NetHeat, net_heat
from sinteza.stats.network.model import Fit
from sinteza.stats.network.multiarm import Blocks
from sinteza.stats.network.ranking import Ranking, p_scores, rank
from sinteza.stats.network.splitting import Split, SplitMethod, split

if TYPE_CHECKING:
    from sinteza.i18n import Language

Model = Literal["common", "random"]


@dataclass(frozen=True)
class Estimate:
    """Treatment ``a`` against ``b``: on the scale of analysis (log for ratios).

    ``pi_low`` and ``pi_high`` bound the effect in a new setting (None without degrees of
    freedom). ``direct`` is true when some study compares the two.
    """

    a: str
    b: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    p: float
    pi_low: float | None
    pi_high: float | None
    direct: bool


@dataclass(frozen=True)
class Direct:
    """What the ``k`` studies that compare ``a`` with ``b`` say by themselves.

    ``proportion`` is the part of the network's information on this comparison that they carry;
    ``q`` with ``k - 1`` degrees of freedom is their own heterogeneity.
    """

    a: str
    b: str
    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    proportion: float
    q: float


@dataclass(frozen=True)
class League:
    """A league table: ``cells[i][j]`` is row treatment i against column treatment j.

    Below the diagonal the network estimates, above it the direct ones (None where no study
    compares the two). ``treatments`` gives the order of rows and columns.
    """

    measure: str
    treatments: tuple[str, ...]
    cells: tuple[tuple[Estimate | Direct | None, ...], ...]


@dataclass(frozen=True)
class Network:
    """A fitted network of treatments.

    ``common`` and ``random`` hold the matrices (entry [i, j]: treatment i against treatment j);
    ``tau2`` is the between-study variance by ``method``; ``q`` with ``df`` degrees of freedom the
    total inconsistency and heterogeneity (``p_q`` None when df is 0: not estimable); ``i2`` with
    its interval (fractions of 1, None when not estimable). ``others`` are the parts of the data
    that no study connects with this one. ``notes`` are cautions a reader needs.
    """

    evidence: Evidence
    blocks: Blocks
    measure: str
    method: str
    test: str
    level: float
    reference: str | None
    small_values: str
    common: Fit
    random: Fit
    tau2: float
    q: float
    df: int
    others: tuple[Network, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def treatments(self) -> tuple[str, ...]:
        """The treatments, sorted."""
        return self.evidence.treatments

    @property
    def studies(self) -> tuple[str, ...]:
        """The studies, in the order of the data."""
        return self.evidence.studies

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """Studies left out, each with the reason."""
        return self.evidence.dropped

    @property
    def k(self) -> int:
        """Number of studies."""
        return self.evidence.k

    @property
    def m(self) -> int:
        """Number of pairwise contrasts."""
        return self.evidence.m

    @property
    def n(self) -> int:
        """Number of treatments."""
        return self.evidence.n

    @property
    def tau(self) -> float:
        """Between-study standard deviation."""
        return float(np.sqrt(self.tau2))

    @property
    def p_q(self) -> float | None:
        """p value of Q."""
        return p_chi2(self.q, self.df)

    @property
    def i2(self) -> float | None:
        """Share of Q beyond chance (fraction)."""
        if self.df == 0:
            return None
        return max(0.0, (self.q - self.df) / self.q) if self.q > 0 else 0.0

    @cached_property
    def i2_interval(self) -> tuple[float | None, float | None]:
        """Interval of I2 by the test-based method of Higgins and Thompson 2002."""
        return i2_interval(self.q, self.df, self.level)

    @property
    def small_is_good(self) -> bool:
        """Is a small value of the outcome what patients want?"""
        return self.small_values == "desirable"

    def fit(self, model: Model = "random") -> Fit:
        """The matrices of one model."""
        return self.common if model == "common" else self.random

    # -- estimates -------------------------------------------------------------------------

    @cached_property
    def prediction_se(self) -> Floats:
        """Standard error of the effect in a new setting: ``sqrt(se^2 + tau2)`` (n, n)."""
        spread: Floats = np.sqrt(self.random.se**2 + self.tau2)
        np.fill_diagonal(spread, 0.0)
        return spread

    def estimate(self, a: str, b: str, model: Model = "random") -> Estimate:
        """Treatment ``a`` against treatment ``b``.

        Raises DisconnectedNetwork when no chain of studies joins the two.
        """
        for other in self.others:
            inside = {a, b} & set(other.treatments)
            if inside == {a, b}:
                return other.estimate(a, b, model)
            if inside:
                raise DisconnectedNetwork(
                    f"no chain of studies joins '{a}' and '{b}'",
                    hint="A component model can join parts that share components.",
                )
        return self._estimate(self.evidence.code(a), self.evidence.code(b), model)

    def _estimate(self, i: int, j: int, model: Model) -> Estimate:
        fit = self.fit(model)
        value, se = float(fit.estimate[i, j]), float(fit.se[i, j])
        half = fit.critical * se
        pi = None
        if model == "random" and self.df > 0 and i != j:
            pi = critical(self.level, self.df) * float(self.prediction_se[i, j])
        return Estimate(
            a=self.treatments[i],
            b=self.treatments[j],
            estimate=value,
            se=se,
            ci_low=value - half,
            ci_high=value + half,
            statistic=value / se if se else 0.0,
            p=float(fit.p_value[i, j]) if i != j else 1.0,
            pi_low=None if pi is None else value - pi,
            pi_high=None if pi is None else value + pi,
            direct=(min(i, j), max(i, j)) in self.evidence.studies_of,
        )

    def estimates(self, model: Model = "random") -> Iterator[Estimate]:
        """Every pair once, the earlier treatment first; parts apart follow one another."""
        for i in range(self.n):
            for j in range(i + 1, self.n):
                yield self._estimate(i, j, model)
        for other in self.others:
            yield from other.estimates(model)

    def rows(self, model: Model = "random") -> list[dict[str, Any]]:
        """Every pairwise estimate as a dict, with the back-transformed figures for ratios."""
        import dataclasses

        rows = []
        for one in self.estimates(model):
            row: dict[str, Any] = {"model": model, **dataclasses.asdict(one)}
            if self.measure in RATIOS:
                for name in ("estimate", "ci_low", "ci_high", "pi_low", "pi_high"):
                    value = row[name]
                    row[f"{name}_ratio"] = None if value is None else float(np.exp(value))
            rows.append(row)
        return rows

    def against(self, reference: str | None = None, model: Model = "random") -> list[Estimate]:
        """Every other treatment against the reference: what a forest plot shows."""
        base = self.evidence.code(reference or self.reference or self.treatments[0])
        return [self._estimate(i, base, model) for i in range(self.n) if i != base]

    # -- direct evidence -------------------------------------------------------------------

    def direct(self, model: Model = "random") -> dict[tuple[int, int], Direct]:
        """The direct evidence of each compared pair (codes, the smaller first)."""
        tau2 = self.tau2 if model == "random" else 0.0
        fit = self.fit(model)
        found = {}
        for (i, j), rows in self.evidence.studies_of.items():
            y, v = self.evidence.estimate[rows], self.evidence.variance[rows]
            weights = 1 / (v + tau2)
            total = float(weights.sum())
            estimate, se = float(weights @ y) / total, total**-0.5
            fixed = 1 / v
            center = float(fixed @ y) / float(fixed.sum())
            found[i, j] = Direct(
                a=self.treatments[i],
                b=self.treatments[j],
                k=rows.size,
                estimate=estimate,
                se=se,
                ci_low=estimate - fit.critical * se,
                ci_high=estimate + fit.critical * se,
                proportion=float(fit.se[i, j]) ** 2 / se**2,
                q=float(fixed @ (y - center) ** 2),
            )
        return found

    def league(self, model: Model = "random", *, by_rank: bool = False) -> League:
        """The league table; ``by_rank`` orders it by P-score, the best first."""
        order = list(range(self.n))
        if by_rank:
            order = np.argsort(-self.p_scores(model), kind="stable").tolist()
        direct = self.direct(model)

        def cell(row: int, column: int) -> Estimate | Direct | None:
            i, j = order[row], order[column]
            if row == column:
                return None
            if row > column:
                return self._estimate(i, j, model)
            found = direct.get((min(i, j), max(i, j)))
            return found if found is None or i < j else _turned(found)

        cells = tuple(tuple(cell(r, c) for c in range(self.n)) for r in range(self.n))
        return League(self.measure, tuple(self.treatments[i] for i in order), cells)

    # -- what is worked out when asked ------------------------------------------------------

    def p_scores(self, model: Model = "random") -> Floats:
        """P-score of each treatment (n): the exact SUCRA."""
        return p_scores(self.fit(model), small_is_good=self.small_is_good)

    def ranking(self, model: Model = "random") -> Ranking:
        """P-scores and rank probabilities under the joint normal."""
        return rank(self.treatments, self.fit(model), small_is_good=self.small_is_good)

    @cached_property
    def decomposition(self) -> Decomposition:
        """Q within and between designs."""
        return decompose(self.blocks)

    def split(
        self, model: Model = "random", method: SplitMethod = "back-calculation"
    ) -> list[Split]:
        """Direct against indirect evidence of every pair (node splitting)."""
        return split(self, model, method)

    def net_heat(self, model: Model = "common") -> NetHeat:
        """Which design pulls against which; ``random`` allows for heterogeneity within designs."""
        tau2 = self.decomposition.tau2_within if model == "random" else 0.0
        reference = self.evidence.code(self.reference) if self.reference else 0
        return net_heat(self.blocks, tau2=tau2, reference=reference)

    def flow(self, model: Model = "random") -> Flow:
        """The hat matrices: how direct comparisons make up every estimate."""
        return Flow(self, model)

    def measures(self, model: Model = "random") -> list[Measures]:
        """Direct evidence, path length and parallelism of every pair."""
        return measures(self, model)

    def contributions(
        self, model: Model = "random", method: PathMethod = "shortest-path"
    ) -> Contributions:
        """Shares of direct comparisons and of studies in every estimate."""
        return contributions(self, model, method)

    def summary(self, language: Language | None = None) -> str:
        """The result as text, English unless another language is given."""
        from sinteza.stats.network.report import summary

        return summary(self, language)

    def as_dict(self) -> dict[str, Any]:
        """Everything a program needs, as plain JSON values."""
        from sinteza.stats.network.report import as_dict

        return as_dict(self)


def _turned(one: Direct) -> Direct:
    return Direct(
        one.b, one.a, one.k, -one.estimate, one.se, -one.ci_high, -one.ci_low, one.proportion, one.q
    )


def i2_interval(q: float, df: int, level: float) -> tuple[float | None, float | None]:
    """Interval of I2 from that of H (Higgins and Thompson 2002, Stat Med 21:1539, formula 9)."""
    k = df + 1
    if df < 1 or q <= 0:
        return None, None
    h = np.sqrt(q / df)
    if q > k:
        se = 0.5 * (np.log(q) - np.log(df)) / (np.sqrt(2 * q) - np.sqrt(2 * k - 3))
    elif k > 2:
        se = np.sqrt(1 / (2 * (k - 2)) * (1 - 1 / (3 * (k - 2) ** 2)))
    else:
        return None, None
    half = critical(level, None) * se

    def share(log_h: float) -> float | None:
        bound = max(1.0, float(np.exp(log_h)))
        return optional((bound**2 - 1) / bound**2)

    return share(np.log(max(h, 1.0)) - half), share(np.log(max(h, 1.0)) + half)
