"""PubMed's query language: :func:`parse` to a tree, :func:`to_pubmed` back to text.

The rules are those of the PubMed User Guide: Booleans strictly left to right, adjacent operands
ANDed, a tag binding the run of words before it, upper-case operators only. What PubMed silently
repairs is repaired and noted (``Query.notes``); what it would misread is refused with QueryError.
"""

from __future__ import annotations

import re
from typing import Literal, cast

from sinteza.errors import QueryError
from sinteza.query import dates
from sinteza.query.fields import (
    BY_KEY,
    FIELDS,
    ISSN_TAGS,
    MAX_PROXIMITY,
    OWNERS,
    PROXIMITY_FIELDS,
    SPECIAL_WORDS,
    STOPWORDS,
    Field,
    find,
    nearest,
    subheading,
)
from sinteza.query.filters import CLINICAL_QUERIES, filter_node
from sinteza.query.lexer import Token, straighten, tokens
from sinteza.query.pubmed import to_pubmed
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
    Note,
    Pmcid,
    PmidList,
    PmidRange,
    Proximity,
    Query,
    RelativeDate,
    SingleDate,
    Special,
    Subset,
    Text,
    Value,
    from_json,
    join,
    to_json,
    tokenize,
    walk,
)

__all__ = [
    "Atm",
    "Author",
    "Boolean",
    "Concept",
    "DateRange",
    "History",
    "Journal",
    "Language",
    "Mesh",
    "Node",
    "Note",
    "Pmcid",
    "PmidList",
    "PmidRange",
    "Proximity",
    "Query",
    "RelativeDate",
    "SingleDate",
    "Special",
    "Subset",
    "Text",
    "Value",
    "from_json",
    "join",
    "parse",
    "to_json",
    "to_pubmed",
    "tokenize",
    "walk",
]

MAX_DEPTH = 100
"""Deepest tree accepted; real strategies stay below 20."""

Op = Literal["AND", "OR", "NOT"]

_FOREIGN_OPERATOR = re.compile(r"(?:XOR|ADJ\d*|NEAR(?:/?\d+)?|NEXT|SAME|WITH|W/\d+|PRE/\d+)")
_OVID_WORD = re.compile(
    r"(?:adj\d*|near/?\d+)"
    r"|.*\.(?:ti|ab|tw|mp|af|kw|kf|hw|nm|sh|fs|pt|ot|rn|px|jn)(?:,\s*[a-z]{2})*\.?"
    r"|.*\w\$.*|.*\w[?#]\w.*",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"[\d\s,;]*\d[\d\s,;]*", re.ASCII)
_PMCID = re.compile(r"PMC(\d+)(?:\.\d+)?", re.IGNORECASE)


def parse(text: str, *, local: bool = False) -> Query:
    """Parse a PubMed query.

    ``local`` also accepts fields only the local archive has (``[ab]``). Raises QueryError with
    the position and a fix for what PubMed cannot run or would misread.
    """
    return _Parser(text, local=local).query()


class _Chain:
    """Operands joined from left to right, those of one operator side by side (see ``join``)."""

    def __init__(self) -> None:
        self.parts: list[Node] = []
        self.op: Op | None = None
        self.depth = 0

    def add(self, op: Op, node: Node, below: int) -> None:
        """Join one more operand whose tree is ``below`` levels deep."""
        if not self.parts:
            self.parts, self.depth = [node], below
            return
        first = self.parts[0]
        if self.op is None and isinstance(first, Boolean) and first.op == op:
            self.parts, self.op = list(first.operands), op
        if self.op != op:
            if self.op is not None:
                self.parts = [Boolean(self.op, tuple(self.parts))]
            self.op = op
            self.depth += 1
        self.parts.append(node)
        self.depth = max(self.depth, below + 1)

    def node(self) -> Node | None:
        """The tree so far; None without an operand."""
        if self.op is None:
            return self.parts[0] if self.parts else None
        return Boolean(self.op, tuple(self.parts))


class _Parser:
    def __init__(self, text: str, *, local: bool) -> None:
        self.text = text
        self.local = local
        self.plain, self.notes = straighten(text)
        self.tokens, notes = tokens(self.plain)
        self.notes += notes
        self.at = 0

    # ---- messages

    def error(self, code: str, what: str, token: Token, hint: str = "") -> QueryError:
        return QueryError(what, query=self.text, position=token.start, code=code, hint=hint or None)

    def note(self, code: str, message: str, start: int, end: int, hint: str = "") -> None:
        self.notes.append(Note(code=code, message=message, start=start, end=end, hint=hint))

    # ---- Booleans

    def peek(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def query(self) -> Query:
        node, _ = self.level(0)
        if node is None:
            raise QueryError(
                "The query has nothing to search for",
                query=self.text,
                position=0,
                code="E-EMPTY",
                hint="PubMed ignores stopwords and signs that stand alone.",
            )
        notes = tuple(sorted(self.notes, key=lambda note: (note.start, note.code)))
        return Query(text=self.text, root=node, notes=notes)

    def level(self, nesting: int) -> tuple[Node | None, int]:
        """Everything up to the closing parenthesis: the node (None if all was ignored), depth."""
        chain = _Chain()
        pending: Token | None = None
        dropped = False
        seen: dict[str, Token] = {}
        while self.peek().kind != "end":
            token = self.peek()
            if token.kind == ")":
                if nesting:
                    break
                self.take()
                self.note(
                    "W-PAREN", "This parenthesis closes nothing; ignored", token.start, token.end
                )
            elif token.kind == "op":
                self.take()
                if chain.parts:
                    pending = self.operator(pending, token)
                elif token.text == "NOT":
                    raise self.error(
                        "E-LEADING-NOT",
                        "NOT needs something before it to take away from",
                        token,
                        "Write A NOT B.",
                    )
                elif not dropped:
                    self.ignored(token)
            else:
                adjacent = bool(chain.parts) and pending is None
                for node, below in self.operands(nesting, adjacent=adjacent):
                    op = cast(Op, pending.text if pending else "AND")
                    if chain.parts:
                        seen.setdefault(op, pending or token)
                    chain.add(op, node, below)
                    pending = None
                    if chain.depth > MAX_DEPTH:
                        raise self.error(
                            "E-TOO-DEEP",
                            f"The query is nested more than {MAX_DEPTH} levels deep",
                            token,
                            "Join terms of one kind with one operator.",
                        )
                if not chain.parts or pending is not None:  # nothing came of it
                    dropped, pending = True, None
        if pending is not None:
            self.ignored(pending)
        if {"AND", "OR"} <= seen.keys():
            later = max(seen["AND"], seen["OR"], key=lambda token: token.start)
            self.note(
                "W-MIXED-OPS",
                "AND and OR mix without parentheses: PubMed reads strictly from left to right",
                later.start,
                later.end,
                "Put parentheses around what belongs together.",
            )
        return chain.node(), chain.depth

    def operator(self, pending: Token | None, token: Token) -> Token:
        """The operator that stays when one follows another."""
        if pending is None:
            return token
        if token.text == "NOT" and pending.text == "OR":
            raise self.error(
                "E-OR-NOT",
                "OR NOT is not a PubMed operator",
                token,
                "NOT takes away: write A NOT B, or (A) OR (C NOT B).",
            )
        if token.text == "NOT" and pending.text == "AND":
            self.ignored(pending)
            return token
        self.ignored(token)
        return pending

    def ignored(self, token: Token) -> None:
        self.note(
            "W-IGNORED",
            f"'{token.text}' has nothing to join here; ignored",
            token.start,
            token.end,
        )

    # ---- operands

    def operands(self, nesting: int, *, adjacent: bool) -> list[tuple[Node, int]]:
        """The next operand; a run of words may give several, or none if it is ignored."""
        token = self.peek()
        if token.kind == "(":
            return self.group(nesting)
        if token.kind == "history":
            self.take()
            return [(History(int(token.text)), 0)]
        if token.kind == "tag":
            raise self.error(
                "E-TAG-ALONE",
                f"The tag [{token.text}] follows no term",
                token,
                "Write the tag right after its term, as in epilepsy[tiab].",
            )
        if token.kind == "colon":
            self.take()
            self.note("W-IGNORED", "A colon without a range; ignored", token.start, token.end)
            return []
        if token.kind == "quoted":
            return [(node, 0) for node in self.quoted()]
        return [(node, 0) for node in self.run(adjacent=adjacent)]

    def group(self, nesting: int) -> list[tuple[Node, int]]:
        opening = self.take()
        if nesting >= MAX_DEPTH:
            raise self.error(
                "E-TOO-DEEP", f"More than {MAX_DEPTH} parentheses inside one another", opening
            )
        if self.peek().kind == ")":
            raise self.error(
                "E-EMPTY", "These parentheses are empty", opening, "Take them away or fill them."
            )
        node, depth = self.level(nesting + 1)
        if self.peek().kind == ")":
            self.take()
        else:
            self.note(
                "W-PAREN",
                "This parenthesis is never closed; read as closed at the end",
                opening.start,
                opening.end,
            )
        if self.peek().kind == "tag":
            tag = self.peek()
            raise self.error(
                "E-TAG-ON-GROUP",
                f"PubMed does not apply [{tag.text}] to a group in parentheses",
                tag,
                f"Write the tag after each term: (a[{tag.text}] OR b[{tag.text}]).",
            )
        return [] if node is None else [(node, depth)]

    def tag(self) -> Token | None:
        return self.take() if self.peek().kind == "tag" else None

    def quoted(self) -> list[Node]:
        token = self.take()
        text, end = token.text, token.end
        if (
            self.peek().kind == "word"
            and self.peek().text.startswith("/")
            and self.peek().start == end
        ):
            words = self.words()  # "Neoplasms"/diet therapy[mh]
            end = words[-1].end
            text += self.plain[words[0].start : end]
        tag = self.tag()
        if self.peek().kind == "colon":
            return self.spread(Token("quoted", text, token.start, end), tag)
        return self.term(Token("quoted", text, token.start, end), tag)

    def words(self) -> list[Token]:
        """The words (and colons between them) up to the next other token."""
        found = [self.take()]
        while self.peek().kind == "word" or (
            self.peek().kind == "colon" and self.tokens[self.at + 1].kind == "word"
        ):
            found.append(self.take())
        return found

    def run(self, *, adjacent: bool) -> list[Node]:
        words = self.words()
        self.remark(words, tagged=self.peek().kind == "tag")
        nodes: list[Node] = []
        while adjacent and len(words) > 1 and _stands_alone(words[0].text):
            nodes += self.untagged([words.pop(0)])
        tag = self.tag()
        if tag is None:
            if self.peek().kind == "colon" and dates.point(self.slice(words)):
                return nodes + self.spread(self.merged(words), None)
            return nodes + self.untagged(words)
        if self.peek().kind == "colon":
            return nodes + self.spread(self.merged(words), tag)
        return nodes + self.term(self.merged(words), tag)

    def slice(self, words: list[Token]) -> str:
        return self.plain[words[0].start : words[-1].end]

    def merged(self, words: list[Token]) -> Token:
        return Token("word", self.slice(words), words[0].start, words[-1].end)

    def spread(self, low: Token, low_tag: Token | None) -> list[Node]:
        """A range whose bounds are separate terms: ``"2015"[dp] : "2021"[dp]``."""
        colon = self.take()
        if self.peek().kind not in ("quoted", "word"):
            self.note("W-IGNORED", "A colon without a range; ignored", colon.start, colon.end)
            return self.term(low, low_tag)
        high = self.take() if self.peek().kind == "quoted" else self.merged(self.words())
        high_tag = self.tag()
        tag = high_tag or low_tag
        if tag is None:
            raise self.error(
                "E-RANGE",
                "A range needs a tag that says of what",
                colon,
                "Write 2015/01/01:2021/01/06[dp].",
            )
        if low_tag and high_tag and self.field(low_tag)[0] != self.field(high_tag)[0]:
            raise self.error("E-RANGE", "The two ends of the range have different tags", high_tag)
        if self.field(tag)[0].kind not in ("date", "pmid"):
            raise self.error(
                "E-RANGE",
                f"[{tag.text}] has no ranges",
                colon,
                "Ranges are for dates and PMIDs: 2015:2021[dp], 1:7500[uid].",
            )
        joined = Token("word", f"{low.text}:{high.text}", low.start, high.end)
        return self.term(joined, tag)

    # ---- untagged words

    def remark(self, words: list[Token], *, tagged: bool) -> None:
        """Notes on words that look like an operator or like Ovid's syntax."""
        tag = self.peek()
        field = self.field(tag)[0] if tagged else None
        if field is not None and field.kind != "text":
            return
        for word in words:
            if word.text in ("and", "or", "not", "And", "Or", "Not"):
                self.note(
                    "W-LOWERCASE-OP",
                    f"'{word.text}' is an ordinary word: PubMed's operators are upper-case",
                    word.start,
                    word.end,
                    f"Write {word.text.upper()} if you mean the operator.",
                )
            elif _OVID_WORD.fullmatch(word.text):
                self.foreign(word)

    def foreign(self, word: Token) -> None:
        self.note(
            "W-FOREIGN-SYNTAX",
            f"'{word.text}' is not PubMed syntax (it looks like Ovid's)",
            word.start,
            word.end,
            "Translate the strategy with: sinteza query translate --from ovid --to pubmed",
        )

    def untagged(self, words: list[Token]) -> list[Node]:
        """Special words, identifiers, PMID lists; the rest is a unit of term mapping."""
        nodes: list[Node] = []
        plain: list[Token] = []

        def flush() -> None:
            run = self.merged(plain) if plain else None
            plain.clear()
            if run is None:
                return
            if _NUMBERS.fullmatch(run.text):
                nodes.append(self.pmids(run))
            else:
                nodes.extend(self.unit(run))

        for word in words:
            folded = word.text.casefold().strip(",;.")
            if folded in SPECIAL_WORDS or folded in OWNERS:
                flush()
                nodes.append(Special(folded))
            elif match := _PMCID.fullmatch(word.text):
                flush()
                nodes.append(Pmcid(int(match.group(1))))
            else:
                plain.append(word)
        flush()
        return nodes

    def unit(self, token: Token) -> list[Node]:
        text = _clean(token.text.strip(": "))
        pieces = text.split("/")
        if len(pieces) == 2 and pieces[0].strip() and subheading(pieces[1]):
            return self.mesh(Token("word", text, token.start, token.end), "mh", True)
        words = tokenize(text)
        if not words or (len(words) == 1 and words[0] in STOPWORDS):
            self.stop(token)
            return []
        low, colon, high = text.partition(":")
        if colon and dates.point(low) and dates.point(high):
            raise self.error(
                "E-RANGE", "A range needs a tag that says of what", token, f"Write {text}[dp]."
            )
        if "*" in text:
            self.short_wildcard(token)
            if any("*" in word for word in tokenize(text, wildcards=True)):
                return [Text("all", text)]
        if all(word in STOPWORDS for word in words):
            self.stop(token)
            return []
        return [Atm(text)]

    def stop(self, token: Token) -> None:
        if token.text.casefold() in ("and", "or", "not"):
            return  # already noted as W-LOWERCASE-OP
        self.note(
            "W-IGNORED", f"'{token.text}' is not searched alone; ignored", token.start, token.end
        )

    # ---- tagged terms

    def field(self, tag: Token) -> tuple[Field, str | None]:
        """The field of a tag and its modifier (``noexp``, ``~3``)."""
        name, _, modifier = tag.text.partition(":")
        found = find(name, local=self.local)
        if found is None:
            raise self.unknown(tag, name.strip())
        modifier = modifier.replace(" ", "").casefold()
        if ":" in tag.text and modifier != "noexp" and not modifier.startswith("~"):
            raise self.unknown(tag, tag.text.strip())
        return found, modifier or None

    def unknown(self, tag: Token, name: str) -> QueryError:
        if name.casefold() in ("ab", "abstract"):
            hint = "PubMed has no abstract-only field: use [tiab] (the local archive accepts [ab])."
        elif (near := nearest(name)) is not None:
            hint = f"Did you mean [{near}]?"
        else:
            hint = f"PubMed's tags: {', '.join(field.key for field in FIELDS)}."
        return self.error("E-FIELD-UNKNOWN", f"PubMed has no field [{name}]", tag, hint)

    def term(self, token: Token, tag: Token | None) -> list[Node]:
        quoted = token.kind == "quoted"
        text = _clean(token.text)
        if tag is None:
            return self.words_in("all", token, text, quoted)
        field, modifier = self.field(tag)
        explode = modifier != "noexp"
        if modifier and modifier.startswith("~"):
            return self.proximity(token, tag, field, modifier)
        if not explode and field.kind not in ("mesh", "concept"):
            raise self.error(
                "E-FIELD-UNKNOWN",
                f"[{tag.text}]: only MeSH fields and publication types explode",
                tag,
                f"Write [{field.key}].",
            )
        if field.kind == "mesh":
            return self.mesh(Token(token.kind, text, token.start, token.end), field.key, explode)
        if field.kind == "date":
            return [self.date(token, text, field)]
        if field.kind == "pmid":
            return [self.pmids(token)]
        if field.key == "all" and not quoted and not _NUMBERS.fullmatch(text):
            return self.untagged(_split(token))
        if field.kind == "text":
            return self.words_in(field.key, token, text, quoted)
        if not tokenize(text):
            self.stop(token)
            return []
        if field.kind == "concept":
            return [self.concept(token, text, field, explode)]
        if field.kind == "author":
            return [Author(field.key, text, quoted)]
        if field.kind == "journal":
            if tag.text.strip().casefold() in ISSN_TAGS:
                self.note(
                    "I-ISSN", "[is] is read as [ta], which finds ISSNs too", tag.start, tag.end
                )
            return [Journal(text, quoted)]
        if field.kind == "language":
            return [Language(text, quoted)]
        if field.kind == "filter":
            clinical = CLINICAL_QUERIES.get(text.casefold())
            return [parse(clinical).root if clinical else filter_node(text, quoted)]
        return [Value(field.key, text, quoted)]

    def words_in(self, field: str, token: Token, text: str, quoted: bool) -> list[Node]:
        words = tokenize(text)
        if not words:
            self.stop(token)
            return []
        if len(words) == 1 and words[0] in STOPWORDS:
            if not quoted:
                self.stop(token)
                return []
            self.note(
                "W-STOPWORD",
                f"'{words[0]}' is a stopword, searched as typed",
                token.start,
                token.end,
            )
        if "*" in text:
            self.short_wildcard(token)
        if quoted and re.search(r"\w(?:\$|[?#]\w)", text):
            self.foreign(token)
        return [Text(field, text, quoted)]

    def short_wildcard(self, token: Token) -> None:
        kept = sum(word.count("*") for word in tokenize(token.text, wildcards=True))
        if token.text.count("*") > kept:
            self.note(
                "W-WILDCARD-SHORT",
                "A '*' needs at least four characters of its word before it; read as a space",
                token.start,
                token.end,
                "Write a longer stem, or the full words joined by OR.",
            )

    def proximity(self, token: Token, tag: Token, field: Field, modifier: str) -> list[Node]:
        if token.kind != "quoted":
            raise self.error(
                "E-PROX-QUOTES",
                "A proximity search needs its words in double quotes",
                token,
                f'Write "{token.text}"[{tag.text}].',
            )
        if field.key not in PROXIMITY_FIELDS:
            raise self.error(
                "E-PROX-FIELD",
                f"PubMed has no proximity search in [{field.key}]",
                tag,
                "Proximity works in [ti], [tiab] and [ad].",
            )
        distance = modifier[1:].strip()
        if not distance.isdecimal() or int(distance) > MAX_PROXIMITY:
            raise self.error(
                "E-PROX-N",
                "The proximity operator needs a number of words from 0 to 1000",
                tag,
                f"Write [{field.key}:~3].",
            )
        text = _clean(token.text)
        if "*" in text:
            self.note(
                "W-PROX-WILDCARD",
                "A wildcard switches the proximity operator off: searched as a phrase",
                token.start,
                token.end,
                "Write the full words, or one search for each.",
            )
            return self.words_in(field.key, token, text, True)
        if len(tokenize(text)) < 2:
            self.note(
                "W-PROX-ONE-WORD",
                "A proximity search needs two words; searched as a word",
                token.start,
                token.end,
            )
            return self.words_in(field.key, token, text, True)
        return [Proximity(field.key, text, int(distance))]

    def mesh(self, token: Token, key: str, explode: bool) -> list[Node]:
        name, *qualifiers = [" ".join(part.split()) for part in token.text.split("/")]
        name = " ".join(re.sub(r"[()]", " ", name).split())
        if not tokenize(name):
            self.stop(token)
            return []
        if len(qualifiers) > 1:
            raise self.error(
                "E-MESH-TWO-SUBHEADINGS",
                "A heading takes one subheading",
                token,
                f"Write {name}/{qualifiers[0]}[{key}] AND {name}/{qualifiers[1]}[{key}].",
            )
        qualifier = None
        if qualifiers:
            qualifier = subheading(qualifiers[0])
            if qualifier is None:
                raise self.unknown_subheading(token, qualifiers[0])
        return [Mesh(name, qualifier, key == "majr", explode, token.kind == "quoted")]

    def unknown_subheading(self, token: Token, name: str) -> QueryError:
        return self.error(
            "E-SUBHEADING",
            f"MeSH has no subheading '{name}'",
            token,
            "Give its full name (diet therapy) or its two-letter code (dh).",
        )

    def concept(self, token: Token, text: str, field: Field, explode: bool) -> Concept:
        quoted = token.kind == "quoted"
        if field.key == "sh":
            name = subheading(text)
            if name is None and "*" not in text:
                raise self.unknown_subheading(token, text)
            return Concept("sh", name or text, explode, quoted)
        return Concept(cast(Literal["pt", "nm", "pa"], field.key), text, explode, quoted)

    def pmids(self, token: Token) -> Node:
        low, colon, high = (part.strip() for part in token.text.partition(":"))
        if colon and low.isdecimal() and high.isdecimal():
            if int(low) > int(high):
                raise self.error("E-RANGE", "The range of PMIDs ends before it starts", token)
            return PmidRange(int(low), int(high))
        numbers = re.split(r"[\s,;]+", token.text.strip(" ,;"))
        if not all(number.isdecimal() for number in numbers) or not token.text.isascii():
            raise self.error("E-PMID", f"'{token.text}' is not a PMID", token, "Give numbers.")
        return PmidList(tuple(int(number) for number in numbers))

    def date(self, token: Token, text: str, field: Field) -> Node:
        if since := dates.relative(text):
            return RelativeDate(
                field.key, since[0], cast(Literal["days", "months", "years"], since[1])
            )
        low_text, colon, high_text = text.partition(":")
        low = dates.point(low_text)
        high = dates.point(high_text) if colon else low
        if low is None or high is None:
            raise self.error(
                "E-DATE",
                f"'{text}' is not a date PubMed reads",
                token,
                f"Write 2015/01/31[{field.key}] or 2015/01/01:2021/01/06[{field.key}].",
            )
        if low.rewritten or high.rewritten:
            self.note("I-DATE-NORMALISED", "The date is read as yyyy/mm/dd", token.start, token.end)
        if not colon:
            return SingleDate(field.key, low.year, low.month, low.day)
        if not high.open and high.last < low.first:
            raise self.error("E-RANGE", "The range ends before it starts", token)
        return DateRange(field.key, low.first, None if high.open else high.last)


def _clean(text: str) -> str:
    return " ".join(text.split())


def _split(token: Token) -> list[Token]:
    """The words of a merged token, each at its place."""
    return [
        Token("word", match.group(), token.start + match.start(), token.start + match.end())
        for match in re.finditer(r"\S+", token.text)
    ]


def _stands_alone(word: str) -> bool:
    """An operator of another language, or one in lower case, between two operands."""
    return bool(_FOREIGN_OPERATOR.fullmatch(word)) or word.casefold() in ("and", "or", "not")


assert set(PROXIMITY_FIELDS) <= set(BY_KEY)
