"""Arms while they are being read, and the places of a sentence that name them."""

from __future__ import annotations

from dataclasses import dataclass

from sinteza.extraction.doses import written

OPEN_ARM = "open-label extension"


@dataclass(slots=True)
class ArmDraft:
    """An arm while it is being read. ``doses`` are figures as printed."""

    role: str
    drug: str
    doses: tuple[str, ...] = ()
    unit: str = ""
    variant: str = ""
    n_randomized: int | None = None
    n_analyzed: int | None = None

    @property
    def open(self) -> bool:
        """True for the arm of open treatment after a blinded part."""
        return self.variant.startswith(OPEN_ARM)

    @property
    def name(self) -> str:
        """As a reader would write it: ``brivaracetam 50 mg/day``."""
        dose = "-".join(map(written, self.doses))
        return " ".join(filter(None, [self.drug, self.variant, f"{dose} {self.unit}".strip()]))


@dataclass(slots=True)
class Mention:
    """Arms named at one place of a sentence. ``vague`` names a drug without the dose it needs."""

    start: int
    end: int
    arms: tuple[int, ...]
    vague: bool = False
    every: bool = False
