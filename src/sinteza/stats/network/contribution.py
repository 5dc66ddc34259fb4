"""The flow of evidence: which comparisons and studies an estimate of the network rests on.

A network estimate of a against b is a flow of one unit from a to b through the direct
comparisons (König, Krahn and Binder 2013); the hat matrix holds it. Splitting it into paths gives
contributions in percent of evidence:

``shortest-path`` (Papakonstantinou et al. 2018, F1000Research 7:610): take the shortest path that
still carries flow, give its bottleneck to its edges in equal parts, subtract, repeat. Between
equally short paths the order is fixed: list the comparisons that carry flow by the names of their
treatments, number the treatments as they first appear (source before target), and search breadth
first, lower numbers first.
``random-walk`` (Davies, Papakonstantinou et al. 2022, Stat Med 41:2091): a walker follows the
flow; every path counts with its probability. Summed exactly over all paths as an absorbing chain
by number of steps, without listing one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from sinteza.stats.network.arrays import Floats

if TYPE_CHECKING:
    from sinteza.stats.network.result import Model, Network

PathMethod = Literal["shortest-path", "random-walk"]
#: flows below this share of a unit are rounding
NEGLIGIBLE = 1e-10


@dataclass(frozen=True)
class Flow:
    """Hat matrices of one model.

    ``pairs``: all pairs of treatments (codes, in order), ``edges``: the direct comparisons.
    ``weights`` (edges) are the weights of the studies of a comparison added up.
    """

    network: Network
    model: Model

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Every pair of treatments, the smaller code first."""
        n = self.network.n
        return tuple((i, j) for i in range(n) for j in range(i + 1, n))

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """The direct comparisons."""
        return self.network.evidence.comparisons

    @cached_property
    def weights(self) -> Floats:
        """Weight of each direct comparison, shared arms taken into account."""
        weights = self.network.fit(self.model).weights
        by = self.network.evidence.studies_of
        return np.array([weights[by[edge]].sum() for edge in self.edges])

    @cached_property
    def hat(self) -> Floats:
        """Share of each direct comparison in each network estimate (pairs, edges), signed."""
        plus = self.network.fit(self.model).pseudo_inverse
        a, b = np.array(self.pairs).T
        u, v = np.array(self.edges).T
        spread: Floats = (plus[a][:, u] - plus[a][:, v]) - (plus[b][:, u] - plus[b][:, v])
        return spread * self.weights

    @cached_property
    def study_hat(self) -> Floats:
        """Share of each contrast of each study in each fitted contrast (m, m)."""
        fit = self.network.fit(self.model)
        plus, u, v = fit.pseudo_inverse, self.network.evidence.treat1, self.network.evidence.treat2
        spread: Floats = plus[u][:, u] - plus[u][:, v] - plus[v][:, u] + plus[v][:, v]
        return spread * fit.weights


@dataclass(frozen=True)
class Measures:
    """How an estimate of ``a`` against ``b`` is supported (König, Krahn and Binder 2013).

    ``proportion`` of direct evidence; mean ``path_length`` of the flow (above 2 means mostly
    indirect); minimal parallelism: over how many designs (``parallelism``) or studies
    (``parallelism_studies``) the evidence spreads at least.
    """

    a: str
    b: str
    proportion: float
    path_length: float
    parallelism: float
    parallelism_studies: float


@dataclass(frozen=True)
class Contributions:
    """Shares of direct comparisons (and studies) in each network estimate; rows sum to one.

    ``by_comparison`` (pairs, edges), ``by_study`` (pairs, studies).
    """

    method: str
    pairs: tuple[tuple[str, str], ...]
    comparisons: tuple[tuple[str, str], ...]
    studies: tuple[str, ...]
    by_comparison: Floats
    by_study: Floats

    def rows(self) -> list[dict[str, object]]:
        """One dict a network estimate, with its nonzero shares."""
        return [
            {
                "a": a,
                "b": b,
                "comparisons": {
                    ":".join(self.comparisons[e]): float(self.by_comparison[r, e])
                    for e in np.flatnonzero(self.by_comparison[r])
                },
                "studies": {
                    self.studies[s]: float(self.by_study[r, s])
                    for s in np.flatnonzero(self.by_study[r])
                },
            }
            for r, (a, b) in enumerate(self.pairs)
        ]


def measures(network: Network, model: Model = "random") -> list[Measures]:
    """Direct evidence, path length and parallelism of every pair.

    A study takes flow in at some of its arms and gives it off at others: half the sum of what
    passes its arms is what it carries.
    """
    flow = Flow(network, model)
    evidence = network.evidence
    fit = network.fit(model)
    a, b = np.array(flow.pairs).T
    source = fit.pseudo_inverse[a] - fit.pseudo_inverse[b]
    of_study = network.blocks.by_study(fit.tau2)[0]
    length, widest, widest_study = (np.zeros(a.size) for _ in range(3))
    for members, studies in evidence.designs:
        arms = source[:, list(members)]
        carried = np.abs(arms @ sum(of_study[s] for s in studies.tolist())).sum(axis=1) / 2
        length += carried
        widest = np.maximum(widest, carried)
        for s in studies.tolist():
            widest_study = np.maximum(widest_study, np.abs(arms @ of_study[s]).sum(axis=1) / 2)
    direct = network.direct(model)
    return [
        Measures(
            a=network.treatments[i],
            b=network.treatments[j],
            proportion=direct[i, j].proportion if (i, j) in direct else 0.0,
            path_length=float(length[r]),
            parallelism=1 / float(widest[r]),
            parallelism_studies=1 / float(widest_study[r]),
        )
        for r, (i, j) in enumerate(flow.pairs)
    ]


def contributions(
    network: Network, model: Model = "random", method: PathMethod = "shortest-path"
) -> Contributions:
    """Split every network estimate into the shares of direct comparisons and studies."""
    flow = Flow(network, model)
    split = _shortest_paths if method == "shortest-path" else _random_walk
    shares = np.zeros_like(flow.hat)
    for r, (a, b) in enumerate(flow.pairs):
        carrying = np.flatnonzero(np.abs(flow.hat[r]) > NEGLIGIBLE)
        forward = flow.hat[r, carrying] > 0
        ends = np.array([flow.edges[e] for e in carrying])
        source = np.where(forward, ends[:, 0], ends[:, 1])
        target = np.where(forward, ends[:, 1], ends[:, 0])
        # treatments numbered as they first appear, source before target
        listed = np.stack([source, target], axis=1).ravel()
        order = list(dict.fromkeys(listed.tolist()))
        number = np.zeros(network.n, dtype=np.int64)
        number[order] = np.arange(len(order))
        directed = np.zeros((len(order), len(order)))
        directed[number[source], number[target]] = np.abs(flow.hat[r, carrying])
        given = split(directed, int(number[a]), int(number[b]))
        shares[r, carrying] = given[number[source], number[target]]
        shares[r] /= shares[r].sum()
    names = network.treatments
    return Contributions(
        method=method,
        pairs=tuple((names[i], names[j]) for i, j in flow.pairs),
        comparisons=tuple((names[i], names[j]) for i, j in flow.edges),
        studies=network.studies,
        by_comparison=shares,
        by_study=shares @ _study_shares(flow),
    )


def _study_shares(flow: Flow) -> Floats:
    """How each comparison divides among its studies (edges, studies).

    By the weights of the common-effect model, tau2 added to their inverse.
    """
    evidence = flow.network.evidence
    fit = flow.network.fit(flow.model)
    weights = flow.network.common.weights
    # arms that covary strongly can give a contrast no weight of its own; then the model's serves
    weights = np.where(weights > 0, 1 / (1 / np.maximum(weights, 1e-300) + fit.tau2), fit.weights)
    shares = np.zeros((len(flow.edges), evidence.k))
    for e, edge in enumerate(flow.edges):
        rows = evidence.studies_of[edge]
        np.add.at(shares[e], evidence.study[rows], weights[rows] / weights[rows].sum())
    return shares


def _shortest_paths(flow: Floats, a: int, b: int) -> Floats:
    """Take shortest paths out of a flow until none is left; shares of each directed edge.

    The ways on from a node are the bits of a number: a search asks for those not yet seen at once.
    """
    left = {(int(i), int(j)): float(flow[i, j]) for i, j in zip(*np.nonzero(flow), strict=True)}
    onward = [0] * flow.shape[0]
    for i, j in left:
        onward[i] |= 1 << j
    goal = sum(1 << i for i, j in left if j == b)
    shares = dict.fromkeys(left, 0.0)
    while True:
        path = _first_shortest(onward, goal, a, b)
        if path is None:
            found = np.zeros_like(flow)
            for (i, j), share in shares.items():
                found[i, j] = share
            return found
        steps = list(pairwise(path))
        least = min(left[step] for step in steps)
        for step in steps:
            shares[step] += least / len(steps)
            left[step] -= least
            if left[step] <= NEGLIGIBLE:
                onward[step[0]] ^= 1 << step[1]
                if step[1] == b:
                    goal ^= 1 << step[0]


def _first_shortest(onward: list[int], goal: int, a: int, b: int) -> list[int] | None:
    """Breadth first, neighbors in order: the first of the shortest paths.

    ``goal`` has the bits of the nodes that lead to b.
    The first node found that leads to the goal is the one through which a full search would
    reach it, so the last layer is never listed.
    """
    if onward[a] >> b & 1:
        return [a, b]
    came = {a: a}
    seen = 1 << a
    queue = [a]
    for node in queue:
        new = onward[node] & ~seen
        last = new & goal
        if last:
            path = [b, (last & -last).bit_length() - 1, node]
            while path[-1] != a:
                path.append(came[path[-1]])
            return path[::-1]
        seen |= new
        while new:
            lowest = new & -new
            following = lowest.bit_length() - 1
            came[following] = node
            queue.append(following)
            new ^= lowest
    return None


def _random_walk(flow: Floats, a: int, b: int) -> Floats:
    """Expected share of each directed edge over all paths, weighted by one over their length.

    ``forward[l, u]``: chance to be at u after l steps; ``backward[l, v]``: chance to need l more
    from v to b. A path through u to v has length ``l + 1 + l'``, so the share is
    ``P_uv * sum forward[l, u] backward[l', v] / (l + l' + 1)``. The flow runs down the
    potentials, so no walk returns and n steps are enough.
    """
    n = flow.shape[0]
    out = flow.sum(axis=1)
    step = np.divide(flow, out[:, None], out=np.zeros_like(flow), where=out[:, None] > 0)
    step[b] = 0.0
    start, end = np.zeros(n), np.zeros(n)
    start[a], end[b] = 1.0, 1.0
    forward, backward = [start], [end]
    while forward[-1].any() and len(forward) < n:
        forward.append(forward[-1] @ step)
    while backward[-1].any() and len(backward) < n:
        backward.append(step @ backward[-1])
    lengths = 1 / (np.arange(len(forward))[:, None] + np.arange(len(backward)) + 1)
    shares: Floats = step * (np.array(forward).T @ lengths @ np.array(backward))
    return shares
