"""The planned network: closed forms for a star, and when there is none."""

from __future__ import annotations

import math

import msgspec
import pytest

from sinteza.model.effect import NetworkResult
from sinteza.model.study import Study
from sinteza.synthesis.compare import compare
from sinteza.synthesis.select import select

from .trials import PLAN, RESPONSE, ancestors, trial

NETWORK = msgspec.structs.replace(PLAN, network=True, reference="placebo")


def network(*studies: Study) -> NetworkResult | None:
    included = {study.id for study in studies}
    chosen = select(studies, NETWORK, RESPONSE, included=included, ancestors=ancestors)
    by_id = {study.id: study for study in studies}
    return compare(chosen.comparisons, NETWORK, RESPONSE, studies=by_id)


def log_rr(a: int, n: int, c: int, m: int) -> tuple[float, float]:
    return math.log(a / n / (c / m)), 1 / a - 1 / n + 1 / c - 1 / m


def test_a_star_of_two_trials_is_the_indirect_comparison_of_bucher() -> None:
    """Bucher HC et al. J Clin Epidemiol 1997;50:683: differences subtract, variances add."""
    got = network(
        trial("a", ("lev", 20, 50), ("placebo", 10, 50)),
        trial("b", ("brv", 30, 60), ("placebo", 20, 62)),
    )
    assert got is not None
    (y1, v1), (y2, v2) = log_rr(20, 50, 10, 50), log_rr(30, 60, 20, 62)
    by_name = {t.concept: t for t in got.treatments}
    assert by_name["lev"].estimate == pytest.approx(math.exp(y1), rel=1e-6)
    assert by_name["brv"].estimate == pytest.approx(math.exp(y2), rel=1e-6)
    (pair,) = [p for p in got.pairs if {p.a, p.b} == {"lev", "brv"}]
    sign = 1 if (pair.a, pair.b) == ("lev", "brv") else -1
    assert pair.estimate == pytest.approx(math.exp(sign * (y1 - y2)), rel=1e-6)
    half = 1.959963984540054 * math.sqrt(v1 + v2)
    assert math.log(pair.ci_high / pair.ci_low) == pytest.approx(2 * half, rel=1e-6)
    assert (pair.k, pair.direct) == (0, None)
    assert got.people == 50 + 50 + 60 + 62
    assert {"thin", "loops"} <= set(got.cautions)


def test_no_network_of_two_treatments_or_without_the_reference() -> None:
    first = trial("a", ("lev", 20, 50), ("placebo", 10, 50))
    assert network(first, trial("b", ("lev", 30, 60), ("placebo", 20, 62))) is None
    shams = [trial(x, (x, 20, 50), ("sham", 10, 50)) for x in ("lev", "brv", "vns")]
    assert network(*shams) is None
    assert network() is None


def test_parts_that_nothing_connects_are_named() -> None:
    got = network(
        trial("a", ("lev", 20, 50), ("placebo", 10, 50)),
        trial("b", ("brv", 30, 60), ("placebo", 20, 62)),
        trial("c", ("vns", 9, 30), ("sham", 3, 30)),
    )
    assert got is not None
    assert [set(part) for part in got.parts] == [{"vns", "sham"}]
    assert {t.concept for t in got.treatments} == {"lev", "brv", "placebo"}


def test_children_among_adults_are_a_caution() -> None:
    drugs = [
        trial("a", ("lev", 20, 50), ("placebo", 10, 50), age_group="children"),
        trial("b", ("brv", 30, 60), ("placebo", 20, 62), age_group="adults"),
    ]
    mixed, grown = (
        network(*drugs),
        network(*(msgspec.structs.replace(d, age_group="adults") for d in drugs)),
    )
    assert mixed is not None
    assert grown is not None
    assert "ages" in mixed.cautions
    assert "ages" not in grown.cautions
    assert "kinds" not in grown.cautions
