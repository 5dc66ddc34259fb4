# ruff: noqa: E501 - tables of codes are read best on one line
"""Arithmetic on what was read. Findings are flags: a source's misprint is shown, not repaired."""

from __future__ import annotations

import msgspec

from sinteza.extraction.report import Report, ReportArm, ReportOutcome, ReportValue


def derived_events(percent: float, total: int, digits: int) -> int | None:
    """The only whole number of ``total`` that rounds to the printed percentage, or None.

    ``digits`` are the printed decimals. Where none or several numbers fit, nothing is derived.
    """
    if total <= 0 or not 0 <= percent <= 100:
        return None
    half = 0.5 * 10.0**-digits + 1e-9
    low = max(0, int((percent - half) * total / 100.0) - 1)
    fits = [
        n
        for n in range(low, min(total, int((percent + half) * total / 100.0) + 2) + 1)
        if abs(100.0 * n / total - percent) <= half
    ]
    return fits[0] if len(fits) == 1 else None


def decimals(percent: float) -> int:
    """Printed decimals of a percentage, as far as a number still shows them."""
    return len(f"{percent:g}".partition(".")[2])


_SHARES = {"RR25", "RR50", "RR75", "RR90", "SF", "AE", "SAE", "WDAE", "WD", "WDLOE", "COMP", "DEATH", "RETENTION", "LTFU", "FAIL"}  # fmt: skip


def check(report: Report) -> Report:
    """The report with flags on what does not add up, and events derived where one number fits."""
    arms = {arm.id: arm for arm in report.arms}
    changed = tuple(
        msgspec.structs.replace(
            item, values=tuple(_value(value, item, arms.get(value.arm)) for value in item.values)
        )
        for item in report.outcomes
    )
    changed = tuple(_alone(_ahead(item, arms), arms) for item in _order(changed))
    flags = list(report.flags)
    sizes = [arm.n_randomised for arm in report.arms if arm.role in ("intervention", "comparator")]
    n = report.population.n_randomised
    if n is not None and len(sizes) > 1 and all(size is not None for size in sizes):
        total = sum(size for size in sizes if size is not None)
        if total != n:
            flags.append("arms_do_not_add_up")
    return msgspec.structs.replace(report, outcomes=changed, flags=tuple(flags))


def _value(value: ReportValue, item: ReportOutcome, arm: ReportArm | None) -> ReportValue:
    flags = list(value.flags)
    derived = value.derived_events
    if value.events is not None and value.total is not None and value.events > value.total:
        flags.append("events_over_total")
    if item.code in _SHARES and value.percent is not None:
        if not 0 <= value.percent <= 100:
            flags.append("share_out_of_range")
        if value.events is not None and value.total:
            exact = 100.0 * value.events / value.total
            if abs(exact - value.percent) > 0.5 * 10.0 ** -decimals(value.percent) + 0.05:
                flags.append("percent_is_not_events_of_total")
        elif value.events is None:
            size = _size(arm)
            if size:
                derived = derived_events(value.percent, size, decimals(value.percent))
        elif arm is not None:
            size = _size(arm)
            if size and value.events > size:
                flags.append("events_over_arm")
    if flags:
        return msgspec.structs.replace(
            value, flags=tuple(dict.fromkeys(flags)), needs_look=True, derived_events=derived
        )
    return msgspec.structs.replace(value, derived_events=derived)


def _ahead(item: ReportOutcome, arms: dict[str, ReportArm]) -> ReportOutcome:
    """A comparator better than every active arm, or told alone: the trace of arms confused."""
    if item.code not in ("RR25", "RR50", "RR75", "RR90", "SF", "MPC", "MEANPC", "PCRED"):
        return item
    shares: dict[str, list[float]] = {"intervention": [], "comparator": []}
    for value in item.values:
        arm = arms.get(value.arm)
        if arm is None or value.percent is None:
            continue
        role = "intervention" if arm.name.endswith(" all doses") else arm.role
        if role in shares:
            shares[role].append(value.percent)
    if not shares["comparator"]:
        return item
    flag = "comparator_alone"
    if shares["intervention"]:
        if max(shares["comparator"]) <= max(shares["intervention"]):
            return item
        flag = "comparator_ahead"
    marked = tuple(
        msgspec.structs.replace(value, flags=(*value.flags, flag), needs_look=True)
        for value in item.values
    )
    return msgspec.structs.replace(item, values=marked)


def _alone(item: ReportOutcome, arms: dict[str, ReportArm]) -> ReportOutcome:
    """A figure of one arm without the other's, or two for one arm: who is meant is less sure."""
    if item.code == "PCPBO" or not any(arm.role == "comparator" for arm in arms.values()):
        return item
    told = [value.arm for value in item.values]
    flag = ""
    if len(set(told)) < len(told):
        flag = "same_arm_twice"
    elif len(told) == 1 and told[0] in arms and arms[told[0]].role != "pooled":
        flag = "one_arm_alone"
    if not flag:
        return item
    marked = tuple(
        msgspec.structs.replace(value, flags=(*value.flags, flag), needs_look=True)
        for value in item.values
    )
    return msgspec.structs.replace(item, values=marked)


def _size(arm: ReportArm | None) -> int | None:
    if arm is None:
        return None
    return arm.n_analysed if arm.n_analysed is not None else arm.n_randomised


def _order(items: tuple[ReportOutcome, ...]) -> tuple[ReportOutcome, ...]:
    """Nobody is free of seizures who is no responder: shares must fall as the bar rises."""
    ladder = ("RR25", "RR50", "RR75", "RR90", "SF")
    share: dict[tuple[str, str, str | None, str | None], float] = {}
    for item in items:
        for value in item.values:
            if item.code in ladder and value.percent is not None:
                share.setdefault((value.arm, item.code, item.subset, item.period), value.percent)
    out = []
    for item in items:
        values = []
        for value in item.values:
            if item.code in ladder and value.percent is not None:
                lower = ladder[: ladder.index(item.code)]
                under = [share.get((value.arm, code, item.subset, item.period)) for code in lower]
                if any(other is not None and other < value.percent for other in under):
                    value = msgspec.structs.replace(
                        value, flags=(*value.flags, "above_a_lower_bar"), needs_look=True
                    )
            values.append(value)
        out.append(msgspec.structs.replace(item, values=tuple(values)))
    return tuple(out)
