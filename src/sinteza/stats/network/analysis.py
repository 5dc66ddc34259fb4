"""The one door: rows in, a fitted :class:`Network` out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

import numpy as np

from sinteza.errors import SynthesisError
from sinteza.stats.network.evidence import Evidence, MultiArm, Row, read, unknown_treatment
from sinteza.stats.network.model import freedom, solve, tau2_by
from sinteza.stats.network.multiarm import stack, without_covariance
from sinteza.stats.network.result import Network

SmallValues = Literal["desirable", "undesirable"]
Covariance = Literal["full", "ignored"]


def network(
    rows: Iterable[Row],
    *,
    measure: str,
    method: str = "DL",
    reference: str | None = None,
    small_values: SmallValues = "desirable",
    level: float = 0.95,
    test: Literal["z", "t"] = "z",
    increment: float = 0.5,
    keep_double_zeros: bool = False,
    multi_arm: MultiArm = "check",
    contrast_covariance: Covariance = "full",
    tau2: float | None = None,
) -> Network:
    """Compare all treatments of a network of studies.

    ``rows`` are mappings, one an arm (``study, treatment`` and ``events, n`` | ``mean, sd, n`` |
    ``events, time``) or one a contrast (``study, treat1, treat2, estimate, se``; ratios on the
    log scale). ``measure``: OR RR RD ASD MD SMD ROM IRR IRD HR. ``method`` for tau2: DL REML ML;
    ``tau2`` sets it instead. ``test``: z or t quantiles for the random-effects intervals.
    ``small_values`` says whether a small outcome is desirable, for ranking. ``multi_arm``:
    contrasts of a multi-arm study that do not add up are refused (``check``), replaced by the
    nearest that do (``project``) or taken as they are (``accept``).

    ``contrast_covariance``: REML and ML know that contrasts of one study covary (``full``);
    netmeta leaves it out where no arms are given (``ignored``, to compare: it depends on the
    reference).

    Raises SynthesisError (its ``where`` names study and row) for rows that cannot be used. When
    no study connects some treatments with the ``reference`` (or the largest part), they are
    analyzed apart, in ``others``, and a note says so.
    """
    if small_values not in ("desirable", "undesirable"):
        raise SynthesisError(
            f"small_values is '{small_values}'", hint="Say 'desirable' or 'undesirable'."
        )
    if test not in ("z", "t"):
        raise SynthesisError(f"'{test}' is not a test of a network", hint="Known: z, t.")
    if not 0 < level < 1:
        raise SynthesisError(f"the level is {level:g}, not between 0 and 1")
    evidence = read(
        rows,
        measure=measure,
        increment=increment,
        keep_double_zeros=keep_double_zeros,
        multi_arm=multi_arm,
    )
    if reference in evidence.lost:
        raise SynthesisError(
            f"every study of '{reference}' was left out",
            hint="Choose another reference, or keep studies without events.",
        )
    if reference is not None and reference not in evidence.treatments:
        raise unknown_treatment(reference, evidence.treatments)

    def fit(part: Evidence) -> Network:
        return analyze(
            part,
            method=method,
            reference=reference if reference in part.treatments else None,
            small_values=small_values,
            level=level,
            test=test,
            tau2=tau2,
            contrast_covariance=contrast_covariance,
        )

    parts = split_parts(evidence, reference)
    main = fit(parts[0])
    if len(parts) == 1:
        return main
    return replace(
        main,
        others=tuple(fit(replace(part, dropped=(), lost=())) for part in parts[1:]),
        notes=(
            *main.notes,
            "The network is disconnected: its parts are analyzed apart.",
        ),
    )


def split_parts(evidence: Evidence, reference: str | None) -> list[Evidence]:
    """The connected parts: that of the reference first, else the one with most studies."""
    labels = evidence.components
    count = int(labels.max()) + 1
    if count == 1:
        return [evidence]
    of_study = labels[np.array([members[0] for members in evidence.members])]
    parts = [evidence.select(of_study == part) for part in range(count)]
    return sorted(
        parts, key=lambda part: (reference not in part.treatments, -part.k, part.treatments)
    )


def analyze(
    evidence: Evidence,
    *,
    method: str = "DL",
    reference: str | None = None,
    small_values: str = "desirable",
    level: float = 0.95,
    test: str = "z",
    tau2: float | None = None,
    contrast_covariance: Covariance = "full",
) -> Network:
    """Fit one connected evidence; :func:`network` is the door for rows."""
    blocks = stack(evidence)
    common = solve(blocks, level=level)
    df = freedom(evidence)
    if tau2 is None:
        rows = None
        if contrast_covariance == "ignored" and evidence.arms is None:
            rows = without_covariance(blocks, evidence.code(reference) if reference else None)
        tau2 = tau2_by(method, blocks, common, df, rows)
    notes = list(evidence.notes)
    if df == 0:
        notes.append("Heterogeneity and inconsistency: not estimable (0 degrees of freedom)")
    t_df = df if test == "t" and df > 0 else None
    return Network(
        evidence=evidence,
        blocks=blocks,
        measure=evidence.measure,
        method=method,
        test=test,
        level=level,
        reference=reference,
        small_values=small_values,
        common=common,
        random=solve(blocks, tau2, level=level, df=t_df),
        tau2=tau2,
        q=common.q,
        df=df,
        notes=tuple(notes),
    )
