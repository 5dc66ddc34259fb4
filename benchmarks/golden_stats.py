"""How many of the reference numbers our statistics reproduce, family by family."""

from __future__ import annotations

from collections import Counter

from benchmarks.measure import SHARED, stamp


def run() -> str:
    """Compare everything and return the table."""
    from tests.golden.revman_reference import revman_checks
    from tests.golden.test_stats_reference import EXPLAINED, FAMILIES

    total: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for family in FAMILIES:
        for check in family(SHARED / "meta_golden"):
            total[check.family] += 1
            passed[check.family] += not check.why
    for check in revman_checks(SHARED / "cochrane_analyses"):
        total[check.family] += 1
        passed[check.family] += not check.why
    rows = [
        f"| {name} | {passed[name]:,} / {count:,} | "
        f"{EXPLAINED.get(name, (0, ''))[1] if passed[name] < count else ''} |"
        for name, count in total.items()
    ]
    return "\n".join(
        [
            "## Pairwise meta-analysis: reference numbers reproduced",
            "",
            stamp("numpy", "scipy")
            + "; references: R 4.2.2, metafor 5.1-12, meta 8.4-0, and RevMan 5 (Cochrane analyses)",
            "",
            "Tolerances: closed forms 1e-10 relative, iterative 1e-7, RevMan 1e-6; where the"
            " reference stops on an absolute change, 1e-7 of the natural unit. Intervals by"
            " generalized Q are compared at 1e-3: the reference's tail probabilities carry an error"
            " of 1e-4.",
            "",
            "| family | agree | what differs |",
            "|---|---:|---|",
            *rows,
            f"| **all** | **{sum(passed.values()):,} / {sum(total.values()):,}** | |",
        ]
    )
