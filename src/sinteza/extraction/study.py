"""What was read from a report, as a study of the review."""

from __future__ import annotations

from hashlib import sha256

from sinteza.extraction.report import Report, ReportArm, ReportOutcome, ReportValue
from sinteza.model.record import Record
from sinteza.model.study import Arm, ArmResult, Quote, Study

_ROLES = {
    "intervention": "intervention",
    "comparator": "comparator",
    "pooled": "pooled",
    "single_arm": "single_arm",
}
_CONTROLS = {"placebo", "sham", "usual_care"}


def study(report: Report, record: Record) -> Study:
    """A study with the report's arms and results; outcomes keep their extraction codes.

    Printed events stay as printed. Where only a percentage is printed and exactly one whole number
    of the arm's size rounds to it, ``events`` is that number, ``total`` the arm's size and
    ``derived`` is ``percent``. Every result carries its quote (the place in
    the abstract or, with the section's label, in the body, and the digest of the words), the
    extractor's name and its confidence; ``needs_look`` becomes the flag of that name.
    """
    document = f"pmid:{report.pmid}" if report.pmid else report.id
    arms = {arm.id: arm for arm in report.arms}
    return Study(
        id=f"pmid-{report.pmid}" if report.pmid else report.id,
        label=_label(record),
        reports=(document,),
        design=report.design.type,
        year=report.year,
        registry_ids=report.registry,
        domain=report.domain,
        drug_resistant=report.population.drug_resistant or "",
        age_group=report.population.age_group or "",
        blinding=report.design.blinding or "",
        control=report.design.control or "",
        n_randomized=report.population.n_randomised,
        arms=tuple(_arm(arm, report) for arm in report.arms),
        results=tuple(
            _result(value, outcome, arms.get(value.arm), report, record, document)
            for outcome in report.outcomes
            for value in outcome.values
        ),
        source=document,
        place="abstract",
        read_by=report.extractor,
        by_machine=True,
        notes="; ".join(report.flags),
    )


def _label(record: Record) -> str:
    who = record.authors[0].short if record.authors else record.id
    return f"{who} {record.year or ''}".strip()


def _arm(arm: ReportArm, report: Report) -> Arm:
    control = report.design.control or ""
    return Arm(
        id=arm.id,
        role=_ROLES[arm.role],  # type: ignore[arg-type] # the keys are the roles
        intervention=arm.name,
        control=control if arm.role == "comparator" and control in _CONTROLS else "",
        dose=arm.dose,
        n_randomized=arm.n_randomised,
        n_analyzed=arm.n_analysed,
    )


def _result(
    value: ReportValue,
    outcome: ReportOutcome,
    arm: ReportArm | None,
    report: Report,
    record: Record,
    document: str,
) -> ArmResult:
    events, total, derived = value.events, value.total, ""
    if events is None and value.derived_events is not None and arm is not None:
        events = value.derived_events
        total = arm.n_analysed if arm.n_analysed is not None else arm.n_randomised
        derived = "percent"
    flags = (*value.flags, "needs_look") if value.needs_look else value.flags
    section = outcome.evidence.section or "abstract"
    quoted = record.passage(section)[outcome.evidence.start : outcome.evidence.end]
    return ArmResult(
        arm=value.arm,
        outcome=outcome.code,
        events=events,
        total=total,
        percent=value.percent if value.percent is not None else value.percent_min,
        percent_max=value.percent_max,
        derived=derived,
        subset=outcome.subset or "",
        period=outcome.period or "",
        quote=Quote(
            document=document,
            section=section,
            start=outcome.evidence.start,
            end=outcome.evidence.end,
            digest=sha256(quoted.encode()).hexdigest(),
        ),
        actor=f"model:{report.extractor}",
        confidence=value.confidence,
        flags=flags,
    )
