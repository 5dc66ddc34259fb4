"""Our numbers beside the reference numbers of R, quantity by quantity.

Each family yields :class:`Check`: what was compared and whether it agrees. Tolerances: closed forms
1e-10 relative, iterative ones 1e-7 relative; numbers that should be zero, where the reference stops
on an absolute change, may differ by 1e-7 of their natural unit (percent, the mean sampling
variance, a standard error).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sinteza.errors import SintezaError
from sinteza.stats import effect_sizes, heterogeneity_interval, mantel_haenszel, peto, pool
from sinteza.stats.pooling import prediction
from sinteza.stats.regression import predict, vif

FILES = ("binary", "rate", "proportion", "continuous", "correlation", "generic", "paired")
CLOSED, ITERATIVE = 1e-10, 1e-7
_NOT_COLUMNS = ("year", "order", "slab", "study")


@dataclass(frozen=True)
class Check:
    """One compared quantity. ``why`` says what differs, empty where it agrees."""

    family: str
    what: str
    why: str = ""


def load(folder: Path, name: str) -> Any:
    """One file of the reference numbers."""
    return json.loads((folder / f"golden_{name}.json").read_text(encoding="utf-8"))


def numbers(value: Any) -> list[float]:
    """Reference numbers as floats; R's single value is a list of one."""
    special = {"NA": np.nan, "NaN": np.nan, "Inf": np.inf, "-Inf": -np.inf, None: np.nan}
    values = value if isinstance(value, list) else [value]
    return [special[v] if v is None or isinstance(v, str) else float(v) for v in values]


def agree(ours: float, theirs: Any, tolerance: float, near_zero: float = 0.0) -> bool:
    """Whether two numbers agree; missing agrees with missing only."""
    (reference,) = numbers(theirs)
    if np.isnan(reference) or np.isnan(ours):
        return bool(np.isnan(reference) and np.isnan(ours))
    if np.isinf(reference):
        return bool(ours == reference)
    return abs(ours - reference) <= tolerance * abs(reference) + near_zero


def compare(
    family: str, what: str, ours: Any, theirs: Any, tolerance: float, near_zero: float = 0.0
) -> Iterator[Check]:
    """Checks of one number or of a row of them."""
    mine = np.atleast_1d(np.asarray(ours, dtype=float)).ravel()
    reference = numbers(theirs)
    if len(mine) != len(reference):
        yield Check(family, what, f"{len(mine)} numbers, reference {len(reference)}")
        return
    for i, (a, b) in enumerate(zip(mine, reference, strict=True)):
        good = agree(float(a), b, tolerance, near_zero)
        yield Check(family, f"{what}[{i}]", "" if good else f"{a!r}, reference {b!r}")


def columns(case: dict[str, Any]) -> dict[str, list[float]]:
    """The data of a case as our keyword arguments."""
    return {k: numbers(v) for k, v in case["data"].items() if k not in _NOT_COLUMNS}


def attempt(
    family: str, what: str, reference: Any, call: Callable[[], Any]
) -> tuple[Any, list[Check]]:
    """Our result, or the check that a refusal of the reference is one of ours."""
    refused = isinstance(reference, dict) and "error" in reference
    try:
        result = call()
    except SintezaError as error:
        return None, [Check(family, what, "" if refused else f"we refuse: {error.what}")]
    if refused:
        said = getattr(result, "notes", ())  # a caution is an answer too, silence is not
        return None, [
            Check(family, what, "" if said else f"they refuse: {reference['error'][:60]}")
        ]
    return result, []


# ------------------------------------------------------------------------------------ families


def effect_size_checks(folder: Path) -> Iterator[Check]:
    """Estimates and variances of all measures, with their variants."""
    for name in FILES:
        for case in load(folder, name)["cases"]:
            data, family = columns(case), f"effect sizes: {name}"
            for measure, ref in case.get("escalc", {}).items():
                yield from _effect_sizes(_tetrachoric(family, measure), case, measure, ref, data)
            for variant, ref in case.get("escalc_variants", {}).items():
                yield from _variant(family, case, variant, ref, data)
    for case in load(folder, "nasty")["binary"]:
        data = columns(case)
        for key, options in (("escalc", {}), ("escalc_drop00", {"drop00": True})):
            for measure, ref in case[key].items():
                yield from _effect_sizes(
                    "effect sizes: degenerate tables", case, measure, ref, data, **options
                )


def _tetrachoric(family: str, measure: str) -> str:
    """Its root has a family of its own: the reference stops 1e-5 short of it."""
    return "effect sizes: tetrachoric" if measure in ("RTET", "ZTET") else family


def _variant(
    family: str, case: dict[str, Any], variant: str, ref: dict[str, Any], data: dict[str, Any]
) -> Iterator[Check]:
    if "yi" in ref or "error" in ref:
        measure, option = variant.split("_")
        key, value = option.split("=")
        options: dict[str, Any] = {key: value == "TRUE" if key == "correct" else value}
        yield from _effect_sizes(family, case, measure, ref, data, **options)
        return
    for measure, one in ref.items():
        options = {"drop00": True} if variant == "drop00" else dict([variant.split("=")])
        yield from _effect_sizes(family, case, measure, one, data, **options)


def _effect_sizes(
    family: str,
    case: dict[str, Any],
    measure: str,
    ref: dict[str, Any],
    data: dict[str, Any],
    **options: Any,
) -> Iterator[Check]:
    what = f"{case['id']} {measure} {options or ''}"
    found, checks = attempt(family, what, ref, lambda: effect_sizes(measure, **options, **data))
    yield from checks
    if found is not None:
        yield from compare(family, f"{what} yi", found.yi, ref["yi"], CLOSED, 1e-15)
        yield from compare(family, f"{what} vi", found.vi, ref["vi"], CLOSED, 1e-15)


_MH = {
    "beta": "estimate",
    "se": "se",
    "zval": "statistic",
    "pval": "p",
    "ci_lb": "ci_low",
    "ci_ub": "ci_high",
    "Q": "q",
    "Qp": "q_p",
    "I2": "i2",
    "H2": "h2",
}
_MH_TESTS = {
    "CMH": "cmh",
    "CMHp": "cmh_p",
    "BD": "breslow_day",
    "BDp": "breslow_day_p",
    "TA": "tarone",
    "TAp": "tarone_p",
    "CO": "cochran",
}


def direct_checks(folder: Path) -> Iterator[Check]:
    """Mantel-Haenszel with both zero rules, and Peto."""
    cases = [*load(folder, "binary")["cases"], *load(folder, "nasty")["binary"]]
    for case in cases:
        data = columns(case)
        for key, zero, correct in (
            ("mh", "none", True),
            ("mh_cc_only0", "only0", True),
            ("mh_correct_false", "none", False),
        ):
            for measure, ref in case.get(key, {}).items():
                yield from _direct(
                    f"Mantel-Haenszel, {zero}",
                    f"{case['id']} {measure}",
                    ref,
                    lambda m=measure, z=zero, c=correct, d=data: mantel_haenszel(
                        m, zero=z, correct=c, **d
                    ),
                    tests=measure == "OR" and zero == "none",
                )
        if "peto" in case:
            yield from _direct("Peto", case["id"], case["peto"], lambda d=data: peto(**d))
    for case in load(folder, "rate")["cases"]:
        for measure, ref in (case.get("mh") or {}).items():
            data = columns(case)
            yield from _direct(
                "Mantel-Haenszel, rates",
                f"{case['id']} {measure}",
                ref,
                lambda m=measure, d=data: mantel_haenszel(m, **d),
            )


def _direct(
    family: str, what: str, ref: dict[str, Any], call: Callable[[], Any], *, tests: bool = False
) -> Iterator[Check]:
    # the reference says NA where the estimate does not exist; we refuse
    refused = {"error": "NA"} if "error" in ref or np.isnan(numbers(ref["beta"])[0]) else ref
    found, checks = attempt(family, what, refused, call)
    yield from checks
    if found is None:
        return
    for theirs, ours in _MH.items():
        yield from compare(
            family, f"{what} {ours}", getattr(found, ours), ref[theirs], CLOSED, 1e-13
        )
    for theirs, ours in _MH_TESTS.items() if tests else ():
        value = found.extra.get(ours, np.nan)
        yield from compare(family, f"{what} {ours}", value, ref[theirs], CLOSED, 1e-13)


_FIT = {
    "beta": "estimate",
    "se": "se",
    "stat": "statistic",
    "pval": "p",
    "ci_lb": "ci_low",
    "ci_ub": "ci_high",
    "tau2": "tau2",
    "se_tau2": "tau2_se",
    "I2": "i2",
    "H2": "h2",
    "Q": "q",
    "Qp": "q_p",
}
_LIKELIHOOD = {"ll": "loglik", "dev": "deviance", "AIC": "aic", "BIC": "bic", "AICc": "aicc"}
_CLOSED_METHODS = ("EE", "DL", "HE", "HS", "HSk", "SJ", "GENQ")
#: tau2 = 0 leaves GENQM, ML ... at the reference's threshold; SJIT stops above zero by its nature
_NEAR = {"I2": 1e-7, "H2": 1e-9, "pval": 1e-12, "Qp": 1e-12, "stat": 1e-7}


def analyses(folder: Path) -> Iterator[tuple[str, dict[str, Any], list[float], list[float]]]:
    """What was pooled: a name, the reference, estimates and variances."""
    for name in FILES:
        for case in load(folder, name)["cases"]:
            for measure, ref in case["analyses"].items():
                if measure == "GEN":
                    y, v = numbers(case["data"]["yi"]), numbers(case["data"]["vi"])
                else:
                    drop = measure in ("RR", "OR")
                    es = effect_sizes(measure, drop00=drop, **columns(case))
                    y, v = es.yi.tolist(), es.vi.tolist()
                yield f"{case['id']} {measure}", ref, y, v
    for case in load(folder, "nasty")["generic"]:
        ref = {"pooled": case["fits"], "tau2_ci": case.get("tau2_ci")}
        yield f"degenerate {case['id']}", ref, numbers(case["yi"]), numbers(case["vi"])


def pooled_checks(folder: Path) -> Iterator[Check]:
    """Every estimator of tau2 with every test, its likelihoods and prediction intervals."""
    for name, ref, y, v in analyses(folder):
        for method, tests in ref["pooled"].items():
            if method.endswith("_unweighted"):
                yield from pooled_one(
                    "pooled: equal weights",
                    f"{name} {method}",
                    y,
                    v,
                    tests,
                    method=method.split("_")[0],
                    test="z",
                    weights=np.ones(len(y)),
                )
                continue
            for test, one in tests.items():
                if test in ("z", "t", "knha", "adhoc"):
                    family = (
                        f"pooled: {method}" if not name.startswith("deg") else "pooled: degenerate"
                    )
                    yield from pooled_one(
                        family, f"{name} {method} {test}", y, v, one, method=method, test=test
                    )


def pooled_one(
    family: str, what: str, y: Any, v: Any, ref: dict[str, Any], **options: Any
) -> Iterator[Check]:
    """One pooled result beside its reference."""
    found, checks = attempt(family, what, ref, lambda: pool(y, v, **options))
    yield from checks
    if found is None:
        return
    method = options["method"]
    tolerance = CLOSED * 10 if method in _CLOSED_METHODS else ITERATIVE
    typical = float(np.nanmean(np.abs(v)))
    near = {**_NEAR, "tau2": 1e-7 * typical, "se_tau2": 1e-7 * typical}
    for key in ("beta", "se", "ci_lb", "ci_ub"):
        near[key] = 1e-7 * numbers(ref["se"])[0]
    if tolerance < ITERATIVE:  # closed forms: only what double precision leaves at zero
        near = {key: 1e-5 * value for key, value in near.items()}
    for theirs, ours in _FIT.items():
        yield from compare(
            family,
            f"{what} {ours}",
            getattr(found, ours),
            ref[theirs],
            tolerance,
            near.get(theirs, 0.0),
        )
    for theirs, ours in _LIKELIHOOD.items():
        yield from compare(
            "likelihoods",
            f"{what} {ours}",
            getattr(found, ours),
            ref["fit"][theirs],
            tolerance,
            1e-7 if tolerance == ITERATIVE else 1e-9,
        )
    for key, interval in (("pi", None), ("pi_riley_df_k_minus_p_minus_1", "riley")):
        pi = ref.get(key)
        if isinstance(pi, list) and len(pi) == 2:
            limits = [found.pi_low, found.pi_high]
            if interval is not None:
                limits = list(
                    prediction(
                        found.estimate,
                        found.se,
                        found.tau2,
                        found.level,
                        found.df,
                        found.q_df,
                        interval,
                        method,
                    )
                )
            yield from compare(
                "prediction intervals",
                f"{what} {key}",
                limits,
                pi,
                tolerance,
                near["beta"],
            )


def interval_checks(folder: Path) -> Iterator[Check]:
    """Intervals of tau2, I2 and H2."""
    for name, ref, y, v in analyses(folder):
        given = ref.get("tau2_ci")
        if not isinstance(given, dict):
            continue
        rows = [r - 1 for r in ref.get("used_rows_1based", range(1, len(y) + 1))]
        yield from _intervals(name, given, np.array(y)[rows], np.array(v)[rows])


def _intervals(name: str, given: dict[str, Any], y: Any, v: Any) -> Iterator[Check]:
    for key, ref in given.items():
        kind = key.split("_")[0]
        method = "ML" if key == "PL_ML" else "REML"
        family = f"intervals of tau2: {kind}"
        found, checks = attempt(
            family,
            f"{name} {key}",
            ref,
            lambda k=kind, m=method: heterogeneity_interval(y, v, kind=k, method=m),
        )
        yield from checks
        if found is None:
            continue
        # the reference's generalized Q uses Davies' algorithm with an error of 1e-4
        tolerance = 1e-3 if kind == "GENQ" else ITERATIVE
        typical = 1e-7 * float(np.nanmean(v))
        for quantity, near in (("tau2", typical), ("I2", 1e-7), ("H2", 1e-9)):
            yield from compare(
                family,
                f"{name} {key} {quantity}",
                getattr(found, quantity.lower()),
                ref[quantity],
                tolerance,
                near,
            )


#: the reference's regressions of these SMD are those of the mean differences of the same trials
_MIXED_UP = "michael2013 SMD"


def regression_checks(folder: Path) -> Iterator[Check]:
    """Meta-regressions: coefficients, omnibus tests, R2, VIF, predictions, intervals of tau2."""
    seen: dict[str, tuple[list[float], list[float]]] = {}
    for name, ref, yi, vi in analyses(folder):
        seen[name] = yi, vi
        y, v = seen["michael2013 MD"] if name == _MIXED_UP else (yi, vi)
        for model in ref.get("meta_regression") or []:
            if "X" not in model:  # the reference could not form the design
                continue
            given = model["used_rows_1based"]  # "NA" where rows had names, not numbers: all used
            rows = list(range(len(y))) if "NA" in given else [int(r) - 1 for r in given]
            x = np.array([numbers(row) for row in model["X"]])
            yield from _regression(
                f"{name} {model['formula']}", model, np.array(y)[rows], np.array(v)[rows], x
            )


def _regression(what: str, model: dict[str, Any], y: Any, v: Any, x: Any) -> Iterator[Check]:
    from sinteza.stats.regression import Design

    names = ["intercept" if n == "(Intercept)" else n for n in model["X_names"]]
    plan = Design(tuple(names), x, {})
    family = "meta-regression"
    if what.startswith(_MIXED_UP):
        family = "meta-regression: filed under another measure"
    for key, ref in model.items():
        if not isinstance(ref, dict):
            continue
        method, test = key.split("_")
        found, checks = attempt(
            family,
            f"{what} {key}",
            ref,
            lambda m=method, t=test: pool(y, v, method=m, test=t, mods=plan),
        )
        yield from checks
        if found is None:
            continue
        here = f"{what} {key}"
        scale = float(np.nanmean(v))
        for theirs, ours in {**_FIT, "QM": "qm", "QMp": "qm_p", "R2": "r2"}.items():
            near = {"tau2": 1e-7 * scale, "se_tau2": 1e-7 * scale, "R2": 1e-6}.get(theirs, 1e-9)
            yield from compare(
                family, f"{here} {ours}", getattr(found, ours), ref[theirs], 1e-7, near
            )
        for theirs, ours in _LIKELIHOOD.items():
            yield from compare(
                family, f"{here} {ours}", getattr(found, ours), ref["fit"][theirs], 1e-7, 1e-7
            )
        if "vif" in ref:
            values = [n for n in numbers(ref["vif"]) if not np.isnan(n)]
            if len(values) == len(found.names) - 1:
                yield from compare(family, f"{here} vif", vif(found), values, 1e-7)
        if "predict_at_data" in ref:
            at = ref["predict_at_data"]
            rows = predict(found)
            for theirs, ours in (("pred", "estimate"), ("se", "se"), ("pi_lb", "pi_low")):
                if theirs in at:
                    mine = [r[ours] for r in rows]
                    yield from compare(
                        family, f"{here} predicted {ours}", mine, at[theirs], 1e-7, 1e-9
                    )
        for suffix, kind in (("tau2_ci_QP", "QP"), ("tau2_ci_PL", "PL")):
            if isinstance(ref.get(suffix), dict) and "tau2" in ref[suffix]:
                ci = heterogeneity_interval(y, v, kind=kind, method=method, mods=plan)
                yield from compare(
                    family, f"{here} {suffix}", ci.tau2, ref[suffix]["tau2"], 1e-7, 1e-7 * scale
                )


def multimodal_checks(folder: Path) -> Iterator[Check]:
    """The global maximum where the likelihood has several: no point of the reference's grid may be
    higher than ours, and ours is one of its local maxima to the grid's step."""
    for i, case in enumerate(load(folder, "multimodal")["cases"]):
        y, v = np.array(numbers(case["yi"])), np.array(numbers(case["vi"]))
        found = pool(y, v, method=case["method"], test="z")
        theirs = [float(case["grid_global_tau2"]), *numbers(case["local_max_tau2"])]
        heights = [_profile(y, v, t, case["method"]) for t in theirs]
        mine = _profile(y, v, found.tau2, case["method"])
        good = mine >= max(heights) - 1e-9 * max(1.0, abs(mine))
        why = "" if good else f"{found.tau2} ({mine}), reference {theirs} ({heights})"
        yield Check("several maxima", f"{i} {case['method']}", why)


def _profile(y: Any, v: Any, tau2: float, method: str) -> float:
    """The (restricted) log-likelihood by its textbook formula."""
    w = 1 / (v + tau2)
    mean = np.sum(w * y) / np.sum(w)
    value = 0.5 * (np.sum(np.log(w)) - np.sum(w * (y - mean) ** 2))
    return float(value - (0.5 * np.log(np.sum(w)) if method == "REML" else 0.0))


def scale_checks(folder: Path) -> Iterator[Check]:
    """Results follow the scale of the data to 1e-9, at every scale."""
    for case in load(folder, "scale")["cases"]:
        y, v = np.array(numbers(case["yi"])), np.array(numbers(case["vi"]))
        for method, ref in case["exact"].items():
            if "tau2" not in ref:
                continue
            for s in (1.0, 1e-1, 1e-2, 1e-3, 1e-8, 1e5, 1e-150, 1e140):
                options = {"weights": None}
                found = pool(y * s, v * s * s, method=method, test="z", **options)
                name = f"{case['id']} {method} x{s:g}"
                one = pool(y, v, method=method, test="z")
                for field in ("estimate", "se"):
                    yield from compare(
                        "scale",
                        f"{name} {field}",
                        getattr(found, field) / s,
                        getattr(one, field),
                        1e-9,
                    )
                yield from compare("scale", f"{name} tau2", found.tau2 / s / s, one.tau2, 1e-9)
                yield from compare(
                    "scale",
                    f"{name} reference",
                    found.tau2 / s / s,
                    ref["tau2"],
                    1e-7,
                    1e-8 * float(v.mean()),
                )


FAMILIES = (
    effect_size_checks,
    direct_checks,
    pooled_checks,
    interval_checks,
    regression_checks,
    multimodal_checks,
    scale_checks,
)
