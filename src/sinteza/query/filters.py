"""Names of PubMed's filters that stand for an ordinary search."""

from __future__ import annotations

from sinteza.query.tree import Boolean, Concept, Language, Mesh, Node, Special, Subset


def _type(name: str) -> Concept:
    return Concept("pt", name, quoted=True)


_ALIASES: dict[str, Node] = {
    "booksdocs": Subset("pubmed books", True),
    "casereports": _type("case reports"),
    "clinicaltrial": _type("clinical trial"),
    "comparativestudy": _type("comparative study"),
    "controlledclinicaltrial": _type("controlled clinical trial"),
    "guideline": _type("guideline"),
    "meta-analysis": _type("meta-analysis"),
    "multicenterstudy": _type("multicenter study"),
    "observationalstudy": _type("observational study"),
    "practiceguideline": _type("practice guideline"),
    "preprint": _type("preprint"),
    "randomizedcontrolledtrial": _type("randomized controlled trial"),
    "review": _type("review"),
    "systematicreview": Subset("systematic"),
    "humans": Mesh("humans"),
    "animal": Mesh("animals", explode=False, quoted=True),
    "female": Mesh("female"),
    "male": Mesh("male"),
    "alladult": Mesh("adult"),
    "aged": Mesh("aged"),
    "allchild": Boolean("OR", (Mesh("infant"), Mesh("child"), Mesh("adolescent"))),
    "adolescent": Mesh("adolescent"),
    "newborn": Mesh("infant, newborn"),
    "allinfant": Mesh("infant"),
    "fft": Subset("full text"),
    "ffrft": Subset("free full text"),
    "fha": Special("hasabstract"),
    "hasabstract": Special("hasabstract"),
    **{
        name: Language(name)
        for name in (
            "chinese", "english", "french", "german", "italian", "japanese", "polish",
            "portuguese", "romanian", "russian", "spanish",
        )
    },
}  # fmt: skip


CLINICAL_QUERIES = {
    "therapy/narrow": "randomized controlled trial[pt] OR "
    "(randomized[tiab] AND controlled[tiab] AND trial[tiab])",
    "therapy/broad": "(clinical[tiab] AND trial[tiab]) OR clinical trials as topic[mh] OR "
    "clinical trial[pt] OR random*[tiab] OR random allocation[mh] OR therapeutic use[sh]",
}
"""Searches behind NLM's Clinical Queries filters (User Guide, "Clinical Queries Filters")."""


def filter_node(name: str, quoted: bool) -> Node:
    """What ``name[filter]`` searches (User Guide, "Filters"); a plain subset if it is no alias."""
    return _ALIASES.get(name.casefold().replace(" ", ""), Subset(name, quoted))
