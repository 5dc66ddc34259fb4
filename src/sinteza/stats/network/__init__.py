"""Network meta-analysis: which treatment, among all, and how sure.

``network(rows, measure="OR")`` fits the graph-theoretical model (Rücker 2012) and gives a
:class:`Network`, from which everything else is asked.
"""

from __future__ import annotations

from sinteza.stats.network.analysis import network
from sinteza.stats.network.evidence import Dropped, Evidence
from sinteza.stats.network.ranking import Ranking
from sinteza.stats.network.result import Direct, Estimate, League, Network

__all__ = [
    "Direct",
    "Dropped",
    "Estimate",
    "Evidence",
    "League",
    "Network",
    "Ranking",
    "network",
]
