"""A compact, exact notation of a tree, for tests and for reading (``explain --notation``).

``W`` word, ``P`` phrase, ``X``/``PX`` with wildcards, ``N(field,n,words)`` proximity, ``M``/``MJ``
heading (major), ``MQ``/``MQJ`` heading with subheading, ``SH`` ``PT`` ``NM`` ``PA`` controlled
names, ``J`` journal, ``LA`` language, ``AU`` ``AU1`` ``AUL`` ``FAU`` ``IR`` names (``AUX`` with a
wildcard), ``F(field,value)``, ``SB``, ``SPECIAL``, ``H`` history, ``D`` date range, ``D1`` date,
``REL`` relative date, ``PMIDS``, ``PMIDR``, ``PMCID``, ``ATM(unit)``; Booleans are binary and
fully parenthesized from left to right.
"""

from __future__ import annotations

from sinteza.query import dates
from sinteza.query.pubmed import written_date
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

_AUTHORS = {"au": "AU", "1au": "AU1", "lastau": "AUL", "fau": "FAU", "ir": "IR", "fir": "FIR"}
_CONCEPTS = {"sh": "SH", "pt": "PT", "nm": "NM", "pa": "PA"}


def notation(node: Node) -> str:
    """The tree in the notation of this module."""
    if isinstance(node, Boolean):
        written = notation(node.operands[0])
        for operand in node.operands[1:]:
            written = f"({written} {node.op} {notation(operand)})"
        return written
    return _leaf(node)


def _leaf(node: Node) -> str:
    match node:
        case Text():
            kind = ("P" if len(node.words) > 1 else "") + ("X" if node.wildcard else "")
            return f"{kind or 'W'}({node.field},{' '.join(node.words)})"
        case Proximity():
            return f"N({node.field},{node.distance},{' '.join(node.words)})"
        case Mesh():
            kind = ("MQ" if node.qualifier else "M") + ("J" if node.major else "")
            name = [_name(node.name, node.quoted), *([node.qualifier] if node.qualifier else [])]
            return f"{kind}({','.join([*name, _expansion(node.explode)])})"
        case Concept():
            name_text = _name(node.name, node.quoted)
            if node.field in ("nm", "pa"):  # these have nothing to explode
                return f"{_CONCEPTS[node.field]}({name_text})"
            return f"{_CONCEPTS[node.field]}({name_text},{_expansion(node.explode)})"
        case Author():
            if "*" in node.name:
                return f"{_AUTHORS.get(node.field, node.field.upper())}X({node.name.casefold()})"
            kind = _AUTHORS.get(node.field, "")
            if not kind:
                return f"F({node.field},{node.name.casefold()})"
            return f"{kind}({node.name.casefold()},{'exact' if node.exact else 'trunc'})"
        case Journal():
            return f"J({node.name.casefold()},{'exact' if node.exact else 'map'})"
        case Language():
            return f"LA({node.code})"
        case Value():
            return f"F({node.field},{node.text.casefold()})"
        case Subset():
            return f"SB({node.name.casefold()})"
        case Special():
            return f"SPECIAL({node.word})"
        case History():
            return f"H({node.number})"
        case DateRange():
            end = dates.written(node.last) if node.last else "OPEN"
            return f"D({node.field},{dates.written(node.first)},{end})"
        case SingleDate():
            return f"D1({node.field},{written_date(node)})"
        case RelativeDate():
            return f"REL({node.field},{node.count},{node.unit})"
        case PmidList():
            return f"PMIDS({','.join(map(str, node.pmids))})"
        case PmidRange():
            return f"PMIDR({node.first},{node.last})"
        case Pmcid():
            return f"PMCID(PMC{node.number})"
        case Atm():
            return f"ATM({' '.join(node.words)})"
    raise TypeError(f"not a leaf: {node!r}")


def _name(name: str, quoted: bool) -> str:
    folded = name.casefold()
    return f'"{folded}"' if quoted else folded


def _expansion(explode: bool) -> str:
    return "exp" if explode else "noexp"
