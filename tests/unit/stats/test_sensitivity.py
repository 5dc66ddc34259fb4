"""The multiverse: every combination once, each equal to the analysis it names."""

from __future__ import annotations

import numpy as np
import pytest

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats import effect_sizes, mantel_haenszel, pool
from sinteza.stats.sensitivity import multiverse

FULL = {
    "ai": [12, 8, 30, 9],
    "n1i": [50, 40, 120, 33],
    "ci": [5, 6, 14, 2],
    "n2i": [48, 41, 118, 30],
}
EMPTY = {
    "ai": [12, 8, 30, 4],
    "n1i": [50, 40, 120, 33],
    "ci": [5, 6, 14, 0],
    "n2i": [48, 41, 118, 30],
}


def test_every_specification_is_the_analysis_it_names() -> None:
    found = multiverse(**EMPTY)
    assert {s.measure for s in found.specifications} == {"RR", "OR", "RD"}
    assert {s.method for s in found.specifications} >= {"EE", "REML", "DL", "MH", "PETO", "CM.EL"}
    for s in found.specifications:
        if s.method == "MH":
            fit = mantel_haenszel(s.measure, zero=s.zero, **EMPTY)
        elif s.zero == "all":
            sizes = effect_sizes(s.measure, to="all", **EMPTY)
            fit = pool(sizes.yi, sizes.vi, method=s.method, test=s.test)
        else:
            continue
        assert (s.estimate, s.ci_low, s.p) == (fit.estimate, fit.ci_low, fit.p)
    curve = [s.estimate for s in found.specifications if s.measure == "RR"]
    assert curve == sorted(curve)


def test_without_empty_cells_their_rules_make_no_difference() -> None:
    found = multiverse(measures=("RR",), methods=("REML",), tests=("z",), **FULL)
    rules = [s.zero for s in found.specifications if s.method == "REML"]
    assert sorted(rules) == ["all", "only0"]  # adding to all cells does
    assert sum(s.method == "MH" for s in found.specifications) == 1


def test_robust_only_when_all_agree() -> None:
    strong = multiverse(yi=[1.0, 1.1, 0.9, 1.05, 1.0], vi=[0.01] * 5)
    assert strong.robust
    assert strong.share_significant == 1
    weak = multiverse(yi=[0.4, 0.1, 0.5, 0.1], vi=[0.02] * 4)
    assert not weak.robust
    assert "depends on the choices" in weak.summary()


def test_refusals() -> None:
    with pytest.raises(SynthesisError, match="describes one group"):
        multiverse(measures=("PLO",), xi=[1, 2], ni=[10, 10])
    with pytest.raises(SynthesisError, match="no rule"):
        multiverse(zero=("some",), **FULL)
    with pytest.raises(TooFewStudies, match="not one analysis"):
        multiverse(yi=[np.nan, np.nan], vi=[1.0, 1.0])
