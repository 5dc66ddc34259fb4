"""Ovid MEDLINE's syntax, in and out: so that published strategies can be run again.

Read: numbered or plain lines, ``exp X/``, ``*X/``, ``X/dt,su``, ``adj3``, ``.ti,ab.``, ``$`` ``?``
``#``, ``or/1-4``, ``limit 5 to ...``. The result is the tree of :mod:`sinteza.query.tree`, in terms
PubMed has. Where PubMed has no equal the nearest broader search is taken and a note says so; a
search that would become narrower unnoticed is refused.

Operators bind as in Ovid: adj first, then NOT and AND, then OR.
"""

from __future__ import annotations

import itertools
import re
import string
from dataclasses import dataclass, field
from functools import reduce
from typing import Literal, TypeAlias

from sinteza.errors import QueryError
from sinteza.query import dates
from sinteza.query.fields import SUBHEADINGS, subheading
from sinteza.query.lexer import straighten
from sinteza.query.strategy import numbered_lines
from sinteza.query.tree import (
    MIN_WILDCARD,
    Atm,
    Author,
    Boolean,
    Concept,
    DateRange,
    Journal,
    Language,
    Mesh,
    Node,
    Note,
    PmidList,
    Proximity,
    Query,
    SingleDate,
    Special,
    Text,
    Value,
    join,
    tokenize,
)

FIELDS: dict[str, str] = {
    "ti": "ti", "ab": "tiab", "tw": "tiab", "kw": "ot", "kf": "ot", "mp": "tw", "af": "all",
    "hw": "tw", "ot": "tt", "in": "ad", "nm": "nm", "rn": "rn", "pt": "pt", "fs": "sh",
    "sh": "mh", "mh": "mh", "xm": "mh", "au": "au", "jn": "ta", "jw": "ta", "jx": "ta", "lg": "la",
    "la": "la", "ui": "pmid", "gr": "gr", "cp": "pl", "is": "ta", "vo": "vi", "ip": "ip",
    "pg": "pg", "yr": "dp", "dp": "dp", "ed": "edat", "ez": "edat", "dt": "crdt", "px": "tw",
    "me": "mh", "kp": "ot", "tx": "all", "cn": "cn", "id": "ot", "so": "ta",
    "xs": "sh", "em": "edat", "rw": "rn", "bt": "ti", "cm": "cm",
}  # fmt: skip
"""PubMed's nearest field of each Ovid MEDLINE field (Ovid, "MEDLINE Database Guide")."""

BROADER = {
    "ab": "PubMed has no abstract-only field: [tiab] also searches titles",
    "mp": ".mp. is searched as [tw], which has the same parts but not quite the same words",
    "hw": "heading words are searched as [tw]",
    "px": "this field is searched as [tw]",
}
MAX_VARIANTS = 27**2
"""Most spellings written out for ``?`` and ``#`` of one term."""
MAX_PAIRS = 60
"""Most pairs written out for one adjacency."""

_FIELD_LIST = r"[a-z]{2}(?:\s*,\s*[a-z]{2})*"
_KNOWN = rf"(?:{'|'.join(FIELDS)})"
_KNOWN_LIST = rf"{_KNOWN}(?:\s*,\s*{_KNOWN})*"
# .ti,ab. at the end of a term, or closed by its own point wherever it stands (.pt.or ...);
# .ti. ab . is how some reviews print it
_IN = (
    rf"\.\s*(?:{_KNOWN}(?:\s*\.\s*{_KNOWN})+(?:\s*\.|(?=[\s)]|$))"
    rf"|{_FIELD_LIST}\b(?:\.(?=[\s().,;]|$)|(?=[\s(),;]|$))"
    rf"|{_KNOWN_LIST}\.(?=\w))"
)
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
    | (?P<lines>\b(?:or|and)\s*/\s*\d+(?:\s*[-,]\s*\d+)*)
    | (?P<fields>{_IN})
    | (?P<slash>/(?:(?!or\b|and\b|not\b)(?:{_FIELD_LIST})(?=[\s)]|$))?)
    | (?P<paren>[()])
    | "(?P<quoted>[^"]*)"
    | (?P<word>(?:(?!{_IN})[^\s()"/])+)
    | (?P<rest>.)""",
    re.VERBOSE | re.IGNORECASE,
)
_LIMIT = re.compile(r"limit\s+(\d+)\s+to\s+(.*)", re.IGNORECASE)
_ADJ = re.compile(r"(?:adj|near)/?(\d*)", re.IGNORECASE)


@dataclass(frozen=True)
class _Term:
    text: str
    at: int


@dataclass(frozen=True)
class _Heading:
    name: str
    explode: bool
    major: bool
    qualifiers: tuple[str, ...]
    at: int


@dataclass(frozen=True)
class _Line:
    number: int
    at: int


@dataclass(frozen=True)
class _Near:
    parts: tuple[_Part, ...]
    distance: int
    at: int


@dataclass(frozen=True)
class _Join:
    op: Literal["AND", "OR", "NOT"]
    parts: tuple[_Part, ...]


@dataclass(frozen=True)
class _In:
    part: _Part
    fields: tuple[str, ...]
    at: int


_Part: TypeAlias = _Term | _Heading | _Line | _Near | _Join | _In


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def parse_ovid(text: str) -> Query:
    """Read a strategy in Ovid MEDLINE's syntax; the tree is that of its last line.

    Raises QueryError with the place of what cannot be read or has no equal in PubMed.
    """
    return _Strategy(text).query()


@dataclass
class _Strategy:
    text: str
    notes: list[Note] = field(default_factory=list)
    lines: dict[int, Node] = field(default_factory=dict)

    def error(self, code: str, what: str, at: int, hint: str = "") -> QueryError:
        return QueryError(what, query=self.text, position=at, code=code, hint=hint or None)

    def note(self, code: str, message: str, at: int, hint: str = "") -> None:
        end = min(at + 1, len(self.text))
        if not any(note.code == code and note.message == message for note in self.notes):
            self.notes.append(Note(code=code, message=message, start=at, end=end, hint=hint))

    def query(self) -> Query:
        plain, notes = straighten(self.text)
        self.notes += notes
        # straightening turned the line ends into spaces: they are where they were
        plain = "".join("\n" if self.text[at] in "\r\n" else char for at, char in enumerate(plain))
        # annotations such as [mp=title, ...] become spaces, so that places stay what they were
        plain = re.sub(r"\[[^\[\]]*\]", lambda found: " " * len(found.group()), plain)
        node: Node | None = None
        for number, content, at in numbered_lines(plain):
            if limit := _LIMIT.fullmatch(content.strip()):
                node = self.limited(limit, at)
            else:
                part = _Reader(self, content, at).part()
                node = self.lower(part, ("mp",))
            self.lines[number] = node
        if node is None:
            raise self.error("E-EMPTY", "The strategy has no line", 0)
        return Query(text=self.text, root=node, notes=tuple(self.notes))

    # ---- from Ovid's parts to PubMed's nodes

    def line(self, part: _Line) -> Node:
        if part.number not in self.lines:
            raise self.error("E-HISTORY", f"There is no line {part.number} before this", part.at)
        return self.lines[part.number]

    def lower(self, part: _Part, fields: tuple[str, ...]) -> Node:
        match part:
            case _In(part=inner, fields=own):
                return self.lower(inner, own)
            case _Line():
                return self.line(part)
            case _Heading():
                return self.heading(part)
            case _Join(op=op, parts=parts):
                nodes = [self.lower(inner, fields) for inner in parts]
                return reduce(lambda left, right: join(op, left, right), nodes)
            case _Near():
                return self.near(part, fields)
            case _Term():
                return self.term(part, fields)

    def heading(self, part: _Heading) -> Node:
        name = " ".join(re.sub(r"[()]", " ", part.name).split())
        qualifiers = []
        for code in part.qualifiers:
            known = subheading(code)
            if known is None:
                raise self.error("E-SUBHEADING", f"MeSH has no subheading '{code}'", part.at)
            qualifiers.append(known)
        if not qualifiers:
            return Mesh(name, None, part.major, part.explode, True)
        nodes: list[Node] = [
            Mesh(name, qualifier, part.major, part.explode, True) for qualifier in qualifiers
        ]
        return nodes[0] if len(nodes) == 1 else Boolean("OR", tuple(nodes))

    def fields(self, ovid: tuple[str, ...], at: int) -> list[str]:
        found: list[str] = []
        for name in ovid:
            if name not in FIELDS:
                raise self.error("E-FIELD-UNKNOWN", f"Ovid MEDLINE has no field .{name}.", at)
            alone = not (name == "ab" and "ti" in ovid)
            if name in BROADER and alone:
                self.note("W-BROADER", BROADER[name], at)
            if FIELDS[name] not in found:
                found.append(FIELDS[name])
        if "tiab" in found:  # [tiab] holds titles and author keywords too
            found = [name for name in found if name not in ("ti", "ot")]
        if "tw" in found:
            found = [name for name in found if name not in ("ti", "tiab", "ot")]
        return found

    def term(self, part: _Term, ovid: tuple[str, ...]) -> Node:
        nodes: list[Node] = []
        for key in self.fields(ovid, part.at):
            nodes += [self.leaf(key, spelling, part.at) for spelling in self.spellings(part)]
        unique = list(dict.fromkeys(nodes))
        return unique[0] if len(unique) == 1 else Boolean("OR", tuple(unique))

    def leaf(self, key: str, text: str, at: int) -> Node:
        if key == "mh":
            return Mesh(text, explode=False, quoted=True)
        if key == "sh":
            known = subheading(text)
            if known is None:
                raise self.error("E-SUBHEADING", f"MeSH has no subheading '{text}'", at)
            return Concept("sh", known, False, True)
        if key == "cm" and text.casefold() in ("comment on", "comment in"):
            return Special("has" + text.casefold().replace(" ", ""))
        if key in ("pt", "nm"):
            return Concept("pt" if key == "pt" else "nm", text, False, True)
        if key == "au":
            return Author("au", text.rstrip("*"), not text.endswith("*"))
        if key == "ta":
            return Journal(text, False)
        if key == "la":
            return Language(text)
        if key == "pmid" and text.isdecimal():
            return PmidList((int(text),))
        if key in ("dp", "edat", "crdt"):
            point = dates.point(_slashed(text.rstrip("*")))
            if point is None:
                raise self.error("E-DATE", f"'{text}' is not a date", at)
            return SingleDate(key, point.year, point.month, point.day)
        if key in ("rn", "gr", "pl", "vi", "ip", "pg"):
            return Value(key, text, True)
        if key == "cm":
            raise self.error("E-NO-EQUAL", f"PubMed has no equal for '{text}'.cm.", at)
        if not tokenize(text):
            raise self.error("E-EMPTY", f"'{text}' has no word to search for", at)
        if "*" in text and "*" not in "".join(tokenize(text, wildcards=True)):
            self.note(
                "W-WILDCARD-SHORT",
                f"PubMed reads '{text}' without its wildcard (four characters must stand before)",
                at,
                "Write the words out, joined by OR.",
            )
        return Text(key, text, True)

    def spellings(self, part: _Term) -> list[str]:
        """The term in PubMed's wildcards; ``?`` (none or one) and ``#`` (one) written out."""
        text = re.sub(r"[$*]\d*|(?<=\w):(?!\S)", "*", part.text)
        text = " ".join(text.strip(" ,;:").split())
        places = len(re.findall(r"[?#]", text))
        if places == 0:
            return [text]
        letters = list(string.ascii_lowercase)
        pieces = re.split(r"([?#])", text)
        options = [
            ["", *letters] if piece == "?" else letters if piece == "#" else [piece]
            for piece in pieces
        ]
        if 27**places <= MAX_VARIANTS:
            return ["".join(choice) for choice in itertools.product(*options)]
        first = re.search(r"(\w*)[?#]", text)
        if first and len(first.group(1)) >= MIN_WILDCARD:
            self.note("W-BROADER", f"'{part.text}' is searched with '*' for '?' and '#'", part.at)
            return [re.sub(r"[?#]", "*", text)]
        raise self.error(
            "E-NO-EQUAL",
            f"PubMed has no equal for '{part.text}'",
            part.at,
            "Write the spellings out, joined by OR.",
        )

    def near(self, part: _Near, ovid: tuple[str, ...]) -> Node:
        sides = [self.alternatives(side) for side in part.parts]
        keys = self.fields(ovid, part.at)
        usable = all(key in ("ti", "tiab") for key in keys) and all(
            side is not None and not any(re.search(r"[$*?#]", term.text) for term in side)
            for side in sides
        )
        size = 1
        for side in sides:
            size *= len(side or ())
        if usable and 0 < size <= MAX_PAIRS:
            nodes: list[Node] = [
                Proximity(key, " ".join(term.text for term in choice), part.distance)
                for key in keys
                for choice in itertools.product(*(side or [] for side in sides))
            ]
            return nodes[0] if len(nodes) == 1 else Boolean("OR", tuple(nodes))
        self.note(
            "W-BROADER",
            "PubMed's proximity takes no wildcards, only few words and only [ti] and [tiab]: "
            "this 'adj' is searched as AND",
            part.at,
        )
        lowered = [self.lower(side, ovid) for side in part.parts]
        return reduce(lambda left, right: join("AND", left, right), lowered)

    def alternatives(self, part: _Part) -> list[_Term] | None:
        """The terms of ``a`` or ``(a or b)``; None for anything else."""
        if isinstance(part, _Term):
            return [part]
        if isinstance(part, _Join) and part.op == "OR":
            found: list[_Term] = []
            for inner in part.parts:
                terms = self.alternatives(inner)
                if terms is None:
                    return None
                found += terms
            return found
        return None

    def limited(self, limit: re.Match[str], at: int) -> Node:
        base = self.line(_Line(int(limit.group(1)), at))
        for wanted in re.split(r"\band\b", limit.group(2).strip(' ()."'), flags=re.IGNORECASE):
            clause = self.limit(wanted.strip(' ()".'), at)
            if clause is not None:
                base = join("AND", base, clause)
        return base

    def limit(self, wanted: str, at: int) -> Node | None:
        folded = wanted.casefold()
        if dated := re.match(r"(yr|ed|ez|dt|rd)\s*=\s*\"?\s*([\d]+)\s*-\s*(\d+|current)", folded):
            name, low, high = dated.groups()
            key = FIELDS.get(name, "lr")
            first = dates.point(_slashed(low))
            last = None if high == "current" else dates.point(_slashed(high))
            if first is None or (last is None and high != "current"):
                raise self.error("E-DATE", f"'{wanted}' is not a range of dates", at)
            return DateRange(key, first.first, last.last if last else None)
        if single := re.match(r"yr\s*=\s*\"?(\d{4})", folded):
            year = int(single.group(1))
            return SingleDate("dp", year)
        if folded.endswith(" language"):
            return Language(folded.removesuffix(" language"))
        simple: dict[str, Node] = {
            "humans": Mesh("humans"), "human": Mesh("humans"),
            "animals": Mesh("animals", explode=False),
            "female": Mesh("female"), "male": Mesh("male"),
        }  # fmt: skip
        if folded in simple:
            return simple[folded]
        if types := re.fullmatch(r"(?:\")?([a-z ,-]+?)(?:/all)?", folded):
            name = types.group(1).strip()
            if re.search(r"trial|review|study|guideline|meta", name):
                return Concept("pt", name, True, True)
        self.note("W-NO-EQUAL", f"The limit '{wanted}' has no equal here and is left out", at)
        return None


def _slashed(digits: str) -> str:
    parts = [digits[:4], digits[4:6], digits[6:8]]
    return "/".join(part for part in parts if part)


class _Reader:
    """One line of Ovid's syntax."""

    def __init__(self, strategy: _Strategy, content: str, offset: int) -> None:
        self.strategy = strategy
        self.tokens = [
            _Token(
                match.lastgroup or "rest", match.group(match.lastgroup or 0), match.start() + offset
            )
            for match in _TOKEN.finditer(content)
            if match.lastgroup != "space"
        ]
        self.end = offset + len(content)
        self.at = 0
        self.depth = 0

    def peek(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _Token("end", "", self.end)

    def take(self) -> _Token:
        token = self.peek()
        self.at += 1
        return token

    def part(self) -> _Part:
        found = self.either()
        token = self.peek()
        if token.kind == "paren":
            raise self.strategy.error(
                "E-PAREN", "This parenthesis closes nothing", token.at, "Take it away."
            )
        if token.kind != "end":
            raise self.strategy.error("E-OVID", f"'{token.text}' cannot stand here", token.at)
        return found

    def operator(self) -> str:
        token = self.peek()
        folded = token.text.casefold()
        if token.kind == "word" and folded in ("and", "or", "not"):
            return folded
        if token.kind == "word" and _ADJ.fullmatch(folded):
            return "adj"
        return ""

    def either(self) -> _Part:
        parts = [self.both()]
        while self.operator() == "or":
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else _Join("OR", tuple(parts))

    def both(self) -> _Part:
        left = self.beside()
        while (word := self.operator()) in ("and", "not"):
            self.take()
            op: Literal["AND", "NOT"] = "AND"
            if word == "not" or self.operator() == "not":
                op = "NOT"
                if word == "and":
                    self.take()
            right = self.beside()
            if isinstance(left, _Join) and left.op == op:
                left = _Join(op, (*left.parts, right))
            else:
                left = _Join(op, (left, right))
        return left

    def beside(self) -> _Part:
        parts = [self.unit()]
        distances = []
        start = self.peek().at
        while self.operator() == "adj":
            found = _ADJ.fullmatch(self.take().text)
            assert found is not None
            distances.append(max(int(found.group(1) or 1) - 1, 0))
            parts.append(self.unit())
        if len(parts) == 1:
            return parts[0]
        if len(set(distances)) > 1:
            self.strategy.note(
                "W-BROADER", "Different 'adj' distances in one chain: the largest is used", start
            )
        return _Near(tuple(parts), max(distances), start)

    def unit(self) -> _Part:
        token = self.peek()
        if token.kind == "paren" and token.text == "(":
            self.take()
            self.depth += 1
            if self.depth > 100:
                raise self.strategy.error("E-TOO-DEEP", "Too many parentheses", token.at)
            inner = self.either()
            closing = self.take()
            if closing.text != ")":
                raise self.strategy.error(
                    "E-PAREN", "This parenthesis is never closed", token.at, "Close it."
                )
            self.depth -= 1
            return self.within(inner)
        if token.kind == "lines":
            return self.several(self.take())
        if token.kind in ("word", "quoted"):
            return self.words()
        if token.kind == "end":
            raise self.strategy.error(
                "E-EMPTY", "A term is missing at the end", max(self.end - 1, 0)
            )
        raise self.strategy.error("E-OVID", f"'{token.text}' cannot stand here", token.at)

    def within(self, part: _Part) -> _Part:
        token = self.peek()
        if token.kind != "fields":
            return part
        self.take()
        names = tuple(name.strip() for name in re.split(r"[.,]", token.text.casefold().strip(". ")))
        return _In(part, names, token.at)

    def several(self, token: _Token) -> _Part:
        op = "OR" if token.text.casefold().startswith("or") else "AND"
        numbers: list[int] = []
        for piece in token.text.split("/", 1)[1].split(","):
            low, _, high = piece.partition("-")
            numbers += range(int(low), int(high or low) + 1)
        parts = tuple(_Line(number, token.at) for number in numbers)
        return parts[0] if len(parts) == 1 else _Join("OR" if op == "OR" else "AND", parts)

    def words(self) -> _Part:
        """A heading, a line number, or a term, up to the next operator."""
        taken: list[_Token] = []
        while self.peek().kind in ("word", "quoted") and not self.operator():
            taken.append(self.take())
        if not taken:
            token = self.peek()
            raise self.strategy.error("E-OVID", f"'{token.text}' has nothing to join", token.at)
        if self.peek().kind == "slash":
            return self.heading(taken, self.take())
        text = " ".join(token.text for token in taken)
        lone = text.lstrip("#").rstrip(".,;")
        fielded = self.peek().kind == "fields"
        if lone.isdecimal() and not fielded and int(lone) in self.strategy.lines:
            return _Line(int(lone), taken[0].at)
        return self.within(_Term(text, taken[0].at))

    def heading(self, taken: list[_Token], slash: _Token) -> _Part:
        explode = major = False
        if taken[0].kind == "word" and taken[0].text.casefold() == "exp" and len(taken) > 1:
            explode = True
            taken = taken[1:]
        name = " ".join(token.text for token in taken)
        if name.startswith("*"):
            major, name = True, name[1:].strip()
        codes = [code.strip() for code in slash.text[1:].split(",") if code.strip()]
        return _Heading(name, explode, major, tuple(codes), taken[0].at)


# ---- out

_OUT = {
    "ti": "ti", "tiab": "ti,ab,kf", "tw": "mp", "all": "af", "ad": "in", "ot": "kf", "tt": "ot",
    "rn": "rn", "gr": "gr", "vi": "vo", "ip": "ip", "pg": "pg", "pl": "cp", "cn": "cn", "ab": "ab",
}  # fmt: skip
_CODES = {name: code.casefold() for code, name in SUBHEADINGS.items()}


def to_ovid(root: Node) -> tuple[str, list[Note]]:
    """The search in Ovid MEDLINE's syntax, and notes on what is only near.

    Dates joined by AND at the top become ``limit`` lines. Raises QueryError (E-NO-EQUAL) for what
    Ovid cannot say, such as PubMed's subsets.
    """
    notes: list[Note] = []
    limits: list[DateRange | SingleDate] = []
    if isinstance(root, Boolean) and root.op == "AND":
        rest = [node for node in root.operands if not isinstance(node, DateRange | SingleDate)]
        limits = [node for node in root.operands if isinstance(node, DateRange | SingleDate)]
        if rest and limits:
            root = rest[0] if len(rest) == 1 else Boolean("AND", tuple(rest))
        else:
            limits = []
    lines = [_ovid(root, notes)]
    if not limits:
        return lines[0], notes
    for limit in limits:
        lines.append(f"limit {len(lines)} to {_limit(limit, notes)}")
    return "\n".join(f"{at}. {line}" for at, line in enumerate(lines, 1)), notes


def _near_note(notes: list[Note], message: str) -> None:
    note = Note(code="W-NEAR", message=message, start=0, end=1)
    if note not in notes:
        notes.append(note)


def _limit(node: DateRange | SingleDate, notes: list[Note]) -> str:
    if isinstance(node, SingleDate):
        return f'yr="{node.year}"'
    high = str(node.last.year) if node.last else "Current"
    if node.field == "dp":
        if (node.first.month, node.first.day) != (1, 1) or (
            node.last is not None and (node.last.month, node.last.day) != (12, 31)
        ):
            _near_note(notes, "Ovid limits publication by whole years")
        return f'yr="{node.first.year} -{high}"'
    name = {"crdt": "dt", "edat": "ez", "lr": "rd"}.get(node.field)
    if name is None:
        raise _no_equal(f"[{node.field}]")
    last = f"{node.last:%Y%m%d}" if node.last else "current"
    return f"{name}={node.first:%Y%m%d}-{last}"


def _no_equal(what: str) -> QueryError:
    return QueryError(f"Ovid MEDLINE has no equal for {what}", code="E-NO-EQUAL", position=0)


def _quoted(words: tuple[str, ...]) -> str:
    """A phrase, or a word that Ovid would take for an operator or a line, in quotes."""
    text = " ".join(words)
    plain = len(words) == 1 and not re.fullmatch(r"and|or|not|exp|limit|adj\d*|near\d*|\d+", text)
    return text if plain else f'"{text}"'


def _plain(name: str) -> str:
    """A name without the signs that are wildcards to Ovid."""
    return " ".join(re.sub(r"[?#$:]", " ", name).split())


def _ovid(node: Node, notes: list[Note]) -> str:
    from sinteza.query.pubmed import to_pubmed

    match node:
        case Boolean():
            parts = [
                f"({_ovid(part, notes)})" if isinstance(part, Boolean) else _ovid(part, notes)
                for part in node.operands
            ]
            return f" {node.op.lower()} ".join(parts)
        case Text() if node.field in _OUT:
            return f"{_quoted(node.words)}.{_OUT[node.field]}."
        case Value() if node.field in _OUT:
            return f'"{_plain(node.text)}".{_OUT[node.field]}.'
        case Proximity():
            words = f" adj{node.distance + 1} ".join(_quoted((word,)) for word in node.words)
            return f"({words}).{_OUT[node.field]}."
        case Mesh():
            code = _CODES[node.qualifier] if node.qualifier else ""
            head = ("exp " if node.explode else "") + ("*" if node.major else "")
            return f'{head}"{_plain(node.name)}"/{code}'
        case Concept(field="sh") if "*" not in node.name:
            return f'"{_plain(node.name)}".fs.'
        case Concept(field="pt" | "nm"):
            if node.explode and node.field == "pt":
                _near_note(notes, "Ovid's .pt. does not explode: narrower types are left out")
            return f'"{_plain(node.name)}".{node.field}.'
        case Author(field="au"):
            return f'"{_plain(node.name)}{"" if node.exact else "*"}".au.'
        case Journal():
            return f'"{_plain(node.name)}".jn.'
        case Language():
            return f'"{_plain(node.name)}".lg.'
        case PmidList():
            listed = " or ".join(f"{pmid}.ui." for pmid in node.pmids)
            return f"({listed})" if len(node.pmids) > 1 else listed
        case Atm():
            _near_note(notes, "Untagged words are searched in .mp.; PubMed also maps them to MeSH")
            return " and ".join(f"{_quoted((word,))}.mp." for word in node.words)
    raise _no_equal(to_pubmed(node))
