"""MeSH headings as MEDLINE prints them: ``Epilepsy/*drug therapy``."""

from __future__ import annotations

from sinteza.model.record import MeshHeading, MeshQualifier


def printed(heading: MeshHeading) -> str:
    """``*Epilepsy``, ``Epilepsy/*drug therapy/psychology``."""
    parts = [(heading.name, heading.major), *((q.name, q.major) for q in heading.qualifiers)]
    return "/".join(f"*{name}" if major else name for name, major in parts)


def parse(text: str) -> MeshHeading:
    """The heading of a printed one; unique ids are unknown to this form."""
    name, *qualifiers = text.split("/")
    return MeshHeading(
        name=name.removeprefix("*"),
        major=name.startswith("*"),
        qualifiers=tuple(
            MeshQualifier(name=part.removeprefix("*"), major=part.startswith("*"))
            for part in qualifiers
        ),
    )
