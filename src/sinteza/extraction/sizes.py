# ruff: noqa: E501 - a pattern is read best on one line
"""How many people each arm had, read beside its mentions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from sinteza.extraction.drafts import ArmDraft, Mention
from sinteza.extraction.numbers import INT, PEOPLE, integer

_RESULT = re.compile(
    r"adverse|side[- ]effects?|withdr[ae]w|dropp?ed|drop-?outs?|discontinu|lost to|died|deaths?|seizure[- ]free|responders?\b|recurr|experienced",
    re.I,
)
_FIGURE = re.compile(r"\d")
_WORD = re.compile(r"(?:teen|ty|hundred|ten|eleven|twelve|five|six|seven|eight|nine)\b", re.I)
_SIGN = re.compile(r"\b[nN]\s?=|\d (?:patients|subjects)", re.I)
_SIZED_WORDS = ("random", "assign", "allocat", "receiv", "group")
_ITT_SIZE = re.compile(
    rf"[^.;%]{{0,45}}?[(\[,:;]\s*(?:mITT\s*=|ITT\s*=|[nN]\s?=|N:)\s*({INT})\b(?!\s?[\[(]\s?\d[\d.]*\s?%)"
)
_PEOPLE_AFTER = re.compile(rf"(?:\s*(?:group|arm|alone))?\s*[,:]?\s*\(?({INT}) {PEOPLE}")
_PEOPLE_BEFORE = re.compile(
    rf"\b({INT})\s+(?:{PEOPLE}\s+)?(?:were\s+)?(?:randomi[sz]ed\s+|assigned\s+|allocated\s+)?(?:to|received|receiving|in(?: the| a)?|on|took|given)?\s*(?:the\s+)?(?:oral |matching |matched )?$",
    re.I,
)
_GIVEN_TO = re.compile(r"random|assign|allocat|intent\w*-to", re.I)


def find_sizes(
    arms: Sequence[ArmDraft], sentences: Iterable[str], mentions_in: Callable[[str], list[Mention]]
) -> None:
    """Give the arms the numbers of people that sentences print beside them."""
    for sentence in sentences:
        if not _sized(sentence) or not (_FIGURE.search(sentence) or _WORD.search(sentence)):
            continue
        is_random = bool(
            re.search(r"random|assign|allocat|received|entered|\bITT\b|intent", sentence, re.I)
        )
        # a sentence of results prints counts beside its arms that are no sizes
        told = bool(_RESULT.search(sentence)) and not _GIVEN_TO.search(sentence)
        if told and "%" not in sentence:
            continue
        mentions = [m for m in mentions_in(sentence) if len(m.arms) == 1]
        for number, mention in enumerate(mentions):
            arm = arms[mention.arms[0]]
            if arm.role == "pooled":
                continue
            stop = mentions[number + 1].start if number + 1 < len(mentions) else len(sentence)
            n = _size_after(sentence[mention.end : stop], told)
            if n is None and not told:
                floor = mentions[number - 1].end if number else 0
                n = _size_before(sentence[floor : mention.start])
            if n is None or n < 5:
                continue
            if (
                is_random
                and arm.n_randomized is None
                and not re.search(r"analy[sz]|evaluable|efficacy|completed", sentence, re.I)
            ):
                arm.n_randomized = n
            elif arm.n_analyzed is None and arm.n_randomized != n:
                arm.n_analyzed = n


def _sized(sentence: str) -> bool:
    """Whether a sentence speaks of groups, or of people and their number."""
    low = sentence.lower()
    return any(word in low for word in _SIZED_WORDS) or bool(_SIGN.search(sentence))


def _size_after(text: str, told: bool) -> int | None:
    match = _ITT_SIZE.match(text)
    if not match and not told:
        match = _PEOPLE_AFTER.match(text)
    return integer(match[1]) if match else None


def _size_before(text: str) -> int | None:
    match = _PEOPLE_BEFORE.search(text)
    return integer(match[1]) if match else None
