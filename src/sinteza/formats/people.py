"""Names of authors: the order the source prints them in, to last name, forenames, initials."""

from __future__ import annotations

import re

from msgspec.structs import replace

from sinteza.model.record import Author

_INITIALS = re.compile(r"(?:[A-ZÀ-ÞĀ-ŽȘȚ]\.?[- ]?){1,5}")
_GLUED = re.compile(r"[A-ZÀ-ÞĀ-ŽȘȚ]{1,3}")
_SUFFIX = re.compile(r"(?:Jr|Sr|[IV]{2,3}|[2-5](?:nd|rd|th))\.?", re.I)
_GROUP = re.compile(
    r"\b(?:group|consortium|committee|investigators|study|trial|trialists|collaborat\w+|network"
    r"|association|society|organi[sz]ation|university|institute|center|centre|department|team"
    r"|foundation|agency|council|ministry|project|initiative|force|panel|commission|academy"
    r"|college|hospital|registry|inc|ltd|gmbh|spitalul|universitatea|institutul|societatea"
    r"|asocia[ț\u0163t]ia)\b",
    re.I,
)
_PARTICLES = {
    "van",
    "von",
    "de",
    "der",
    "den",
    "del",
    "della",
    "di",
    "da",
    "du",
    "la",
    "le",
    "el",
    "al",
    "bin",
    "ibn",
    "ten",
    "ter",
    "dos",
    "das",
}


def initials(fore: str) -> str:
    """The capitals of forenames: ``Paul M`` gives PM, ``Jean-Luc`` JL, ``RBJ`` RBJ."""
    if _GLUED.fullmatch(fore):
        return fore
    return "".join(word[0] for word in re.split(r"[\s.-]+", fore) if word and word[0].isupper())


def _are_initials(word: str) -> bool:
    """``AB``, ``A.B.``, ``N.-E.``; not a name in capitals."""
    return _INITIALS.fullmatch(word) is not None and (len(word) <= 4 or "." in word)


def author(text: str) -> Author:
    """One name: ``Last, Fore, Jr``, ``Last AB``, ``Fore Last`` or the name of a group."""
    text = " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split()).strip(" ;")
    last, comma, rest = text.partition(",")
    if comma and rest.strip():
        fore, _, suffix = (part.strip() for part in rest.partition(","))
        if _GROUP.search(text) and len(text.split()) > 3:
            return Author(collective=text)
        if _SUFFIX.fullmatch(fore):
            fore, suffix = suffix, fore
        return Author(last=last.strip(), fore=fore, initials=initials(fore), suffix=suffix)
    text = last.strip() if comma else text
    words = text.split()
    if len(words) <= 1:
        return Author(last=text)
    if _GROUP.search(text):
        return Author(collective=text)
    cut = len(words)
    while cut > 1 and _are_initials(words[cut - 1]):
        cut -= 1
    if cut < len(words):  # Last AB, Brownstein C D
        fore = " ".join(words[cut:])
        return Author(last=" ".join(words[:cut]), fore=fore, initials=initials(fore))
    start = len(words) - 1  # Fore Last, with the particles of the last name
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    fore = " ".join(words[:start])
    return Author(last=" ".join(words[start:]), fore=fore, initials=initials(fore))


def inverted(person: Author) -> str:
    """``Last, Fore, Suffix``, or the group's name."""
    if person.collective:
        return person.collective
    parts = [person.last, person.fore or person.initials]
    if person.suffix:
        parts.append(person.suffix)
    return ", ".join(part for part in parts if part)


def glued(person: Author) -> str:
    """``Last AB``, as MEDLINE prints it."""
    if person.collective:
        return person.collective
    parts = (person.last, person.initials or initials(person.fore), person.suffix)
    return " ".join(part for part in parts if part)


def with_initials(person: Author, letters: str) -> Author:
    """The person with these initials."""
    return replace(person, initials=letters)
