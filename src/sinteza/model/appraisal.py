"""Judgments on how far results can be trusted."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class RiskOfBias(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One domain of RoB 2 for one study and outcome."""

    study: str
    outcome: str
    domain: str
    judgment: Literal["low", "some concerns", "high"]
    support: str = ""


class Certainty(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How certain a body of evidence is (GRADE), with the reasons it was rated down."""

    outcome: str
    rating: Literal["high", "moderate", "low", "very low"]
    reasons: tuple[str, ...] = ()
