"""Our numbers beside those of R's package meta.

Its default REML stops on an absolute change of 1e-5, so what depends on tau2 is compared at its own
tau2 (variances v + tau2, equal effects): closed forms, 1e-10. tau2 itself and limits found by root
searches are compared at 1e-7 like every iterative number; what differs is explained.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sinteza.stats import bias as tests_of_bias
from sinteza.stats import heterogeneity_interval, pool, subgroups
from sinteza.stats.distributions import critical, t_p
from sinteza.stats.linear import model
from sinteza.stats.measures_binary import Columns, tables
from sinteza.stats.meta_package import between_share, pool_meta, study_effects
from sinteza.stats.penalized import pool_penalized
from sinteza.stats.pooling import kenward_roger, prediction, solve
from sinteza.stats.tau2 import Tau2
from tests.golden.stats_reference import CLOSED, ITERATIVE, Check, compare, load, numbers

_PI = {"predict_V": "t", "predict_HTS": "riley", "predict_S": "normal"}


def meta_package_checks(folder: Path) -> Iterator[Check]:
    """Everything of golden_metapkg.json."""
    for name, case in load(folder, "metapkg")["cases"].items():
        data = {c: np.array(numbers(case["data"][c])) for c in ("ai", "n1i", "ci", "n2i")}
        for key, ref in case.items():
            what = f"{name} {key}"
            if key.startswith("MH_"):
                yield from _mantel_haenszel(what, key, ref, data)
            elif key.startswith(("Inverse_", "HK_", "predict_", "tau2ci_")) or key == "Peto":
                yield from _inverse(what, key, ref, data)
            elif key == "SSW":
                yield from _ssw(what, ref, data)
            elif key == "LRP":
                ours = pool_penalized(**data)
                yield from _common("meta: LRP, common effect", what, ours, ref, 1e-6)
            elif key == "metabias":
                yield from _bias(what, ref, case["Inverse_OR_REML"], data)
            elif key.startswith("subgroup"):
                groups = case["subgroup_RR_REML"]["subgroup"]
                yield from _subgroups(what, key, ref, groups, data)


def _effects(ref: dict[str, Any]) -> tuple[Any, Any]:
    """The reference's own estimates and variances, NaN where it has no finite one."""
    y, se = np.array(numbers(ref["TE"])), np.array(numbers(ref["seTE"]))
    good = np.isfinite(y) & np.isfinite(se)
    return np.where(good, y, np.nan), np.where(good, se**2, np.nan)


def _line(fit: Any) -> list[float]:
    return [fit.estimate, fit.se, fit.ci_low, fit.ci_high, fit.p]


def _common(family: str, what: str, fit: Any, ref: Any, tolerance: float) -> Iterator[Check]:
    yield from compare(family, f"{what} common", _line(fit), ref["common"], tolerance, 1e-300)


def _q(family: str, what: str, fit: Any, ref: Any) -> Iterator[Check]:
    yield from compare(family, f"{what} Q", [fit.q, fit.q_p], [ref["Q"], ref["Qp"]], CLOSED * 10)
    yield Check(family, f"{what} k", "" if fit.k == ref["k"] else f"{fit.k}, not {ref['k']}")


def _studies(what: str, measure: str, ref: Any, data: Any) -> Iterator[Check]:
    y, v = study_effects(measure, tables(Columns(measure, data)))
    theirs_y, theirs_v = _effects(ref)
    family = "meta: effects of the studies"
    yield from compare(family, f"{what} TE", y, theirs_y.tolist(), CLOSED, 1e-15)
    yield from compare(family, f"{what} seTE", np.sqrt(v), np.sqrt(theirs_v).tolist(), CLOSED)


def _i2(what: str, ref: Any) -> Iterator[Check]:
    """I2 and H with their test-based intervals: HT of DerSimonian-Laird."""
    y, v = _effects(ref)
    ours = heterogeneity_interval(y, v, kind="HT", method="DL")
    family = "meta: I2, H and their intervals"
    yield from compare(family, f"{what} I2", np.array(ours.i2) / 100, ref["I2"], CLOSED, 1e-12)
    yield from compare(family, f"{what} H", np.sqrt(ours.h2), ref["H"], CLOSED, 1e-12)


def _mantel_haenszel(what: str, key: str, ref: Any, data: Any) -> Iterator[Check]:
    measure, cochrane = key.split("_")[1], "TRUE" in key
    common = pool_meta(measure, **data)
    yield from _studies(what, measure, ref, data)
    yield from _common("meta: Mantel-Haenszel", what, common, ref, CLOSED * 10)
    yield from _weights("meta: Mantel-Haenszel", what, common, ref["w_common"])
    fit = pool_meta(measure, random=True, tau2="DL", q_cochrane=cochrane, **data)
    family = "meta: Mantel-Haenszel, random effects"
    yield from compare(family, f"{what} random", _line(fit), ref["random"], 1e-9, 1e-300)
    yield from compare(family, f"{what} predict", [fit.pi_low, fit.pi_high], ref["predict"], 1e-9)
    yield from compare(family, f"{what} tau2", fit.tau2, ref["tau2"], 1e-9, 1e-14)
    yield from compare(
        "meta: Rb", f"{what} Rb", np.array(between_share(fit)) / 100, ref["Rb"], 1e-8, 1e-12
    )
    if cochrane:
        yield from _q(family, what, fit, ref)
        return
    yield from _i2(what, ref)
    yield from _q(family, what, fit, ref)


def _weights(family: str, what: str, fit: Any, ref: Any) -> Iterator[Check]:
    theirs = np.array(numbers(ref))[fit.used]
    share = (100 * theirs / theirs.sum()).tolist()
    yield from compare(family, f"{what} weights", fit.weights, share, CLOSED * 10, 1e-12)


def _inverse(what: str, key: str, ref: Any, data: Any) -> Iterator[Check]:
    y, v = _effects(ref)
    measure = key.split("_")[1] if key.startswith("Inverse") else "OR"
    measure = {"ASD": "AS"}.get(measure, measure)
    if key == "Peto":
        yield from _studies(what, "PETO", ref, data)
        peto = pool_meta("OR", method="PETO", **data)
        yield from _common("meta: Peto", what, peto, ref, CLOSED * 10)
        yield from _q("meta: Peto", what, peto, ref)
        fit = pool_meta("OR", method="PETO", random=True, tau2="DL", **data)
        yield from compare("meta: Peto", f"{what} random", _line(fit), ref["random"], 1e-9)
        rb = np.array(between_share(fit)) / 100
        yield from compare("meta: Rb", f"{what} Rb", rb, ref["Rb"], 1e-8, 1e-12)
    elif key.startswith("Inverse"):
        yield from _studies(what, measure, ref, data)
        common = pool_meta(measure, method="IV", **data)
        yield from _common("meta: inverse variance, common effect", what, common, ref, CLOSED * 10)
        yield from _weights("meta: inverse variance, common effect", what, common, ref["w_common"])
        yield from _q("meta: inverse variance, common effect", what, common, ref)
    yield from _i2(what, ref)
    yield from _at_its_tau2(what, key, ref, y, v)
    yield from _tau2(what, key, ref, y, v)


def _at_its_tau2(what: str, key: str, ref: Any, y: Any, v: Any) -> Iterator[Check]:
    """Random effects, the Hartung-Knapp variants and prediction at the reference's tau2."""
    family = "meta: random effects at its tau2"
    tau2 = float(ref["tau2"])
    plain = pool(y, v + tau2, method="EE", test="z")
    df = plain.q_df
    se = plain.se
    if key == "Inverse_RR_REML_ci_HK" or key.startswith("HK"):
        scale = plain.q / df
        family = "meta: Hartung-Knapp at its tau2"
        if key == "HK_adhoc_se":
            scale = max(scale, 1.0)
        elif key == "HK_adhoc_IQWiG6":
            scale = _iqwig(plain, scale, y, v)
        se = se * np.sqrt(scale)
        # with an ad hoc variant its prediction interval stays with the classic error
        plain_se = se if key == "Inverse_RR_REML_ci_HK" else plain.se
    elif key.endswith("_KR"):
        yield from _kenward_roger(what, ref, y, v)
        return
    else:
        plain_se = se
    yield from compare(family, f"{what} random", [plain.estimate, se], ref["random"][:2], 1e-9)
    if key in ("predict_HK",):
        plain_se = se * np.sqrt(plain.q / df)
    limits = prediction(plain.estimate, plain_se, tau2, 0.95, None, df, _PI.get(key, "t"), "REML")
    yield from compare(family, f"{what} predict", limits, ref["predict"], 1e-9)


def _kenward_roger(what: str, ref: Any, y: Any, v: Any) -> Iterator[Check]:
    """Its standard error and degrees of freedom (seen in both intervals) at the same tau2."""
    good = np.isfinite(y) & np.isfinite(v)
    m, tau2 = model(y[good], v[good]), float(ref["tau2"])
    start = solve(m, Tau2(tau2 / m.scale**2, np.nan), "REML", "kr", None)
    core, df = kenward_roger(m, start, "REML", weighted=False)
    estimate = float(m.coefficients(core.fit)[0])
    se = float(np.sqrt(m.covariance(core.cov)[0, 0]))
    half = critical(0.95, df) * se
    wide = critical(0.95, df) * float(np.sqrt(tau2 + se**2))
    line = [estimate, se, estimate - half, estimate + half, float(t_p(estimate / se, df))]
    family = "meta: Kenward-Roger at its tau2"
    yield from compare(family, f"{what} random", line, ref["random"], 1e-9)
    yield from compare(family, f"{what} predict", [estimate - wide, estimate + wide],
                       ref["predict"], 1e-9)  # fmt: skip


def _iqwig(plain: Any, scale: float, y: Any, v: Any) -> float:
    """Never narrower, but only where the interval is narrower than DerSimonian-Laird's."""
    dl = pool(y, v, method="DL", test="z")
    narrow = critical(0.95, plain.q_df) * plain.se * np.sqrt(scale) < critical(0.95, None) * dl.se
    return max(1.0, scale) if narrow else scale


def _tau2(what: str, key: str, ref: Any, y: Any, v: Any) -> Iterator[Check]:
    method = "DL" if key in ("tau2ci_QP", "tau2ci_BJ", "tau2ci_J", "Peto") else "REML"
    test = "kr" if key.endswith("_KR") else "knha" if key.endswith("_HK") else "z"
    fit = pool(y, v, method=method, test=test)
    near = 1e-12
    family = f"meta: tau2 by {method}"
    yield from compare(family, f"{what} tau2", fit.tau2, ref["tau2"], ITERATIVE, near)
    if key.endswith("_KR"):
        family = "meta: Kenward-Roger with our tau2"
        ours = [*_line(fit), fit.pi_low, fit.pi_high]
        yield from compare(family, what, ours, [*ref["random"], *ref["predict"]], ITERATIVE, 1e-12)
    kind, weights = "QP", None
    if key == "tau2ci_BJ":
        kind = "GENQ"
    elif key == "tau2ci_J":
        kind, weights = "GENQ", np.where(np.isfinite(v), 1 / np.sqrt(v), 1.0)
    elif key == "tau2ci_PL":
        kind = "PL"
    if key != "Peto":
        found = heterogeneity_interval(y, v, kind=kind, method=method, weights=weights).tau2[1:]
        family = "meta: intervals of tau2"
        yield from compare(family, f"{what} {kind}", found, ref["tau2_ci"], ITERATIVE, near)


def _ssw(what: str, ref: Any, data: Any) -> Iterator[Check]:
    family = "meta: SSW"
    yield from _common(family, what, pool_meta("OR", method="SSW", **data), ref, CLOSED * 10)
    y, v = _effects(ref)
    w = data["n1i"] * data["n2i"] / (data["n1i"] + data["n2i"])
    fit = pool(y, v + float(ref["tau2"]), method="EE", test="z", weights=w)
    yield from compare(f"{family}, random effects at its tau2", what, _line(fit), ref["random"],
                       1e-9)  # fmt: skip


def _bias(what: str, ref: Any, source: Any, data: Any) -> Iterator[Check]:
    y, v = _effects(source)
    sizes = {"n1i": data["n1i"], "n2i": data["n2i"]}
    made = {
        "Egger": tests_of_bias.egger(y, v),
        "Begg": tests_of_bias.begg(y, v, exact=False),
        "Harbord": tests_of_bias.harbord(**data),
        "Peters": tests_of_bias.peters(y, **data),
        "Thompson": tests_of_bias.thompson_sharp(y, v),
        "Schwarzer": tests_of_bias.schwarzer(**data),
        "Macaskill": tests_of_bias.macaskill(y, v, sum(sizes.values())),
        "Pustejovsky": tests_of_bias.pustejovsky(y, v, **sizes),
        "Deeks": tests_of_bias.deeks(y, **sizes),
    }
    for name, theirs in ref.items():
        found = made[name]
        family = "meta: tests of asymmetry"
        ours = [found.statistic, found.p]
        yield from compare(family, f"{what} {name}", ours, [theirs["stat"], theirs["pval"]], 1e-9)
        if theirs["df"] is not None:
            yield from compare(
                family, f"{what} {name} slope", [found.slope.estimate, found.slope.se],
                theirs["bias"], 1e-9,
            )  # fmt: skip


def _subgroups(what: str, key: str, ref: Any, groups: Any, data: Any) -> Iterator[Check]:
    y, v = study_effects("RR", tables(Columns("RR", data)))
    if "TE_common" in ref:
        fixed = subgroups(y, v, groups, method="EE", test="z")
        family = "meta: subgroups, common effect"
        estimates = [f.estimate for f in fixed.fits]
        yield from compare(family, what, estimates, ref["TE_common"], CLOSED * 10)
        q = [fixed.q, fixed.p]
        yield from compare(family, what, q, [ref["Qb_common"], ref["p_Qb_common"]], CLOSED * 100)
        yield from compare(family, what, [f.k for f in fixed.fits], ref["k"], 0)
    found = subgroups(y, v, groups, test="z", common_tau2=key.endswith("tau_common"))
    family = "meta: subgroups, random effects"
    for ours, theirs in (("estimate", "TE_random"), ("ci_low", "lower"), ("ci_high", "upper")):
        values = [getattr(f, ours) for f in found.fits]
        yield from compare(family, f"{what} {ours}", values, ref[theirs], ITERATIVE)
    yield from compare(family, f"{what} tau2", [f.tau2 for f in found.fits], ref["tau2"], ITERATIVE)
    q = [found.q, found.p]
    yield from compare(family, f"{what} Q", q, [ref["Qb_random"], ref["p_Qb_random"]], ITERATIVE)
