"""Which persons' keys a name in a query may mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from sinteza.query.tree import Author, tokenize


class Person(NamedTuple):
    """The parts of a person's key, each folded."""

    last: str
    initials: str
    suffix: str
    fore: str

    @classmethod
    def of(cls, key: str) -> Person:
        """Take a key such as ``au:french|ja||jacqueline a`` apart."""
        return cls(*key.partition(":")[2].split("|"))


Fits = Callable[[str], bool]
"""Whether a key fits."""


def meant(node: Author) -> Iterator[tuple[str, Fits]]:
    """How the keys of the persons a name may mean begin after their field, and whether one fits."""
    wanted = tokenize(node.name, wildcards=True)
    if any("*" in word for word in wanted):
        whole = " ".join(wanted)
        yield whole[: whole.index("*")].split(" ")[0], _matches(whole)
        return
    full_only = node.field in ("fau", "fir")
    for last, rest in _splits(node.name):
        yield f"{' '.join(last)}|", _follows(rest, exact=node.exact, full_only=full_only)
    if "," not in node.name:
        for at in range(1, len(wanted)):
            yield f"{' '.join(wanted[at:])}|", _goes_before(wanted[:at], exact=node.exact)


def pattern_of(wildcards: str, star: str) -> re.Pattern[str]:
    """A pattern in which each ``*`` stands for ``star``."""
    return re.compile(star.join(re.escape(part) for part in wildcards.split("*")))


def _matches(wildcards: str) -> Fits:
    """Names that match in one of the ways they may be written."""
    match = pattern_of(wildcards, "[^ ]*").fullmatch

    def one_word(key: str) -> bool:  # which no way of writing with two words matches
        return match(Person.of(key).last) is not None

    def words(key: str) -> bool:
        last, initials, suffix, fore = Person.of(key)
        written = (last, f"{last} {initials}", f"{last} {initials} {suffix}")
        return any(match(way.strip()) for way in (*written, f"{last} {fore}", f"{fore} {last}"))

    return words if " " in wildcards else one_word


def _splits(name: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Ways to read a name as last name and rest; a comma says which."""
    last, comma, rest = name.partition(",")
    if comma:
        yield tokenize(last), tokenize(rest)
        return
    words = tokenize(name)
    for at in range(len(words), 0, -1):
        yield words[:at], words[at:]


def _follows(rest: tuple[str, ...], *, exact: bool, full_only: bool) -> Fits:
    """What follows the last name is the initials (a beginning of them unless exact), the initials
    and the suffix, or the forenames.
    """

    def fits(key: str) -> bool:
        _, initials, suffix, fore = Person.of(key)
        letters = initials.replace(" ", "")
        if not rest:
            return not exact or not (letters or suffix or fore)
        if not full_only:
            if len(rest) == 1 and not exact and letters.startswith(rest[0]):
                return True
            if len(rest) == 1 and exact and letters == rest[0] and not suffix:
                return True
            if (letters, suffix) == rest:
                return True
        return _forenames(rest, fore, exact=exact)

    return fits


def _goes_before(names: tuple[str, ...], *, exact: bool) -> Fits:
    """The forenames stand before the last name."""
    return lambda key: _forenames(names, Person.of(key).fore, exact=exact)


def _forenames(names: tuple[str, ...], fore: str, *, exact: bool) -> bool:
    written = tuple(fore.split())
    return names == written if exact else names == written[: len(names)]
