"""Which concepts a record speaks of, where, and what it is about.

One pass over title, abstract and keywords (:mod:`sinteza.classification.patterns`), then MeSH
headings by identifier. A mention counts only as it is meant: an acronym must be written as one and
must not be defined as something else, a gene symbol must stand among words of genetics, a negated
mention says so. Coordinated lists are read out in full ("gene and exosome therapy" is gene therapy
and exosome therapy). The weight says how much the record is about a concept, between 0 and 1.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from sinteza.classification import aboutness
from sinteza.classification.coordination import Coordination
from sinteza.classification.patterns import PatternSet
from sinteza.classification.taxonomy import Concept, Taxonomy
from sinteza.model.decision import Actor, Assignment
from sinteza.model.record import Record
from sinteza.text import abbreviations
from sinteza.text.normalize import Folded, fold, fold_with_offsets, plain

ACTOR = Actor(kind="rule", name="taxonomy-matcher", version="3")

# in a word or in a pattern, where an optional plural may follow ("DEEs?")
_ACRONYM = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9]+(?=s\?|[^A-Za-z0-9]|$)")
_SYNONYM_ACRONYM = re.compile(r"[A-Za-z]?[A-Z][A-Z0-9][A-Za-z0-9-]{0,8}")
_BRAND = re.compile(r"[A-Z][a-z]{4,}")
_FIELD_OF_EPILEPSY = re.compile(r"epilep|seizure|convuls|neurolog|\bcriz|stimulat|brain|cerebr")
_GENETICS = re.compile(
    r"\bgen(?:e|es|etic|otyp|om|a|ele|ic)|mutat|variant|polymorphi|allele|haplotyp|exon|encod"
    r"|express|mrna|transcri|protein|receptor|channel|\bsnp|knock|deficien|carrier|transport"
    r"|inhibit|locus|loci|encephalopath|enzym|metaboli"
)
_NEGATION = re.compile(
    r"(?:\b(?:no|not|without|never|neither|nor|excluding|excluded|exclude[sd]?|fara|nu|niciun|nicio)"
    r"|\b(?:absence|lack|free|absenta|lipsa) (?:of|from|a|de))\b(?! only\b)"
)
_NOT_NEGATION = re.compile(
    r"differen|significan|[ea]f+ect|chang|modific|schimb|alter|influen[ct]|superior|inferior"
    r"|increas|decreas|evidence that|less|more|worse|better|asoci|associat|diferent"
    r"|yet|known|clear|limited"
)
# of these a verb ends the reach: "patients without seizures had fewer adverse events"
_PREPOSITION = re.compile(r"without|excluding|free of|absence of|lack of|fara|absenta|lipsa")
_VERB = re.compile(r"\b(?:ha[ds]|have|was|were|is|are|show(?:s|ed)|receiv\w+|a|au|era|este|sunt)\b")
# Romanian nouns and adjectives: article, gender, number, case
_ENDING = r"(?:[aeiou]|ul(?:ui)?|ei|iei|ele|elor|ii|iile|iilor|ilor|uri(?:le|lor)?|le|lor|lui)?"
_CLAUSE = re.compile(r"[.;:!?\n]|, (?:and|but)\b|\bbut\b|\bhowever\b|\bdar\b")


# kinds that a report studies by giving it, by asking about it, by taking in people who have it
_GIVEN = "therapy"
_ASKED = frozenset({"hypothesis", "mechanism"})
_TAKEN_IN = frozenset({"condition", "syndrome", "aetiology", "population"})
# field of the record to (start, end, is present)
_Spans = dict[str, list[tuple[int, int, bool]]]


class Matcher:
    """Finds a taxonomy's concepts in records. Build it once; it holds no state between records."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self._ids = list(taxonomy.concepts)
        self._order = {name: number for number, name in enumerate(self._ids)}
        self._acronyms: list[dict[str, str]] = []
        self._strict: list[frozenset[str]] = []
        patterns: list[tuple[int, str]] = []
        for number, concept in enumerate(taxonomy.concepts.values()):
            patterns.extend((number, pattern) for pattern in concept.patterns)
            covered = [re.compile(plain(pattern), re.I) for pattern in concept.patterns]
            extra, strict = _uncovered(concept, covered)
            patterns.extend(
                (number, rf"\b{re.escape(plain(word))}\b") for word in (*extra, *strict)
            )
            patterns.extend((number, pattern) for pattern in _inflected(concept, covered))
            words = {found for pattern in concept.patterns for found in _written_acronyms(pattern)}
            words.update(strict)
            words.update(word for word in extra if _ACRONYM.fullmatch(word))
            self._acronyms.append({fold(word): word for word in words})
            self._strict.append(frozenset(fold(word) for word in strict))
        self._patterns = PatternSet(patterns)
        self._coordination = Coordination(
            text for concept in taxonomy for text in _phrases(concept)
        )
        self._by_mesh = _headings(taxonomy, broader=False)
        self._by_broader_mesh = _headings(taxonomy, broader=True)
        self._kinds = {concept.id: concept.kind for concept in taxonomy}
        self._markers = {c.id: c.bears_on for c in taxonomy.of_kind("biomarker") if c.bears_on}

    def match(self, record: Record) -> list[Assignment]:
        """The concepts of a record, one assignment per concept, field and polarity.

        ``start`` and ``end`` are of the first mention there; ``count`` says how many there are.
        Sorted by concept in the taxonomy's order, then by field. Ancestors are not added: see
        :meth:`Taxonomy.with_ancestors`.
        """
        found = self._found(record)
        return self._assignments(record, found)

    def _found(self, record: Record) -> dict[str, _Spans]:
        text = _Fields(record)
        found: dict[str, _Spans] = defaultdict(lambda: defaultdict(list))
        for concept, start, end, polarity in self._mentions(text):
            name, low, high = text.locate(start, end)
            found[concept][name].append((low, high, polarity))
        self._headings(record, found)
        self._borne_on(record, found)
        return found

    def _mentions(self, text: _Fields) -> Iterator[tuple[str, int, int, bool]]:
        """(concept, start, end, is present) over the joined folded text."""
        raw: list[tuple[int, int, int]] = []
        by_end: dict[int, int] = {}
        for number, start, end in self._patterns.find(text.folded):
            # of two matches of one concept that overlap, the longer stands
            previous = by_end.get(number)
            if previous is not None and raw[previous][2] > start >= raw[previous][1]:
                if end - start > raw[previous][2] - raw[previous][1]:
                    raw[previous] = (number, start, end)
                continue
            by_end[number] = len(raw)
            raw.append((number, start, end))
        for phrase, start, end in self._coordination.expand(text.folded):
            for number, low, high in self._patterns.find(phrase):
                # the match must need both the item and the shared head
                if low == 0 and high >= len(phrase) - 2:
                    raw.append((number, start, end))
        raw = sorted(set(raw))
        spelled = {n for n, s, e in raw if text.folded[s:e] not in self._acronyms[n]}
        defined = _definitions(text, self)
        for number, start, end in raw:
            word = text.folded[start:end]
            if ". " in word or "; " in word:  # the gap of a pattern spans two sentences
                continue
            if self._meant(number, word, start, end, text, spelled, defined):
                yield self._ids[number], start, end, not _negated(text.folded, start)

    def _meant(
        self,
        number: int,
        word: str,
        start: int,
        end: int,
        text: _Fields,
        spelled: set[int],
        defined: dict[str, set[int]],
    ) -> bool:
        """Whether letters that look like a concept are one."""
        acronyms = self._acronyms[number]
        if acronyms:
            source = text.source(start, end)
            for part in re.findall(r"[a-z0-9]+", word):
                written = acronyms.get(part)
                if written is None and part.endswith("s"):
                    written = acronyms.get(part[:-1])
                if (
                    written is not None
                    and written not in source
                    and not (len(written) > 3 and written.capitalize() in source)
                ):
                    return False
        if word not in acronyms:
            return True
        meaning = defined.get(word)
        if meaning is not None:
            return number in meaning
        if word in self._strict[number]:
            return number in spelled
        if self._kinds[self._ids[number]] == "gene":
            return bool(_GENETICS.search(text.folded, max(0, start - 120), end + 120))
        return number in spelled or text.of_epilepsy

    def _headings(self, record: Record, found: dict[str, _Spans]) -> None:
        said = {
            name
            for name, spans in found.items()
            if any(present for items in spans.values() for _, _, present in items)
        }
        for position, heading in enumerate(record.mesh):
            keys = (heading.ui, fold(heading.name))
            own, broader = (
                next((table[key] for key in keys if key in table), ())
                for table in (self._by_mesh, self._by_broader_mesh)
            )
            for name in (*own, *(name for name in broader if name in said)):
                # the place of a heading is its number in the record
                found[name]["mesh"].append((position, position + 1, True))

    def _borne_on(self, record: Record, found: dict[str, _Spans]) -> None:
        """A marker that a report asks about names the mechanisms it bears on: it asks of them."""
        for name in [n for n in found if n in self._markers]:
            if aboutness.asked(aboutness.seen(found[name], record, major=False)):
                for other in self._markers[name]:
                    for place in ("title", "abstract"):
                        found[other][place] = sorted({*found[other][place], *found[name][place]})

    def _major(self, record: Record) -> set[str]:
        return {
            name
            for heading in record.mesh
            if heading.major or any(item.major for item in heading.qualifiers)
            for name in self._by_mesh.get(heading.ui, ())
        }

    def _studied(
        self, record: Record, found: Mapping[str, _Spans], major: set[str]
    ) -> dict[str, bool]:
        """Of therapies, mechanisms, conditions and groups, whether a record studies them."""
        seen = {
            name: aboutness.seen(spans, record, major=name in major)
            for name, spans in found.items()
            if self._kinds[name] in _ASKED | _TAKEN_IN | {_GIVEN}
        }
        # a class beside one of its members is no rival of it
        above = {other for name in seen for other in self.taxonomy.ancestors(name)}
        rivals = [n for n in seen if self._kinds[n] == _GIVEN and n not in above]
        most = max((seen[name].times for name in rivals), default=0)
        out = {}
        for name, item in seen.items():
            kind = self._kinds[name]
            if kind == _GIVEN:
                out[name] = aboutness.given(item, max(most, item.times))
            else:
                out[name] = aboutness.asked(item) if kind in _ASKED else aboutness.taken_in(item)
        return out

    def _assignments(self, record: Record, found: dict[str, _Spans]) -> list[Assignment]:
        out = []
        major = self._major(record)
        studied = self._studied(record, found, major)
        for name in sorted(found, key=self._order.__getitem__):
            spans = found[name]
            weight, about = aboutness.weigh(spans, record, major=name in major)
            about = studied.get(name, about)
            for place in ("title", "abstract", "mesh", "keywords"):
                for present in (True, False):
                    here = [item for item in spans.get(place, ()) if item[2] is present]
                    if not here:
                        continue
                    out.append(
                        Assignment(
                            cluster=record.id,
                            concept=name,
                            actor=ACTOR,
                            field=place,
                            start=here[0][0],
                            end=here[0][1],
                            count=len(here),
                            polarity="present" if present else "absent",
                            weight=round(weight, 3) if present else 0.0,
                            about=about and present,
                        )
                    )
        return out


class _Fields:
    """Title, abstract and keywords as one folded text, and the way back to each."""

    def __init__(self, record: Record) -> None:
        self.record = record
        parts = [("title", record.title), ("abstract", record.abstract_text)]
        parts.extend(("keywords", word) for word in record.keywords)
        self.names: list[str] = []
        self.sources: list[str] = []
        self.parts: list[Folded] = []
        self.starts: list[int] = []
        at = 0
        pieces = []
        for name, source in parts:
            folded = fold_with_offsets(source)
            self.names.append(name)
            self.sources.append(source)
            self.parts.append(folded)
            self.starts.append(at)
            pieces.append(folded.text)
            at += len(folded.text) + 1
        self.folded = "\n".join(pieces)

    @cached_property
    def of_epilepsy(self) -> bool:
        """Whether the record has words of the field: searched for once."""
        return bool(_FIELD_OF_EPILEPSY.search(self.folded))

    def locate(self, start: int, end: int) -> tuple[str, int, int]:
        """Field and characters of the field; for keywords the number of the keyword."""
        index = bisect_right(self.starts, start) - 1
        if self.names[index] == "keywords":
            return "keywords", index - 2, index - 1
        base = self.starts[index]
        low, high = self.parts[index].span(start - base, end - base)
        return self.names[index], low, high

    def source(self, start: int, end: int) -> str:
        """The words as they are printed."""
        index = bisect_right(self.starts, start) - 1
        base = self.starts[index]
        low, high = self.parts[index].span(start - base, end - base)
        return self.sources[index][low:high]


def _written_acronyms(pattern: str) -> list[str]:
    return _ACRONYM.findall(re.sub(r"\\[A-Za-z]", " ", pattern).replace("\\", ""))


def _phrases(concept: Concept) -> list[str]:
    labels = [*concept.label.values()]
    labels.extend(word for words in concept.synonyms.values() for word in words)
    return labels


def _uncovered(
    concept: Concept, covered: list[re.Pattern[str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Synonyms no pattern finds: (those that stand alone, acronyms that need company).

    The taxonomy's patterns leave out ambiguous words on purpose: a single everyday word is no
    evidence of anything, an acronym only beside the words it stands for. A brand name or a phrase
    of several words (what a user adds) is.
    """
    alone: list[str] = []
    strict: list[str] = []
    if not covered and not concept.mesh and not concept.synonyms:
        return (), ()
    for word in (word for words in concept.synonyms.values() for word in words):
        if any(pattern.search(plain(word)) for pattern in covered):
            continue
        if _SYNONYM_ACRONYM.fullmatch(word):
            strict.append(word)
        elif covered and (" " in word or _BRAND.fullmatch(word)) and "(" not in word:
            alone.append(word)
    return tuple(alone), tuple(strict)


def _headings(taxonomy: Taxonomy, *, broader: bool) -> dict[str, tuple[str, ...]]:
    """MeSH identifier and folded name to the concepts whose own or broader heading that is."""
    named: dict[str, tuple[str, ...]] = {}
    for concept in taxonomy.concepts.values():
        for heading in concept.mesh:
            if heading.broader is broader:
                for key in filter(None, (heading.id, fold(heading.name))):
                    named[key] = (*named.get(key, ()), concept.id)
    return named


def _inflected(concept: Concept, covered: list[re.Pattern[str]]) -> Iterator[str]:
    """Romanian labels with their endings: ``levetiracetam`` is also ``levetiracetamului``.

    Only for words that the taxonomy's own patterns accept, of seven letters or more.
    """
    words = (concept.label.get("ro", ""), *concept.synonyms.get("ro", ()))
    for label in words:
        if not re.fullmatch(r"[a-z]+(?:[ -][a-z]+)*", fold(label)) or len(label) < 7:
            continue
        if label != label.lower() or not any(p.search(plain(label)) for p in covered):
            continue
        stems = (
            word if len(word) < 5 else re.sub("[aeiu]$", "", word) + _ENDING
            for word in re.split("[ -]", fold(label))
        )
        yield r"\b" + "[ -]".join(stems) + r"\b"


def _definitions(text: _Fields, matcher: Matcher) -> dict[str, set[int]]:
    """Abbreviation (folded) to the concepts its long form names."""
    meanings: dict[str, set[int]] = {}
    for source in text.sources[:2]:
        if "(" not in source:
            continue
        for item in abbreviations.find(source):
            long = fold(item.long)
            meanings[fold(item.short)] = {n for n, _, _ in matcher._patterns.find(long)}
    return meanings


def _negated(text: str, start: int) -> bool:
    """Whether a mention is denied: a negation at most six words before it, in its clause."""
    before = text[max(0, start - 60) : start]
    if not _NEGATION.search(before):
        return False
    cut = 0
    for stop in _CLAUSE.finditer(before):
        cut = stop.end()
    before = before[cut:]
    denials = list(_NEGATION.finditer(before))
    if not denials:
        return False
    between = before[denials[-1].end() :]
    if _PREPOSITION.match(denials[-1][0]) and _VERB.search(between):
        return False
    return between.count(" ") <= 6 and not _NOT_NEGATION.search(between)
