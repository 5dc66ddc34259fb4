"""Effect sizes, conversions, RevMan, intervals, designs: known answers and refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats import (
    Factor,
    contrast,
    effect_sizes,
    gosh,
    heterogeneity_interval,
    location_scale,
    mantel_haenszel,
    permutation_test,
    pool,
    pool_many,
    pool_revman,
    predict,
)
from sinteza.stats import conversions as c
from sinteza.stats.columns import guess_columns
from sinteza.stats.linear import model
from sinteza.stats.quadratic import survival
from sinteza.stats.tetrachoric import bivariate_normal, correlation

Y = [0.1, 0.6, -0.2, 0.9, 0.4, 0.3]
V = [0.02, 0.05, 0.04, 0.08, 0.03, 0.06]
X = [1.0, 3.0, 0.5, 4.0, 2.0, 2.5]


def test_hedges_g_has_the_exact_factor():
    # J(18) = Γ(9)/(√9 Γ(8.5))
    found = effect_sizes("SMD", m1i=[1], sd1i=[1], n1i=[10], m2i=[0], sd2i=[1], n2i=[10])
    assert found.yi[0] == pytest.approx(math.gamma(9) / (3 * math.gamma(8.5)), rel=1e-14)


def test_tetrachoric_reproduces_the_table():
    r, v = correlation(4, 119, 11, 128)
    from scipy.special import ndtri

    assert bivariate_normal(ndtri(123 / 262), ndtri(15 / 262), r) == pytest.approx(
        4 / 262, abs=1e-15
    )
    assert v > 0
    assert bivariate_normal(0, 0, 0.5) == pytest.approx(1 / 4 + math.asin(0.5) / (2 * math.pi))


def test_quadratic_form_of_equal_weights_is_chi_square():
    # P(chi-square with 2 df > q) = exp(-q/2), exactly
    for q in (0.01, 1.0, 5.0, 20.0):
        assert survival(q, np.ones(2)) == pytest.approx(math.exp(-q / 2), abs=1e-12)
        assert survival(7 * q, 7 * np.ones(2)) == pytest.approx(math.exp(-q / 2), abs=1e-12)
    # two different pairs: P = (a e^{-q/2a} - b e^{-q/2b})/(a - b)
    a, b, q = 3.0, 0.2, 4.0
    exact = (a * math.exp(-q / (2 * a)) - b * math.exp(-q / (2 * b))) / (a - b)
    assert survival(q, np.array([a, a, b, b])) == pytest.approx(exact, abs=1e-12)


def test_conversions_go_there_and_back():
    low, high = c.interval_from_se(0.5, 0.2)
    assert c.se_from_interval(low, high) == pytest.approx(0.2)
    p = c.p_from_statistic(2.5, df=12)
    assert c.statistic_from_p(p, df=12) == pytest.approx(2.5)
    assert c.p_from_statistic(c.statistic_from_p(1e-40)) == pytest.approx(1e-40)
    assert c.se_from_interval(math.exp(low), math.exp(high), ratio=True) == pytest.approx(0.2)
    assert c.log_odds_ratio_to_d(*c.d_to_log_odds_ratio(0.4, 0.1)) == pytest.approx((0.4, 0.1))
    assert c.r_to_d(*c.d_to_r(0.4, 0.1, 30, 30)) == pytest.approx((0.4, 0.1))
    assert c.sd_from_se(0.2, 25) == pytest.approx(1.0)
    assert c.pooled_sd_from_statistic(2.0, 4.0, 8, 8) == pytest.approx(1.0)


def test_means_from_quantiles_of_a_normal_sample():
    # the quantiles of N(50, 10) for n = 401 must give nearly 50 and 10
    found = c.mean_sd_from_quantiles(n=401, median=50, q1=43.255, q3=56.745)
    assert found.mean == pytest.approx(50)
    assert found.sd == pytest.approx(10, rel=0.01)
    ranged = c.mean_sd_from_quantiles(n=401, median=50, minimum=20.3, maximum=79.7)
    assert ranged.sd == pytest.approx(10, rel=0.02)
    with pytest.raises(SynthesisError, match="alone"):
        c.mean_sd_from_quantiles(n=10, median=3)
    with pytest.raises(SynthesisError, match="order"):
        c.mean_sd_from_quantiles(n=10, median=3, q1=4, q3=5)


def test_combined_groups_are_the_pooled_sample():
    a, b = np.array([1.0, 2, 3, 4]), np.array([5.0, 7, 9])
    whole = np.concatenate([a, b])
    found = c.combine_groups(4, a.mean(), a.std(ddof=1), 3, b.mean(), b.std(ddof=1))
    assert found == pytest.approx((7, whole.mean(), whole.std(ddof=1)))


def test_absolute_effects():
    assert c.risk_with("RR", 2.0, 0.2) == pytest.approx(0.4)
    assert c.risk_with("OR", 2.0, 0.5) == pytest.approx(2 / 3)
    assert c.number_needed("RR", 2.0, 0.2) == pytest.approx(5)
    assert math.isinf(c.number_needed("RR", 1.0, 0.2))
    with pytest.raises(SynthesisError):
        c.risk_with("MD", 1.0, 0.2)


def test_a_level_away_from_the_reference_is_a_contrast():
    fit = pool(Y, V, mods={"g": ["a", "a", "b", "b", "c", "c"]})
    other = pool(Y, V, mods={"g": Factor(["a", "a", "b", "b", "c", "c"], reference="b")})
    (found,) = contrast(fit, [[0, -1, 1]])
    index = other.names.index("g=c")
    assert found["estimate"] == pytest.approx(other.estimate[index])
    assert found["se"] == pytest.approx(other.se[index])
    assert other.qm == pytest.approx(fit.qm)
    summed = pool(Y, V, mods={"g": Factor(["a", "a", "b", "b", "c", "c"], coding="sum")})
    assert summed.qm == pytest.approx(fit.qm)


def test_redundant_moderators_are_left_out_aloud():
    fit = pool(Y, V, mods={"x": X, "twice": [2 * x for x in X]})
    assert fit.names == ("intercept", "x")
    assert any("twice" in note for note in fit.notes)


def test_interaction_and_prediction():
    fit = pool(Y, V, mods={"x": X, "g": ["a", "b"] * 3, "x:g": None})
    assert fit.names == ("intercept", "x", "g=b", "x:g=b")
    (line,) = predict(fit, [[1, 2, 1, 2]])
    assert line["estimate"] == pytest.approx(float(np.array([1, 2, 1, 2]) @ fit.estimate))
    assert line["pi_low"] <= line["ci_low"]
    with pytest.raises(SynthesisError, match="before it"):
        pool(Y, V, mods={"x:g": None})
    with pytest.raises(TooFewStudies):
        pool(Y[:2], V[:2], mods={"x": X[:2], "z": [1, 0]})


def test_intervals_hold_the_estimate():
    for kind in ("QP", "PL", "HT", "bootstrap"):
        found = heterogeneity_interval(Y, V, kind=kind, draws=300)
        assert found.tau2[1] <= found.tau2[0] <= found.tau2[2]
        assert found.tau[2] == pytest.approx(math.sqrt(found.tau2[2]))
    assert "tau2" in heterogeneity_interval(Y, V, kind="GENQ").summary()
    with pytest.raises(TooFewStudies):
        heterogeneity_interval([0.1], [0.1])
    with pytest.raises(SynthesisError, match="no interval"):
        heterogeneity_interval(Y, V, kind="XX")


def test_a_constant_scale_is_plain_reml():
    found = location_scale(Y, V, scale={"one": [1.0] * 6})
    plain = pool(Y, V, test="z")
    assert math.exp(found.alpha[0]) == pytest.approx(plain.tau2, rel=1e-8)
    assert found.estimate[0] == pytest.approx(plain.estimate, rel=1e-9)
    assert found.loglik == pytest.approx(plain.loglik, rel=1e-9)


def test_exact_permutations_are_counted():
    found = permutation_test(Y, V)
    assert (found.exchanges, found.exact) == (64, True)
    assert found.p[0] * 64 == pytest.approx(round(found.p[0] * 64))
    moderated = permutation_test(Y[:5], V[:5], mods={"g": ["a", "a", "b", "b", "b"]})
    assert moderated.exchanges == 10  # 5! / (2! 3!)
    assert moderated.qm_p == pytest.approx(moderated.p[1])


def test_all_subsets_hold_the_whole():
    found = gosh(Y, V, method="DL")
    assert len(found.k) == 63
    whole = pool(Y, V, method="DL")
    assert found.estimate[found.members == 63][0] == pytest.approx(whole.estimate)
    assert gosh(Y, V, most_subsets=20).complete is False


def test_many_refuse_what_one_refuses():
    with pytest.raises(TooFewStudies, match="'b'"):
        pool_many([0.1, np.nan], [0.1, 0.1], ["a", "b"])
    with pytest.raises(TooFewStudies):
        pool_many([], [], [])
    with pytest.raises(SynthesisError, match="not positive"):
        pool_many([0.1, 0.2], [0.1, 0.0], ["a", "a"])


def test_revman_and_rates():
    data = {"ai": [0, 5], "n1i": [50, 50], "ci": [4, 8], "n2i": [50, 52]}
    assert pool_revman("RR", **data).zero == "revman"
    assert pool_revman("OR", method="IV", random=True, **data).method == "DL"
    with pytest.raises(SynthesisError):
        pool_revman("RR", method="XX", **data)
    rates = mantel_haenszel("IRR", x1i=[3, 5], t1i=[100, 200], x2i=[6, 9], t2i=[110, 190])
    assert rates.extra["mh_p"] < 1
    with pytest.raises(SynthesisError):
        mantel_haenszel("SMD", **data)


def test_variances_too_far_apart_are_refused():
    with pytest.raises(SynthesisError, match="largest variance"):
        model(np.array([0.1, 0.2]), np.array([1e-200, 1e200]))


def test_identical_estimates_say_so():
    found = pool([0.3] * 4, [0.1] * 4)
    assert found.se == 0
    assert math.isinf(found.statistic)
    assert any("do not differ" in note for note in found.notes)


def test_columns_are_guessed_or_asked_for():
    assert guess_columns(["Author", "event.e", "n.e", "event.c", "n.c"], "table") == {
        "ai": "event.e", "n1i": "n.e", "ci": "event.c", "n2i": "n.c", "study": "Author",
    }  # fmt: skip
    with pytest.raises(SynthesisError, match="n2i"):
        guess_columns(["ai", "n1i", "ci"], "table")
    with pytest.raises(SynthesisError, match="no column 'x'"):
        guess_columns(["ai"], "table", {"ai": "x"})


def test_topiramate_table(shared):
    """Twelve placebo-controlled trials: the pooled risk ratios checked by hand."""
    import csv

    path = shared / "epilepsy" / "topiramate_dre_addon_12rct.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    wanted = {"50% Seizure Reduction": 2.98, "Seizure Free": 3.62, "Trt withdrawl": 2.48}
    for outcome, expected in wanted.items():
        cells = {"ai": f"{outcome} (T)", "n1i": "Sample (T)", "ci": f"{outcome} (C)",
                 "n2i": "Sample (C)"}  # fmt: skip
        data = {
            ours: [float(r[theirs]) if r[theirs].strip().isdigit() else math.nan for r in rows]
            for ours, theirs in cells.items()
        }
        found = mantel_haenszel("RR", **data)
        assert round(found.display(found.estimate), 2) == expected
