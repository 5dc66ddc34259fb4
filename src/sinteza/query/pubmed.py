"""Print a tree in PubMed's language, with the field names PubMed's own translations use."""

from __future__ import annotations

from sinteza.query import dates
from sinteza.query.fields import BY_KEY
from sinteza.query.tree import (
    Atm,
    Author,
    Boolean,
    Concept,
    DateRange,
    History,
    Journal,
    Language,
    Mesh,
    Node,
    Pmcid,
    PmidList,
    PmidRange,
    Proximity,
    RelativeDate,
    SingleDate,
    Special,
    Subset,
    Text,
    Value,
)


def to_pubmed(node: Node, *, short: bool = False) -> str:
    """The query as text; parsing it gives the same tree.

    ``short`` writes the short tags people type (``[tiab]``) for PubMed's long ones.
    """
    return _Printer(short).node(node)


class _Printer:
    def __init__(self, short: bool) -> None:
        self.short = short

    def tagged(self, text: str, field: str, quoted: bool, modifier: str = "") -> str:
        name = field if self.short else BY_KEY[field].name
        term = f'"{text}"' if quoted else text
        return f"{term}[{name}{modifier}]"

    def node(self, node: Node) -> str:
        if isinstance(node, Boolean):
            first, *others = node.operands
            # a left operand of the same operator was flattened by `join`; any other reads the
            # same with or without parentheses, and PubMed prints them
            parts = [self.group(first), *(self.group(other) for other in others)]
            return f" {node.op} ".join(parts)
        return self.leaf(node)

    def group(self, node: Node) -> str:
        return f"({self.node(node)})" if isinstance(node, Boolean) else self.node(node)

    def leaf(self, node: Node) -> str:
        match node:
            case Atm(text=text):
                return text
            case Text(field=field, text=text, quoted=quoted):
                return self.tagged(text, field, quoted)
            case Proximity(field=field, text=text, distance=distance):
                return self.tagged(text, field, True, f":~{distance}")
            case Mesh():
                name = f"{node.name}/{node.qualifier}" if node.qualifier else node.name
                field = "majr" if node.major else "mh"
                return self.tagged(name, field, node.quoted, "" if node.explode else ":noexp")
            case Concept():
                modifier = "" if node.explode else ":noexp"
                return self.tagged(node.name, node.field, node.quoted, modifier)
            case Author():
                return self.tagged(node.name, node.field, node.exact)
            case Journal():
                return self.tagged(node.name, "ta", node.exact)
            case Language():
                return self.tagged(node.name, "la", node.quoted)
            case Value():
                return self.tagged(node.text, node.field, node.quoted)
            case Subset():
                return self.tagged(node.name, "sb", node.quoted)
            case DateRange(field=field, first=first, last=last):
                end = dates.written(last) if last else str(dates.OPEN_YEAR)
                return self.tagged(f"{dates.written(first)}:{end}", field, False)
            case SingleDate():
                return self.tagged(written_date(node), node.field, False)
            case RelativeDate():
                return self.tagged(f"last {node.count} {node.unit}", node.field, True)
            case PmidList(pmids=pmids):
                return self.tagged(" ".join(map(str, pmids)), "pmid", False)
            case PmidRange(first=low, last=high):
                return self.tagged(f"{low}:{high}", "pmid", False)
            case Pmcid(number=number):
                return f"PMC{number}"
            case Special(word=word):
                return word
            case History(number=number):
                return f"#{number}"
        raise TypeError(f"not a node: {node!r}")


def written_date(node: SingleDate) -> str:
    """yyyy, yyyy/mm or yyyy/mm/dd."""
    parts = [f"{node.year:04d}"]
    parts += [f"{part:02d}" for part in (node.month, node.day) if part is not None]
    return "/".join(parts)
