"""Judgments on records, and who made them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Stage = Literal["title_abstract", "full_text"]
Verdict = Literal["include", "exclude", "maybe"]


class Actor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who acted: a person by name, a named rule or a model with its version."""

    kind: Literal["person", "rule", "model"]
    name: str
    version: str = ""

    @property
    def key(self) -> str:
        """Who, whatever the version: a newer version replaces what the older one said."""
        return f"{self.kind}:{self.name}"

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" + (f"/{self.version}" if self.version else "")


class Decision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A verdict on a cluster at a stage. ``reason`` is a criterion's id out of the protocol."""

    cluster: str
    stage: Stage
    verdict: Verdict
    actor: Actor
    reason: str = ""
    note: str = ""


class Assignment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A concept of the taxonomy found in a record.

    ``field`` is where (title, abstract, mesh, keywords, fact), ``start``/``end`` the characters of
    that field (for ``abstract``: of :attr:`Record.abstract_text`), ``count`` how often there.
    ``polarity`` is ``absent`` for negated mentions; ``about`` marks what the report studies rather
    than mentions.
    """

    cluster: str
    concept: str
    actor: Actor
    field: str
    start: int | None = None
    end: int | None = None
    count: int = 1
    polarity: Literal["present", "absent"] = "present"
    weight: float = 1.0
    about: bool = False
