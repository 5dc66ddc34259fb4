"""When to stop: a certificate with a stated error, and hints that are only hints.

The certificate is the hypergeometric test of Callaghan and Mueller-Hansen (Syst Rev 2020;9:273).
Suppose ``M`` relevant records were still unread. The last ``n`` records read, out of the ``N_i``
unread before them, held ``k``; had they been drawn at random, that few would come with probability
``P(X <= k)``, X hypergeometric with ``k + M`` relevant among ``N_i``. A ranking reads the likelier
first, so the true probability is smaller still: the test errs on the safe side. The smallest
probability over all starts of "the last records" is the p-value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sinteza.errors import SintezaError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Certificate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the records read so far say of those unread.

    ``p``: probability of so few late finds were recall below ``target``; ``met``: ``p`` is at most
    ``1 - confidence``; ``missing_high``: at most so many relevant records are unread, with that
    confidence; ``recall_low`` to 1 is the interval of recall; ``found`` of ``read`` of ``total``.
    """

    total: int
    read: int
    found: int
    target: float
    confidence: float
    p: float
    met: bool
    missing_high: int
    recall_low: float


def certify(
    found: Sequence[bool], total: int, *, target: float = 0.95, confidence: float = 0.95
) -> Certificate:
    """The certificate after reading ``found`` (in the order read) of ``total`` records.

    Raises :class:`~sinteza.errors.SintezaError` for a target or confidence outside (0, 1), or
    fewer records than were read.
    """
    _check(target=target, confidence=confidence)
    read = len(found)
    if total < read:
        raise SintezaError(
            f"{read} records are read, but there are only {total}",
            hint="The total counts all records, read and unread.",
        )
    starts, hits = _starts(found)
    got = int(hits[0]) if len(hits) else 0
    p = _p(starts, hits, read, total, missing_for(got, target))
    high = _missing_high(starts, hits, read, total, 1 - confidence)
    return Certificate(
        total=total,
        read=read,
        found=got,
        target=target,
        confidence=confidence,
        p=p,
        met=p <= 1 - confidence,
        missing_high=high,
        recall_low=got / (got + high) if got + high else 1.0,
    )


def missing_for(found: int, target: float) -> int:
    """The fewest unread relevant records with which recall is below ``target``."""
    return math.floor(found / target + 1e-9) + 1 - found


def _check(**shares: float) -> None:
    for name, value in shares.items():
        if not 0 < value < 1:
            raise SintezaError(f"The {name} must lie between 0 and 1, not {value:g}")


def _starts(found: Sequence[bool]) -> tuple[Integers, Integers]:
    """Where the last records may begin, and how many of them are relevant.

    Right after each relevant record, and at the very beginning: to begin in between only shortens
    the sample without sparing a find, so the smallest p-value is among these.
    """
    hits = np.flatnonzero(np.asarray(found, dtype=bool))
    starts = np.concatenate([[0], hits + 1]).astype(np.int64)
    return starts, len(hits) - np.arange(len(starts), dtype=np.int64)


def _p(starts: Integers, hits: Integers, read: int, total: int, missing: int) -> float:
    """Smallest probability over the starts of as few finds, were ``missing`` relevant unread."""
    if missing > total - read:
        return 0.0
    if missing <= 0:
        return 1.0
    best = 1.0
    for start, k in zip(starts.tolist(), hits.tolist(), strict=True):
        if start < read:
            best = min(best, hypergeometric_cdf(k, total - start, k + missing, read - start))
    return best


def _missing_high(starts: Integers, hits: Integers, read: int, total: int, alpha: float) -> int:
    """The most unread relevant records that are not refuted at ``alpha``."""
    low, high = 0, total - read
    while low < high:
        middle = (low + high + 1) // 2
        if _p(starts, hits, read, total, middle) > alpha:
            low = middle
        else:
            high = middle - 1
    return low


def hypergeometric_cdf(k: int, total: int, marked: int, drawn: int) -> float:
    """``P(X <= k)`` of ``marked`` among ``total`` when ``drawn`` are drawn without return."""
    lowest, highest = max(0, drawn + marked - total), min(drawn, marked)
    if k >= highest:
        return 1.0
    if k < lowest:
        return 0.0
    from scipy.special import gammaln

    def log_choose(n: float | Floats, r: float | Floats) -> Floats:
        return np.asarray(gammaln(n + 1.0) - gammaln(r + 1.0) - gammaln(n - r + 1.0))

    x = np.arange(lowest, k + 1, dtype=np.float64)
    logs = log_choose(float(marked), x) + log_choose(float(total - marked), drawn - x)
    logs -= log_choose(float(total), float(drawn))
    return float(min(1.0, np.exp(logs).sum()))


def first_stop(
    found: Sequence[bool], *, target: float = 0.95, confidence: float = 0.95
) -> int | None:
    """After how many records of a whole screening the certificate is first met.

    Between two finds the p-value only falls, so each stretch is searched by halving.
    """
    _check(target=target, confidence=confidence)
    total = len(found)
    starts, _hits = _starts(found)
    edges = [*(starts[1:] - 1).tolist(), total]
    for got, edge in enumerate(edges):
        # stretch: reads from after find number `got` up to just before the next
        first, last = int(starts[got]), int(edge)
        counted = np.arange(got, -1, -1, dtype=np.int64)
        missing = missing_for(got, target)

        def refuted(
            read: int, here: Integers = starts[: got + 1], k: Integers = counted, m: int = missing
        ) -> bool:
            return _p(here, k, read, total, m) <= 1 - confidence

        if not refuted(last):
            continue
        while first < last:
            middle = (first + last) // 2
            if refuted(middle):
                last = middle
            else:
                first = middle + 1
        return last
    return None


class Hint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of thumb: its name, whether it says stop, and how far it is (``have`` of ``need``)."""

    rule: str
    stop: bool
    have: int
    need: int


def consecutive(found: Sequence[bool], need: int = 50) -> Hint:
    """So many records in a row without a find. A habit, not a test: it often stops too early."""
    have = since_last(found)
    return Hint(rule=f"consecutive_{need}", stop=have >= need, have=have, need=need)


def since_last(found: Sequence[bool]) -> int:
    """Records read since the last find."""
    have = 0
    for hit in reversed(found):
        if hit:
            break
        have += 1
    return have


def safe(
    found: Sequence[bool], total: int, *, expected: int | None = None, row: int = 50
) -> list[Hint]:
    """The active-learning phase of SAFE (Boetje J, van de Schoot R. Syst Rev 2024;13:81).

    A tenth read; twice as many read as are expected to be relevant (``expected``: from a random
    sample, else the rule is left out); ``row`` in a row without a find. All must say stop.
    """
    read = len(found)
    tenth = math.ceil(total / 10)
    hints = [Hint(rule="safe_tenth", stop=read >= tenth, have=read, need=tenth)]
    if expected is not None:
        hints.append(
            Hint(rule="safe_twice", stop=read >= 2 * expected, have=read, need=2 * expected)
        )
    have = since_last(found)
    hints.append(Hint(rule=f"safe_row_{row}", stop=have >= row, have=have, need=row))
    return hints


class Audit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A random sample of the unread: ``found`` relevant in ``sample`` of ``rest``.

    ``p``: probability of as few were recall (the sample's finds counted) below ``target``;
    ``missing_high``: upper limit of the relevant still unread; ``recall_low``: of recall.
    """

    rest: int
    sample: int
    found: int
    before: int
    target: float
    confidence: float
    p: float
    met: bool
    missing_high: int
    recall_low: float


def audit(
    *,
    before: int,
    rest: int,
    sample: int,
    found: int,
    target: float = 0.95,
    confidence: float = 0.95,
) -> Audit:
    """Exact hypergeometric test on a random sample of the unread records.

    ``before``: relevant records found before the sample; ``rest``: unread records it was drawn
    from. Raises :class:`~sinteza.errors.SintezaError` for counts that cannot be.
    """
    _check(target=target, confidence=confidence)
    if not 0 <= found <= sample <= rest or before < 0:
        raise SintezaError(
            f"A sample of {sample} from {rest} with {found} relevant cannot be",
            hint="The finds are at most the sample, the sample at most the unread records.",
        )
    left = rest - sample

    def p_for(missing: int) -> float:
        if missing <= 0:
            return 1.0
        if missing > left:
            return 0.0
        return hypergeometric_cdf(found, rest, found + missing, sample)

    got = before + found
    p = p_for(missing_for(got, target))
    low, high = 0, left
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if p_for(middle) > 1 - confidence else (low, middle - 1)
    return Audit(
        rest=rest,
        sample=sample,
        found=found,
        before=before,
        target=target,
        confidence=confidence,
        p=p,
        met=p <= 1 - confidence,
        missing_high=low,
        recall_low=got / (got + low) if got + low else 1.0,
    )


def audit_size(*, before: int, rest: int, target: float = 0.95, confidence: float = 0.95) -> int:
    """The smallest sample that certifies the target if nothing relevant is in it."""
    low, high = 0, rest
    while low < high:
        middle = (low + high) // 2
        done = audit(
            before=before, rest=rest, sample=middle, found=0, target=target, confidence=confidence
        )
        low, high = (low, middle) if done.met else (middle + 1, high)
    return low


def draw_audit(unread: Sequence[str], sample: int, *, seed: int) -> list[str]:
    """A random sample of the unread records, in the order to be read; the same for one seed."""
    if sample > len(unread):
        raise SintezaError(f"{sample} records cannot be drawn from {len(unread)}")
    pool = sorted(unread)
    chosen = np.random.default_rng(seed).choice(len(pool), size=sample, replace=False)
    return [pool[i] for i in chosen]


class Capture(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many relevant records there are in all, judged from two independent searches."""

    first: int
    second: int
    both: int
    estimate: float
    low: float
    high: float


def capture_recapture(
    first: frozenset[str] | set[str], second: frozenset[str] | set[str], *, level: float = 0.95
) -> Capture:
    """Chapman's estimate of the relevant records, from what two rankers or reviewers found.

    ``(n1 + 1)(n2 + 1)/(m + 1) - 1`` (Chapman DG 1951) with Seber's variance and Chao's log-normal
    interval (Biometrics 1987;43:783-791), which never falls below what was found. Valid only if
    the two found independently of each other.
    """
    _check(level=level)
    from scipy.special import ndtri

    n1, n2, m = len(first), len(second), len(first & second)
    seen = n1 + n2 - m
    estimate = (n1 + 1) * (n2 + 1) / (m + 1) - 1
    variance = (n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 1) ** 2 * (m + 2))
    unseen = estimate - seen
    if unseen <= 0:
        return Capture(first=n1, second=n2, both=m, estimate=estimate, low=seen, high=seen)
    factor = math.exp(float(ndtri((1 + level) / 2)) * math.sqrt(math.log1p(variance / unseen**2)))
    return Capture(
        first=n1,
        second=n2,
        both=m,
        estimate=estimate,
        low=seen + unseen / factor,
        high=seen + unseen * factor,
    )


def would_stop(
    found: Sequence[bool], *, target: float = 0.95, confidence: float = 0.95
) -> dict[str, int | None]:
    """After how many records of a whole screening each rule says stop (None: never)."""
    total = len(found)
    runs = np.zeros(total, dtype=np.int64)
    row = 0
    for i, hit in enumerate(found):
        row = 0 if hit else row + 1
        runs[i] = row
    read = np.arange(1, total + 1)

    def first(met: NDArray[np.bool_]) -> int | None:
        at = np.flatnonzero(met)
        return int(read[at[0]]) if len(at) else None

    return {
        "certificate": first_stop(found, target=target, confidence=confidence),
        **{f"consecutive_{need}": first(runs >= need) for need in (50, 100, 200)},
        "safe": first((runs >= 50) & (read >= math.ceil(total / 10))),
    }
