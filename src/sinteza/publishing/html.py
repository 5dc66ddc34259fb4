"""An edition as static pages that open from disk, in each of its languages.

No script, no network, no server: style and figures are in the pages' own folder. Numbers link to
their rows, rows to their sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from typing import Any

import jinja2
import msgspec
from markupsafe import Markup

from sinteza.i18n import Language
from sinteza.model.edition import Edition, EditionRecord
from sinteza.model.effect import Group, NetworkResult, PooledEffect
from sinteza.model.protocol import Analysis
from sinteza.model.study import Arm, Study
from sinteza.publishing import addresses, downloads, figures
from sinteza.publishing import words as vocabulary
from sinteza.publishing.words import Words

PAGES = ("index.html", "records.html", "studies.html", "maps.html")


def render(edition: Edition, languages: Iterable[str]) -> dict[str, bytes]:
    """Path to content of every file of the edition; the same edition gives the same bytes."""
    made = {"style.css": (files("sinteza.publishing") / "templates/style.css").read_bytes()}
    made["edition.json"] = msgspec.json.format(msgspec.json.encode(edition), indent=1) + b"\n"
    for name, content in downloads.tables(edition).items():
        made[f"data/{name}"] = content
    listed = list(languages)
    for code in listed:
        view = _View(edition, Language(code))
        for page in PAGES:
            made[f"{code}/{page}"] = view.page(page, listed).encode()
    made["index.html"] = _entrance(listed).encode()
    return made


def _entrance(languages: list[str]) -> str:
    links = "".join(
        f'<li><a lang="{code}" href="{code}/index.html">{Language(code).text("English")}</a></li>'
        for code in languages
    )
    first = languages[0]
    return (
        f'<!doctype html><html lang="{first}"><head><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="0; url={first}/index.html"><title>Sinteza</title>'
        f"</head><body><main><h1>Sinteza</h1><ul>{links}</ul></main></body></html>\n"
    )


class _View:
    """Everything the templates ask for, in one language."""

    def __init__(self, edition: Edition, lang: Language) -> None:
        self.edition = edition
        self.lang = lang
        self.words = Words(edition, lang)
        self.records = {record.id: record for record in edition.records}
        self.studies = {item.study.id: item for item in edition.studies}
        self.environment = jinja2.Environment(
            loader=jinja2.PackageLoader("sinteza.publishing", "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        self.environment.globals.update(
            _=lang.text,
            n_=lang.plural,
            e=edition,
            p=edition.protocol,
            lang=lang,
            code=lang.code,
            words=self.words,
            v=vocabulary,
            a=addresses,
            view=self,
        )

    def page(self, name: str, languages: list[str]) -> str:
        """One page; the other languages are linked from its head."""
        others = [Language(code) for code in languages if code != self.lang.code]
        return self.environment.get_template(name).render(page=name, others=others)

    def say(self, text: Any) -> str:
        """A bilingual text of the protocol."""
        return str(text[self.lang.code]) if text else ""

    def day(self, iso: str) -> str:
        """A date in words, as precise as it is known."""
        parts = [int(part) for part in iso[:10].split("-") if part.isdigit()]
        if len(parts) == 3:
            return self.lang.date(date(parts[0], parts[1], parts[2]))
        return iso

    def figure(self, kind: str, item: Any = None) -> list[tuple[str, Markup]]:
        """A figure in its layouts: (layout, SVG)."""
        made = []
        for layout in figures.LAYOUTS:
            if kind == "flow":
                svg = figures.flow_figure(self.edition, self.words, layout)
            elif kind == "map":
                svg = figures.map_figure(item, self.edition, self.words, layout)
            elif kind == "without":
                svg = figures.without_figure(item[0], item[1], self.words, layout)
            elif kind == "unverified":
                svg = figures.forest_figure(
                    item, self.edition, self.words, layout, name="unverified"
                )
            elif kind == "network":
                svg = figures.network_forest_figure(item, self.edition, self.words, layout)
            else:
                svg = figures.forest_figure(item, self.edition, self.words, layout)
            # The SVG is ours and escapes what it holds.
            made.append((layout, Markup(svg)))
        return made

    def graph(self, result: NetworkResult) -> Markup:
        """The graph of a network."""
        return Markup(figures.network_graph_figure(result, self.words))

    def specifications(self, plan: Analysis, group: Group) -> Markup:
        """The specification curve of a group, in the planned measure."""
        return Markup(figures.specification_figure(plan, group, self.words))

    def funnel(self, group: Group) -> Markup:
        """The funnel plot of a group."""
        return Markup(figures.funnel_figure(group, self.words))

    def league(self, result: NetworkResult) -> Markup:
        """The league table of a network."""
        return Markup(figures.league_table(result, self.words))

    def cite(self, record: EditionRecord) -> str:
        """Authors, at most three."""
        names = record.authors
        shown = ", ".join(names[:3])
        return f"{shown}, et al." if len(names) > 3 else shown

    def ratio(self, pooled: PooledEffect) -> str:
        """``RR 1.71 (1.28 to 2.28)``."""
        return f"{pooled.measure} {self.effect(pooled.estimate)} ({self.between(pooled)})"

    def effect(self, value: float | None) -> str:
        """A ratio with two decimals; beyond what a reader can use, only its side."""
        if value is not None and value > 1000:
            return f"> {self.lang.integer(1000)}"
        if value is not None and 0 < value < 0.005:
            return f"< {self.lang.number(0.01)}"
        return self.lang.number(value)

    def between(self, pooled: PooledEffect) -> str:
        """The confidence interval."""
        return self.span(pooled.ci_low, pooled.ci_high)

    def figures(self, written: str) -> str:
        """Figures as a reading writes them (``57/113, 50.4%``) with the language's decimal mark."""
        mark = self.lang.number(0.5, 1)[1]
        return re.sub(r"(?<=\d)\.(?=\d)", mark, written)

    def span(self, low: float | None, high: float | None) -> str:
        """Two bounds of a ratio."""
        if low is None or high is None:
            return self.lang.number(None)
        joint = self.lang.interval(0, 0, 0)[1:-1]
        return f"{self.effect(low)}{joint}{self.effect(high)}"

    def p_value(self, p: float | None) -> str:
        """``< 0.001`` or three decimals."""
        if p is None:
            return self.lang.number(None)
        if p < 0.001:
            return f"< {self.lang.number(0.001, 3)}"
        return self.lang.number(p, 3)

    def p_sign(self, p: float | None) -> str:
        """``< 0.001`` or ``= 0.034``, to stand after a p."""
        said = self.p_value(p)
        return said if said.startswith("<") else f"= {said}"

    def lists(self) -> list[tuple[str, str, list[EditionRecord]]]:
        """The lists of entries that the flow's boxes lead to: (name, title, entries)."""
        text, flow = self.lang.text, self.edition.flow

        def of(names: Iterable[str]) -> list[EditionRecord]:
            return [self.records[name] for name in names]

        made = [("include", text("Included"), of(flow.included.clusters))]
        if flow.undecided.count:
            made.append(("undecided", text("Undecided"), of(flow.undecided.clusters)))
        for reason, box in flow.reasons.items():
            made.append((f"reason-{reason}", self.words.reason(reason), of(box.clusters)))
        for reason, box in flow.full_reasons.items():
            title = text("In full: {reason}", reason=self.words.reason(reason))
            made.append((f"full-{reason}", title, of(box.clusters)))
        return made

    def merged(self) -> list[EditionRecord]:
        """Entries made of several records."""
        return [record for record in self.edition.records if len(record.members) > 1]

    def cells(self) -> list[tuple[Any, Any]]:
        """The filled cells of all maps with their map."""
        return [(t, c) for t in self.edition.maps for c in t.cells if c.records]

    def arms(self, reading: Study) -> dict[str, Arm]:
        """The arms of a reading by id."""
        return {arm.id: arm for arm in reading.arms}

    def by_people(self) -> int:
        """How many of the decisions that hold were made by people."""
        return sum(record.decided_by.startswith("person:") for record in self.edition.records)

    def windows(self) -> dict[str, Any]:
        """The protocol's windows by id."""
        return {window.id: window for window in self.edition.protocol.windows}

    def conflicts(self) -> list[Any]:
        """Values that two readers read differently."""
        return [c for s in self.edition.studies for c in s.comparisons if not c.agree]

    def open_sharings(self) -> list[Any]:
        """Pairs of listed studies that may tell of the same people, and nobody has said."""
        return [
            pair
            for pair in self.edition.sharings
            if pair.same is None and {pair.left, pair.right} <= set(self.studies)
        ]

    def compared(self) -> int:
        """How many values two readers read."""
        return sum(len(s.comparisons) for s in self.edition.studies)

    def findings(self) -> list[tuple[Any, Any, Any]]:
        """What the abstract reports: (plan, analysis group, pooled) of groups with two or more."""
        plans = {plan.id: plan for plan in self.edition.protocol.analyses}
        return [
            (plans[result.id], group, group.pooled)
            for result in self.edition.analyses
            for group in result.groups
            if group.pooled
        ]

    def disagreements(self) -> list[tuple[Any, Any]]:
        """Groups whose studies do not tell one story: (plan, group)."""
        plans = {plan.id: plan for plan in self.edition.protocol.analyses}
        return [
            (plans[result.id], group)
            for result in self.edition.analyses
            for group in result.groups
            if group.disagree
        ]

    def source_of(self, address: str) -> tuple[str, str]:
        """A source as (words, address to follow or nothing)."""
        if address.startswith("pmid:"):
            number = address[5:]
            return f"PubMed {number}", f"https://pubmed.ncbi.nlm.nih.gov/{number}/"
        if address.startswith(("http://", "https://")):
            return address.split("/")[2], address
        return address, ""
