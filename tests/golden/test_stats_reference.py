"""Our numbers beside R's. What differs is listed with its reason; anything else is a failure."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.golden import stats_reference as reference
from tests.golden.meta_package_reference import meta_package_checks
from tests.golden.revman_reference import revman_checks

#: family -> (most checks that may differ, why)
EXPLAINED = {
    "effect sizes: tetrachoric": (
        994,
        "the reference's root is accurate to 1e-5; its variance at 1 and -1 means nothing",
    ),
    "effect sizes: continuous": (34, "one missing row makes the reference's averaged g missing"),
    "Mantel-Haenszel, none": (3, "we never correct for continuity beyond the gap itself"),
    "likelihoods": (82, "the reference stops before tau2 = 0 (SJIT, EB)"),
    "prediction intervals": (75, "the reference stops before tau2 = 0 (SJIT)"),
    "pooled: SJIT": (35, "the reference stops before tau2 = 0"),
    "pooled: ML": (4, "the reference stops 1e-7 short"),
    "pooled: EB": (8, "the reference stops 1e-7 short"),
    "pooled: degenerate": (60, "the reference's SJIT stops early"),
    "intervals of tau2: QP": (9, "the reference caps tau2 at 100"),
    "intervals of tau2: PL": (10, "the reference caps tau2 at 100"),
    "intervals of tau2: HT": (4, "the reference loses digits at I2 = 100 %"),
    "intervals of tau2: GENQ": (26, "the reference's tail probabilities have an error of 1e-4"),
    "meta-regression": (93, "the reference loses digits where a moderator is a calendar year"),
    "meta: Rb": (4, "a standard error of infinity makes the reference's interval missing"),
    "meta: SSW": (4, "a standard error of infinity makes the reference's standard error infinite"),
    "meta: SSW, random effects at its tau2": (4, "as above"),
    "meta: tau2 by REML": (50, "the reference stops on an absolute change of 1e-5"),
    "meta: intervals of tau2": (91, "the reference's root is accurate to 1e-4; its PL is its QP"),
    "meta: Kenward-Roger with our tau2": (21, "the reference's tau2 (see REML)"),
    "meta: subgroups, random effects": (43, "the reference's tau2 (see REML)"),
    "meta: LRP, common effect": (1, "the reference stops 1e-7 short"),
}


FAMILIES = (*reference.FAMILIES, meta_package_checks)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_family(family, shared: Path):
    failed: Counter[str] = Counter()
    first: dict[str, reference.Check] = {}
    total = 0
    for check in family(shared / "meta_golden"):
        total += 1
        if check.why:
            failed[check.family] += 1
            first.setdefault(check.family, check)
    assert total > 0
    for name, count in failed.items():
        allowed = EXPLAINED.get(name, (0, ""))[0]
        assert count <= allowed, f"{name}: {count} differ, {allowed} explained; {first[name]}"


def test_revman(shared: Path):
    checks = list(revman_checks(shared / "cochrane_analyses"))
    assert len(checks) > 900
    assert [c for c in checks if c.why] == []
