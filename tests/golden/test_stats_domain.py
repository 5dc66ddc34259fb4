"""Published results on drug-resistant epilepsy, reproduced from their counts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sinteza.stats import effect_sizes, mantel_haenszel, pool
from sinteza.stats.conversions import se_from_interval

#: the published digits a result must round to, where counts and method are those published
PUBLISHED = ("cbd_lgs_drop50", "dubey_or", "gwpcare1_or")


def _checks(shared: Path) -> dict[str, dict]:
    rows = json.loads((shared / "domain" / "acceptance_checks.json").read_text("utf-8"))
    return {row["id"]: row for row in rows}


def _tables(row: dict) -> dict[str, list[float]]:
    cells = np.array(row["inputs"], dtype=float)
    return dict(zip(("ai", "n1i", "ci", "n2i"), cells.T.tolist(), strict=True))


def test_pooled_and_crude_ratios(shared: Path):
    seen = 0
    for name, row in _checks(shared).items():
        method = str(row.get("method", ""))
        if not method.startswith(("IV fixed", "crude")):
            continue
        measure = method.split()[-1]
        sizes = effect_sizes(measure, **_tables(row))
        found = pool(sizes.yi, sizes.vi, method="EE", test="z", measure=measure)
        ours = [found.display(v) for v in (found.estimate, found.ci_low, found.ci_high)]
        assert ours == pytest.approx(row["computed"], abs=6e-4), name
        if name in PUBLISHED:
            for mine, theirs in zip(ours, row["published"], strict=True):
                digits = len(str(theirs).split(".")[1])
                assert round(mine, digits) == theirs, name
        other = row.get("also") or {}
        if "MH" in other:
            direct = mantel_haenszel("RR", **_tables(row))
            mh = [direct.display(v) for v in (direct.estimate, direct.ci_low, direct.ci_high)]
            assert mh == pytest.approx(other["MH"], abs=6e-4), name
        if "DL" in other:
            random = pool(sizes.yi, sizes.vi, method="DL", test="z", measure=measure)
            dl = [random.display(v) for v in (random.estimate, random.ci_low, random.ci_high)]
            assert dl == pytest.approx(other["DL"][0], abs=6e-4), name
            assert random.tau2 == pytest.approx(other["DL"][1], abs=1e-9)
        seen += 1
    assert seen >= 6


def test_a_published_interval_is_symmetric_in_the_logarithm(shared: Path):
    estimate, low, high = _checks(shared)["xue_ping_se"]["published"]
    se = se_from_interval(low, high, ratio=True)
    again = pool([np.log(estimate)], [se**2], measure="RR")
    assert again.display(again.ci_low) == pytest.approx(low, rel=2e-3)
    assert again.display(again.ci_high) == pytest.approx(high, rel=2e-3)


def _published(case: dict):
    """The pooled ratio of a published case, by the method it names."""
    studies = case["studies"]
    method, measure, level = case["method"], case["measure"], case["level"]
    if method.startswith("generic"):
        yi = [np.log(s["est"]) for s in studies]
        sei = [se_from_interval(*s["ci"], ratio=True) for s in studies]
        return pool(yi, np.square(sei), method="EE", test="z", measure="RR", level=level)
    data = {name: [s[name] for s in studies] for name in ("ai", "n1i", "ci", "n2i")}
    if method.startswith(("Mantel-Haenszel", "single")):
        return mantel_haenszel(measure, zero="revman", level=level, **data)
    sizes = effect_sizes(measure, **data)
    estimator = "PM" if "PM" in method else "REML"
    return pool(sizes.yi, sizes.vi, method=estimator, test="z", measure=measure, level=level)


def test_published_epilepsy_reviews(shared: Path):
    text = (shared / "meta_golden" / "published_epilepsy.json").read_text("utf-8")
    cases = json.loads(text)["cases"]
    assert len(cases) >= 14
    for case in cases:
        found = _published(case)
        ours = [found.display(v) for v in (found.estimate, found.ci_low, found.ci_high)]
        expected = case.get("reproduced_here") or [case["published"]["est"]]
        for mine, theirs in zip(ours, expected, strict=False):
            assert round(mine, 2) == theirs, case["id"]
