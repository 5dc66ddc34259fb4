"""Two records side by side: which fields agree, what that weighs, and what forbids a merge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import Indel
from rapidfuzz.fuzz import ratio, token_sort_ratio

from sinteza.dedupe.card import LETTERS, Card

Band = Literal["merge", "queue", "distinct"]
Level = Literal["same", "near", "part", "differ", ""]

# What agreement and disagreement weigh. The weights follow the order of what a librarian trusts
# (Bramer 2016, J Med Libr Assoc 104:240: pages and volume before journal names); an empty field
# weighs nothing. They were set by hand and are not fitted.
WEIGHTS: dict[str, dict[Level, float]] = {
    "pmid": {"same": 8.0, "differ": -8.0},
    "doi": {"same": 6.0, "differ": -6.0},
    "title": {"same": 6.0, "near": 4.0, "part": 3.5, "differ": -6.0},
    "authors": {"same": 2.5, "near": 1.0, "differ": -4.0},
    "year": {"same": 1.0, "near": 0.0, "differ": -3.0},
    "journal": {"same": 1.5, "near": 0.0, "differ": -1.0},
    "volume": {"same": 1.5, "differ": -2.0},
    "issue": {"same": 0.5, "differ": -0.5},
    "first page": {"same": 3.0, "near": 2.0, "differ": -4.0},
    "abstract": {"same": 3.0, "near": 0.5, "differ": -2.0},
}
MERGE, QUEUE = 8.0, 5.0
_GENERIC_TITLE = 1.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two records compare.

    ``levels`` gives each field that both have, in the order of :data:`WEIGHTS`; ``score`` is the
    sum of their weights; ``vetoes`` say in words why they are not merged by themselves.
    """

    levels: dict[str, Level]
    score: float
    vetoes: tuple[str, ...]
    rule: str

    @property
    def band(self) -> Band:
        """Merged by itself, for a person to look at, or distinct."""
        if self.score >= MERGE and not self.vetoes:
            return "merge"
        return "queue" if self.score >= QUEUE else "distinct"

    @property
    def agree(self) -> tuple[str, ...]:
        """The fields that speak for one entry."""
        return tuple(name for name, level in self.levels.items() if level != "differ")

    @property
    def disagree(self) -> tuple[str, ...]:
        """The fields that speak against it."""
        return tuple(name for name, level in self.levels.items() if level == "differ")


def compare(a: Card, b: Card) -> Comparison:
    """Compare two records; the order of the two does not matter."""
    both = {
        "pmid": _equal(a.pmid, b.pmid),
        "doi": _equal(a.doi, b.doi),
        "title": _title(a, b),
        "authors": _authors(a, b),
        "year": _year(a.year, b.year),
        "journal": _journal(a, b),
        "volume": _equal(a.volume, b.volume),
        "issue": _equal(a.issue, b.issue),
        "first page": _page(a, b),
        "abstract": _abstract(a.abstract, b.abstract),
    }
    levels: dict[str, Level] = {name: level for name, level in both.items() if level}
    score = sum(WEIGHTS[name][level] for name, level in levels.items())
    if (a.generic or b.generic) and levels.get("title") in ("same", "near", "part"):
        score -= WEIGHTS["title"][levels["title"]] - _GENERIC_TITLE
    if _doi_is_wrong(levels):
        score += 4.0
    if levels.get("first page") == "differ" and _page_is_wrong(a, b, levels):
        score -= WEIGHTS["first page"]["differ"]
    score += _translation(a, b, levels)
    rule = next((name for name in ("pmid", "doi") if levels.get(name) == "same"), "")
    if not rule:
        rule = "title" if levels.get("title") in ("same", "near", "part") else "place in print"
    return Comparison(levels, score, tuple(_vetoes(a, b, levels)), rule)


def _equal(a: str, b: str) -> Level:
    return ("same" if a == b else "differ") if a and b else ""


def _title(a: Card, b: Card) -> Level:
    if not a.titles or not b.titles:
        return ""
    best: Level = "differ"
    for one in a.titles:
        for other in b.titles:
            level = _titles(one, other)
            if level == "same":
                return level
            if level == "near" or (level == "part" and best == "differ"):
                best = level
    return best


def _titles(a: str, b: str) -> Level:
    x, y = a.replace(" ", ""), b.replace(" ", "")
    if x == y:
        return "same"
    likeness = ratio(x, y, score_cutoff=88)
    if likeness >= 97:
        return "same"
    short, long = sorted((x, y), key=len)
    if len(short) >= 16 and (long.startswith(short) or long.endswith(short)):
        return "part"
    if likeness or token_sort_ratio(a, b, score_cutoff=92):
        return "near"
    # a subtitle left out or cut, with a slip of the pen
    if len(short) >= 30 and ratio(short, long[: len(short)], score_cutoff=95):
        return "part"
    return "differ"


def _authors(a: Card, b: Card) -> Level:
    if not a.names or not b.names:
        return ""
    shared = max(len(a.names & b.people), len(b.names & a.people))
    fewer = min(len(a.names), len(b.names))
    common = a.first & b.first
    first = bool(common) or _alike(a.author, b.author)
    # Zhou S and Zhou Q; but not Bina Agarwal and Agarwal Bina
    namesakes = a.initial and b.initial and a.initial != b.initial and len(common) < 2
    if first and namesakes and shared < max(3, fewer):
        return "differ" if shared <= 1 else "near"
    if first and shared * 2 >= fewer:
        return "same"
    if first or shared * 2 >= fewer:
        return "near"
    return "differ"


def _alike(a: str, b: str) -> bool:
    return bool(a and b) and Indel.normalized_similarity(a, b, score_cutoff=0.8) > 0


def _year(a: int | None, b: int | None) -> Level:
    if not a or not b:
        return ""
    return "same" if a == b else "near" if abs(a - b) == 1 else "differ"


def _journal(a: Card, b: Card) -> Level:
    if a.issns & b.issns:
        return "same"
    if not a.journals or not b.journals:
        return ""
    levels = {_venues(*sorted((x, y))) for x in a.journals for y in b.journals}
    return next(level for level in ("same", "near", "differ") if level in levels)


@lru_cache(maxsize=65536)
def _venues(a: str, b: str) -> Level:
    if a == b:
        return "same"
    short, long = sorted((a.split(), b.split()), key=len)
    # Proc Natl Acad Sci leaves out the country, others add "official publication of ..."
    if _abbreviates(short, long if len(short) < 3 else long[: len(short)]):
        return "same"
    joined = "".join(word[0] for word in long)
    if len(short) == 1 and len(joined) > 2 and short[0] == joined:
        return "same"
    likeness = ratio(a, b)
    if likeness >= 90:
        return "same"
    within = set(short) <= set(long) and len(short) > 1
    return "near" if within or likeness >= 75 else "differ"


def _abbreviates(short: list[str], long: list[str]) -> bool:
    """True if every word of one begins the matching word of the other: ``j thromb haemost``."""
    if len(short) != len(long):
        return False
    return all(
        x[0] == y[0] and (y.startswith(x) or x.startswith(y) or ratio(x, y) >= 85)
        for x, y in zip(short, long, strict=True)
    )


def _page(a: Card, b: Card) -> Level:
    if not a.last_page or not b.last_page:
        return ""
    if a.page and a.page == b.page:
        return "same"
    x, y = a.page.lstrip(LETTERS), b.page.lstrip(LETTERS)
    if x and x == y and (a.page == x or b.page == y):  # S131 and 131
        return "near"
    if x and y and a.last_page == b.last_page and abs(int(x) - int(y)) <= 3:
        return "near"
    short, long = sorted((a.last_page, b.last_page), key=len)
    if len(short) < len(long) and long.endswith(short):  # Suppl-29, t-8, 2-8: the rest of a range
        return "near"
    if not x or not y:
        return ""
    if (x == "1" or y == "1") and not (a.volume and b.volume):
        return ""  # counted from one while online ahead of print
    return "differ"


def _abstract(a: str, b: str) -> Level:
    if len(a) < 60 or len(b) < 60:
        return ""
    size = min(len(a), len(b))
    likeness = ratio(a[:size], b[:size])
    return "same" if likeness >= 90 else "near" if likeness >= 55 else "differ"


def _doi_is_wrong(levels: dict[str, Level]) -> bool:
    """All else agrees so well that one of the two DOIs must be a slip."""
    return (
        levels.get("doi") == "differ"
        and all(levels.get(name) == "same" for name in ("title", "authors", "first page"))
        and "same" in (levels.get("volume"), levels.get("abstract"))
    )


def _translation(a: Card, b: Card, levels: dict[str, Level]) -> float:
    """A translated title may differ in every word; its place in print may not."""
    if levels.get("title") != "differ" or not (a.translated or b.translated):
        return 0.0
    wanted = ("authors", "year", "volume", "first page")
    whole = a.last_page == b.last_page and a.last_page != a.page
    return 6.0 if whole and all(levels.get(name) == "same" for name in wanted) else 0.0


def _vetoes(a: Card, b: Card, levels: dict[str, Level]) -> list[str]:
    """Why two records are not merged by themselves however much else agrees."""
    found = []
    named = levels.get("pmid") == "same" or levels.get("doi") == "same"
    same = {name for name, level in levels.items() if level == "same"}
    differ = {name for name, level in levels.items() if level == "differ"}
    on_page = "first page" in same or (levels.get("first page") == "near" and "volume" in same)
    if "pmid" in differ:
        found.append("two PubMed numbers")
    if "doi" in differ and not _doi_is_wrong(levels):
        found.append("two DOIs")
    if a.notice != b.notice:
        found.append("one is a notice or comment on the other")
    if named:
        return found
    if "first page" in differ and not _page_is_wrong(a, b, levels):
        found.append("two places in print")
    same_text = {"title", "authors", "year", "journal", "abstract"} <= same
    one_place = on_page or "volume" in same or "journal" in same
    if "year" in differ or (levels.get("year") == "near" and not one_place):
        found.append("years apart")
    if "volume" in differ and not (on_page or same_text):
        found.append("two volumes")
    whole = {"authors", "volume", "first page"} <= same and a.last_page == b.last_page
    alike = levels.get("title", "differ") != "differ"
    if alike and a.numbers != b.numbers and (not whole or a.one_page):
        found.append("other numbers or a negation in the title")
    if a.page[:2] == b.page[:2] == "cd" and ({"volume", "issue"} & differ or "year" not in same):
        found.append("two versions of a Cochrane review")
    one_line = {"title", "first page", "volume", "journal"} <= same and not a.notice
    if "authors" in differ and not one_line:
        found.append("other authors")
    if not a.titles or not b.titles:
        found.append("no title")
    elif a.generic or b.generic:
        if not {"first page", "volume", "authors"} <= same:
            found.append("a title that many bear")
    elif "title" not in same and not (on_page or "abstract" in same):
        found.append("titles not quite the same")
    in_one = {"journal", "volume"} <= same or ("abstract" in same and same & {"journal", "volume"})
    article = a if b.meeting else b
    if a.meeting != b.meeting and not (on_page or in_one or article.one_page):
        found.append("conference abstract and article")
    both_meet = a.meeting and b.meeting and "volume" in same
    if "journal" in differ and (
        "volume" in differ or not (on_page or both_meet or "abstract" in same)
    ):
        found.append("two journals")
    return found


def _page_is_wrong(a: Card, b: Card, levels: dict[str, Level]) -> bool:
    """All else agrees, and the two pages may well mean one place: 246 and 250, e12724 and 1-6."""
    same = {name for name, level in levels.items() if level == "same"}
    if a.generic or b.generic:
        return False
    if not {"title", "authors", "year", "journal"} <= same or levels.get("volume") == "differ":
        return False
    if "volume" in same and a.one_page and b.one_page:
        return True
    if a.meeting and b.meeting:
        return True
    if "volume" not in same or levels.get("issue") == "differ":
        return False
    coded = {a.page[0], b.page[0]} & set("abcefghk")  # numbers of articles: e12724, c1804
    x, y = int(a.page.lstrip(LETTERS)), int(b.page.lstrip(LETTERS))
    return abs(x - y) <= 20 or min(x, y) == 1 or bool(coded)
