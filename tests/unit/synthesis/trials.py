"""Trials of our own to synthesize; numbers are chosen so that results can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sinteza.model.protocol import Analysis, Bilingual, Outcome
from sinteza.model.study import Arm, ArmResult, Study

ABOVE = {"lev": ("drug",), "brv": ("drug",), "vns": ("device",)}


def ancestors(name: str) -> Sequence[str]:
    return ABOVE.get(name, ())


def both(text: str) -> Bilingual:
    return Bilingual(en=text, ro=text)


RESPONSE = Outcome(id="response", label=both("response"), definition=both("x"), codes=("RR50",))
PLAN = Analysis(
    id="plan",
    label=both("plan"),
    outcome="response",
    measure="RR",
    method="DL",
    test="z",
    groups=("drug", "device"),
)


def trial(name: str, *cells: tuple[str, int, int], **attributes: Any) -> Study:
    """``trial("a", ("lev", 10, 50), ("placebo", 5, 50))``: treatments and one placebo arm."""
    arms, results = [], []
    verified = attributes.pop("verified", True)
    for number, (concept, events, total) in enumerate(cells):
        control = concept if concept in ("placebo", "sham") else ""
        arms.append(
            Arm(
                id=f"a{number}",
                role="comparator" if control else "intervention",
                intervention=concept,
                concept="" if control else concept,
                control=control,
                n_randomized=total,
            )
        )
        results.append(
            ArmResult(arm=f"a{number}", outcome="RR50", events=events, verified=verified)
        )
    attributes = {"label": name.upper(), "design": "rct_parallel", "year": 2000} | attributes
    return Study(id=name, arms=tuple(arms), results=tuple(results), **attributes)
