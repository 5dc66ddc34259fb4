"""What goes in: rows of arms or of contrasts, checked, turned into the contrasts of studies.

A row is a mapping. Arms: ``study``, ``treatment`` and ``events, n`` | ``mean, sd, n`` |
``events, time``. Contrasts: ``study, treat1, treat2, estimate, se`` (effect of ``treat1`` against
``treat2``; on the log scale for ratios). netmeta's column names are understood as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from sinteza.errors import SynthesisError
from sinteza.stats.network import effects
from sinteza.stats.network.arrays import Bools, Floats, Ints

Row = Mapping[str, Any]
MultiArm = Literal["check", "project", "accept"]

SYNONYMS = {
    "studlab": "study",
    "treat": "treatment",
    "event": "events",
    "TE": "estimate",
    "te": "estimate",
    "seTE": "se",
    "sete": "se",
}
#: what stands for a number that was not reported
MISSING = (None, "", "NA")


@dataclass(frozen=True)
class Dropped:
    """A study that says nothing about the measure, and why."""

    study: str
    reason: str


@dataclass(frozen=True)
class Evidence:
    """Checked contrasts, every pair of arms of every study, as columns of equal length.

    ``study``, ``treat1``, ``treat2`` are codes into ``studies`` and ``treatments``;
    ``estimate`` is treat1 against treat2 and ``variance`` its variance. ``arms`` is the arm-level
    table where there was one. ``dropped`` names the studies that were left out and ``lost`` the
    treatments that went with them.
    """

    measure: str
    treatments: tuple[str, ...]
    studies: tuple[str, ...]
    study: Ints
    treat1: Ints
    treat2: Ints
    estimate: Floats
    variance: Floats
    arms: effects.ArmTable | None = None
    dropped: tuple[Dropped, ...] = ()
    lost: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def k(self) -> int:
        """Number of studies."""
        return len(self.studies)

    @property
    def m(self) -> int:
        """Number of pairwise contrasts."""
        return int(self.study.size)

    @property
    def n(self) -> int:
        """Number of treatments."""
        return len(self.treatments)

    @cached_property
    def members(self) -> tuple[tuple[int, ...], ...]:
        """The treatments of each study, in order."""
        found: list[set[int]] = [set() for _ in self.studies]
        for s, a, b in zip(
            self.study.tolist(), self.treat1.tolist(), self.treat2.tolist(), strict=True
        ):
            found[s].update((a, b))
        return tuple(tuple(sorted(one)) for one in found)

    @cached_property
    def narms(self) -> Ints:
        """Number of arms of each study."""
        return np.array([len(one) for one in self.members], dtype=np.int64)

    @cached_property
    def components(self) -> Ints:
        """The part of the network (from 0) to which each treatment belongs."""
        return connected(self.n, self.treat1, self.treat2)

    @cached_property
    def designs(self) -> tuple[tuple[tuple[int, ...], Ints], ...]:
        """Each set of treatments that was compared, with the codes of the studies that did."""
        by: dict[tuple[int, ...], list[int]] = {}
        for s, members in enumerate(self.members):
            by.setdefault(members, []).append(s)
        return tuple((d, np.array(by[d], dtype=np.int64)) for d in sorted(by))

    @cached_property
    def comparisons(self) -> tuple[tuple[int, int], ...]:
        """The pairs of treatments that some study compares directly."""
        pairs = np.unique(self.treat1 * self.n + self.treat2)
        return tuple((int(p) // self.n, int(p) % self.n) for p in pairs)

    @cached_property
    def studies_of(self) -> dict[tuple[int, int], Ints]:
        """For each direct comparison, the positions of its contrasts."""
        key = self.treat1 * self.n + self.treat2
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.diff(key[order], prepend=-1))
        groups = np.split(order, starts[1:])
        return dict(zip(self.comparisons, groups, strict=True))

    def code(self, treatment: str) -> int:
        """The code of a treatment; an unknown one is an error that says the nearest."""
        try:
            return self.treatments.index(treatment)
        except ValueError:
            raise unknown_treatment(treatment, self.treatments) from None

    def name(self, members: Iterable[int]) -> str:
        """Treatments joined by colons, as a comparison or design is called."""
        return ":".join(self.treatments[i] for i in members)

    def select(self, keep: Bools) -> Evidence:
        """The evidence of the studies where ``keep`` (one flag a study) is true.

        Treatments that nobody compares any more disappear.
        """
        rows = keep[self.study]
        used = np.zeros(self.n, dtype=bool)
        used[self.treat1[rows]] = used[self.treat2[rows]] = True
        new_t, new_s = np.cumsum(used) - 1, np.cumsum(keep) - 1
        arms = self.arms
        if arms is not None:
            mine = arms.subset(keep[arms.study])
            arms = replace(mine, study=new_s[mine.study], treatment=new_t[mine.treatment])
        return Evidence(
            measure=self.measure,
            treatments=tuple(t for t, u in zip(self.treatments, used, strict=True) if u),
            studies=tuple(s for s, u in zip(self.studies, keep, strict=True) if u),
            study=new_s[self.study[rows]],
            treat1=new_t[self.treat1[rows]],
            treat2=new_t[self.treat2[rows]],
            estimate=self.estimate[rows],
            variance=self.variance[rows],
            arms=arms,
            dropped=self.dropped,
            lost=self.lost,
            notes=self.notes,
        )


def connected(n: int, first: Ints, second: Ints) -> Ints:
    """Number the connected parts of a graph of ``n`` nodes, in the order of their first node."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(first.size), (first, second)), shape=(n, n))
    labels = connected_components(graph, directed=False)[1]
    _, where, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(where))[inverse].astype(np.int64)


def unknown_treatment(treatment: str, known: Sequence[str]) -> SynthesisError:
    """The error for a treatment that is not in the network."""
    import difflib

    near = difflib.get_close_matches(treatment, known, n=1)
    hint = f"Did you mean '{near[0]}'?" if near else "Known: " + ", ".join(known) + "."
    return SynthesisError(f"no treatment is called '{treatment}' here", hint=hint)


def read(
    rows: Iterable[Row],
    *,
    measure: str,
    increment: float = 0.5,
    keep_double_zeros: bool = False,
    multi_arm: MultiArm = "check",
) -> Evidence:
    """Check rows of arms or of contrasts and turn them into :class:`Evidence`.

    ``increment`` is added to every cell of a study with a zero cell. Studies without any event
    (or, for odds ratios, with events only) are dropped and named unless ``keep_double_zeros``.
    ``multi_arm`` says what becomes of contrasts of a multi-arm study that do not add up: they are
    refused (``check``), replaced by the nearest that do (``project``), or taken as they are.

    Raises :class:`~sinteza.errors.SynthesisError`, whose ``where`` names study and row (from 1).
    """
    if measure not in effects.MEASURES:
        raise SynthesisError(
            f"'{measure}' is not a measure of a network",
            hint="Known: " + ", ".join(effects.MEASURES) + ".",
        )
    table = [{SYNONYMS.get(k, k): v for k, v in row.items()} for row in rows]
    if not table:
        raise SynthesisError("there are no rows", hint="Give one row for each arm or contrast.")
    if "treat1" in table[0]:
        from sinteza.stats.network import multiarm

        evidence = _read_contrasts(table, measure)
        if multi_arm == "accept":
            return evidence
        return multiarm.project(evidence) if multi_arm == "project" else multiarm.check(evidence)
    return _read_arms(table, measure, increment, keep_double_zeros)


def place(study: str, row: int) -> str:
    """Where an error is: the study and the row, counted from 1."""
    return f"study '{study}', row {row + 1}"


def _label(row: Row, column: str, i: int) -> str:
    value = row.get(column)
    text = "" if value is None else str(value).strip()
    if not text:
        raise SynthesisError(f"the {column} is missing", where=place(str(row.get("study", "?")), i))
    return text


def _number(row: Row, column: str, i: int) -> float:
    value = row.get(column)
    try:
        number = float(value)  # type: ignore[arg-type]  # None and text are what the except is for
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        said = "is missing" if value in MISSING else f"is not a number: {value!r}"
        raise SynthesisError(f"{column} {said}", where=place(_label(row, "study", i), i))
    return number


def _codes(labels: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    """Labels sorted without regard to case, and the code of each entry."""
    names = tuple(sorted(set(labels), key=lambda s: (s.casefold(), s)))
    code = {name: i for i, name in enumerate(names)}
    return names, np.array([code[label] for label in labels], dtype=np.int64)


def _in_order(labels: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    """Labels in the order of their first appearance, and the code of each entry."""
    code: dict[str, int] = {}
    codes = [code.setdefault(label, len(code)) for label in labels]
    return tuple(code), np.array(codes, dtype=np.int64)


def _read_contrasts(table: list[dict[str, Any]], measure: str) -> Evidence:
    labels = [_label(row, "study", i) for i, row in enumerate(table)]
    first = [_label(row, "treat1", i) for i, row in enumerate(table)]
    second = [_label(row, "treat2", i) for i, row in enumerate(table)]
    estimate = np.array([_number(row, "estimate", i) for i, row in enumerate(table)])
    se = np.array([_number(row, "se", i) for i, row in enumerate(table)])
    for i, (a, b) in enumerate(zip(first, second, strict=True)):
        if a == b:
            raise SynthesisError(f"compares '{a}' with itself", where=place(labels[i], i))
        if se[i] <= 0:
            raise SynthesisError(
                f"the standard error is {se[i]:g}, not positive", where=place(labels[i], i)
            )
    studies, study = _in_order(labels)
    treatments, codes = _codes(first + second)
    t1, t2 = codes[: len(table)], codes[len(table) :]
    estimate = np.where(t1 < t2, estimate, -estimate)
    t1, t2 = np.minimum(t1, t2), np.maximum(t1, t2)
    seen: dict[tuple[int, int, int], int] = {}
    for i, key in enumerate(zip(study.tolist(), t1.tolist(), t2.tolist(), strict=True)):
        if key in seen:
            raise SynthesisError(
                f"compares '{treatments[key[1]]}' with '{treatments[key[2]]}' twice"
                f" (also in row {seen[key] + 1})",
                where=place(labels[i], i),
            )
        seen[key] = i
    evidence = Evidence(measure, treatments, studies, study, t1, t2, estimate, se**2)
    rows = np.bincount(study, minlength=len(studies))
    for s, members in enumerate(evidence.members):
        if rows[s] != len(members) * (len(members) - 1) // 2:
            _say_missing_contrasts(evidence, s)
    return evidence


def _say_missing_contrasts(evidence: Evidence, s: int) -> None:
    members = evidence.members[s]
    mine = evidence.study == s
    have = set(zip(evidence.treat1[mine].tolist(), evidence.treat2[mine].tolist(), strict=True))
    missing = [
        evidence.name((a, b)) for a in members for b in members if a < b and (a, b) not in have
    ]
    raise SynthesisError(
        f"has {len(members)} arms but no contrast {', '.join(missing)}",
        where=f"study '{evidence.studies[s]}'",
        hint="Give all pairs of its arms, or the numbers of each arm instead of contrasts.",
    )


_LIMITS: dict[str, tuple[float, bool]] = {
    # column: (lower bound, may it be reached)
    "events": (0.0, True),
    "n": (0.0, False),
    "time": (0.0, False),
    "sd": (0.0, False),
}


def _read_arms(
    table: list[dict[str, Any]], measure: str, increment: float, keep_double_zeros: bool
) -> Evidence:
    if measure not in effects.NEEDS:
        raise SynthesisError(
            f"{measure} cannot be computed from arms",
            hint="Give contrasts: study, treat1, treat2, estimate, se.",
        )
    needed = effects.NEEDS[measure]
    absent = [c for c in ("study", "treatment", *needed) if c not in table[0]]
    if absent:
        raise SynthesisError(
            f"{measure} needs the columns study, treatment, {', '.join(needed)};"
            f" missing: {', '.join(absent)}",
            hint="Contrasts need: study, treat1, treat2, estimate, se.",
        )
    every = [_label(row, "study", i) for i, row in enumerate(table)]
    reported = {s for s, row in zip(every, table, strict=True) if _has(row, needed)}
    unreported = tuple(
        Dropped(s, "no numbers in any arm") for s in _in_order(every)[0] if s not in reported
    )
    at = np.array([i for i, s in enumerate(every) if s in reported], dtype=np.int64)
    if not at.size:
        raise SynthesisError(f"no study has {' and '.join(needed)}")
    labels = [every[i] for i in at]
    names = [_label(table[i], "treatment", i) for i in at.tolist()]
    with_n = all(_has(table[i], ("n",)) for i in at.tolist())
    columns: dict[str, Floats] = {
        c: np.array([_number(table[i], c, i) for i in at.tolist()])
        for c in ("events", "n", "time", "mean", "sd")
        if c in needed or (c == "n" and with_n)
    }
    _check_numbers(columns, labels, at, measure)
    studies, study = _in_order(labels)
    treatments, treatment = _codes(names)
    mentioned = {str(row.get("treatment") or "").strip() for row in table} - {""}
    arms = effects.ArmTable(study, treatment, at, **columns)
    _check_arms(arms, studies, treatments)
    silent = effects.uninformative(arms, measure)
    dropped = unreported
    if silent.any() and not keep_double_zeros:
        gone = np.unique(study[silent])
        reason = "no events in any arm, or events only"
        dropped += tuple(Dropped(studies[s], reason) for s in gone.tolist())
        arms = arms.subset(~silent)
        if not arms.study.size:
            raise SynthesisError("no study has an event", hint="Keep them with keep_double_zeros.")
        kept, left = np.unique(arms.study), np.unique(arms.treatment)
        arms = replace(
            arms,
            study=np.searchsorted(kept, arms.study),
            treatment=np.searchsorted(left, arms.treatment),
        )
        studies = tuple(studies[s] for s in kept.tolist())
        treatments = tuple(treatments[t] for t in left.tolist())
    first, second = _pairs(arms)
    estimate, variance = effects.contrasts(arms, measure, increment, first, second)
    if not (variance > 0).all():
        i = int(arms.row[first[np.flatnonzero(~(variance > 0))[0]]])
        raise SynthesisError(f"the variance of its {measure} is zero", where=place(every[i], i))
    return Evidence(
        measure=measure,
        treatments=treatments,
        studies=studies,
        study=arms.study[first],
        treat1=arms.treatment[first],
        treat2=arms.treatment[second],
        estimate=estimate,
        variance=variance,
        arms=arms,
        dropped=dropped,
        lost=tuple(sorted(mentioned - set(treatments))),
    )


def _has(row: Row, columns: Iterable[str]) -> bool:
    """Has the row something in each of these columns?"""
    return all(row.get(c) not in MISSING for c in columns)


def _check_numbers(
    columns: Mapping[str, Floats], labels: Sequence[str], at: Ints, measure: str
) -> None:
    for name, values in columns.items():
        bound, reached = _LIMITS.get(name, (-math.inf, True))
        bad = np.flatnonzero(values < bound if reached else values <= bound)
        if bad.size:
            i = int(bad[0])
            must = "must not be negative" if reached else "must be positive"
            raise SynthesisError(
                f"{name} is {values[i]:g}: {must}", where=place(labels[i], int(at[i]))
            )
    if measure in effects.COUNTS:
        bad = np.flatnonzero(columns["events"] > columns["n"])
        if bad.size:
            i = int(bad[0])
            raise SynthesisError(
                f"has {columns['events'][i]:g} events among {columns['n'][i]:g}",
                where=place(labels[i], int(at[i])),
            )
    if measure == "ROM" and (columns["mean"] <= 0).any():
        i = int(np.flatnonzero(columns["mean"] <= 0)[0])
        raise SynthesisError(
            "a ratio of means needs positive means",
            where=place(labels[i], int(at[i])),
            hint="Use MD or SMD.",
        )


def _check_arms(arms: effects.ArmTable, studies: Sequence[str], treatments: Sequence[str]) -> None:
    seen: dict[tuple[int, int], int] = {}
    for i, key in enumerate(zip(arms.study.tolist(), arms.treatment.tolist(), strict=True)):
        if key in seen:
            raise SynthesisError(
                f"compares '{treatments[key[1]]}' with itself (also in row {seen[key] + 1})",
                where=place(studies[key[0]], int(arms.row[i])),
                hint="Add up arms of one treatment, or give them different names.",
            )
        seen[key] = int(arms.row[i])
    lone = np.flatnonzero(np.bincount(arms.study) == 1)
    if lone.size:
        i = int(np.flatnonzero(arms.study == lone[0])[0])
        raise SynthesisError(
            "has one arm only: a comparison needs two",
            where=place(studies[int(lone[0])], int(arms.row[i])),
        )


def _pairs(arms: effects.ArmTable) -> tuple[Ints, Ints]:
    """Positions of the two arms of every pair within a study, in the order of treatments."""
    order = np.lexsort((arms.treatment, arms.study))
    size = np.bincount(arms.study)
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    first: list[Ints] = []
    second: list[Ints] = []
    owner: list[Ints] = []
    for arms_in in np.unique(size).tolist():
        i, j = np.triu_indices(arms_in, 1)
        begin = start[size == arms_in]
        first.append((begin[:, None] + i).ravel())
        second.append((begin[:, None] + j).ravel())
        owner.append(np.repeat(begin, i.size))
    turn = np.argsort(np.concatenate(owner), kind="stable")
    return order[np.concatenate(first)[turn]], order[np.concatenate(second)[turn]]
