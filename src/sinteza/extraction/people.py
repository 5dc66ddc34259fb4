# ruff: noqa: E501 - a pattern is read best on one line
"""On whom a study was made: of which ages, and whether drugs had failed to control their seizures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sinteza.extraction.guarded import Guarded
from sinteza.extraction.participants import n_randomized
from sinteza.extraction.report import Population


def _p(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


_EXPLICIT = Guarded(r"refractor(?:y|iness)|(?:drug|treatment|pharmaco|therapy|medication|multidrug)[- ]?resist\w+|resistan(?:t|ce)\b[^.]{0,40}(?:epilep|seizure)|intractable|\bresistant (?:partial|focal|epilep|adult|seizure)", "refractor", "resist", "intractable")  # fmt: skip
_OF_SOMETHING_ELSE = _p(r"depress|status|infect|antibiotic|tumou?r|hypertens")
_SEIZURES = _p(r"epilep|seizure")
# "a third of people with epilepsy are resistant" tells of nobody who took part
_OF_MANY = _p(
    r"(?:third|half|quarter|\d ?%|per ?cent|proportion|many|some|number|majority|minority) of (?:all )?(?:\w+ ){0,3}?(?:patients|people|persons|individuals|children|adults|those|cases)\b[^.]{0,80}$"
)
_IMPLIED = Guarded(
    r"uncontrolled(?! (?:\w+ ){0,2}(?:trial|study|studies)\b)|difficult[- ]to[- ](?:control|treat)|no longer controlled|inadequately effective|(?:inadequate|insufficient)(?:ly)? (?:seizure )?control\w*|not (?:\w+ ){0,2}?(?:adequately |fully |well |completely |sufficiently )?controlled|poor(?:ly)? (?:seizure )?control\w*|incomplete(?:ly)? control"
    r"|(?:seizures?|epilepsy)\b[^.]{0,90}\bdespite|despite (?:\w+ ){0,6}?(?:treatment|therapy|medication|AEDs?|ASMs?|antiepileptic|antiseizure|concomitant)|persist(?:ing|ent) seizures|failed (?:\w+ ){0,4}?(?:AEDs?|drugs?|antiepileptic|treatments?)|unsatisfactor\w+ control|unresponsive|not respond(?:ed|ing) to|severe(?:ly)? epileps(?:y|ies)|severely epileptic",
    "control",
    "difficult",
    "inadequately effective",
    "despite",
    "persisting",
    "persistent",
    "failed",
    "unsatisfactor",
    "respon",
    "severe",
)
# let in with so many seizures while on drugs: the drugs do not control them
_STILL = _p(
    r"(?:≥|>=?|> or ?=|at least|minimum of) ?(?:\d+|\w+) (?:[\w-]+ ){0,4}?seizures?\b(?! (?:reduc|decreas))|(?:\d+|two|three|four) or more (?:[\w-]+ ){0,4}?seizures?\b"
)
_ON_DRUGS = Guarded(
    r"(?:receiving|taking|treated with|on|despite) (?:[\w-]+ ){0,6}?(?:AEDs?|ASMs?|anti-?epileptic|anti-?seizure|anti-?convulsants?)\b",
    "receiving", "taking", "treated with", "on ", "despite",
)  # fmt: skip
_CONTROLLED_SEIZURES = Guarded(
    r"(?:well|completely|fully)[- ]controlled (?:\w+[- ]){0,3}?(?:seizure|epilep)|newly[- ]diagnosed (?:(?!brain|tumou?r|glio)[\w-]+ ){0,5}?(?:epilep|seizure|patients|children|adults)|previously untreated|new[- ]onset|(?<!of )(?<!for )seizure[- ]free (?:epilepsy )?(?:patients|for at least|adults)|(?:been|were) seizure[- ]free ?(?:for )?(?:>|≥|more than|at least|over)|untreated epilep|in remission|(?:first|single) (?:unprovoked )?seizure (?:patients|were|was)|first unprovoked seizure|newly[- ]diagnosed",
    "control",
    "diagnosed",
    "untreated",
    "onset",
    "seizure",
    "in remission",
)


def drug_resistant(title: str, text: str, field: str) -> str | None:
    """explicit (the word is used), implied (uncontrolled, despite drugs), no, or None."""
    if field in ("healthy", "other"):
        return None
    both = f"{title}. {text}"
    for match in _EXPLICIT.finditer(both):
        around = both[max(0, match.start() - 60) : match.end() + 60]
        before = both[max(0, match.start() - 150) : match.start()].rpartition(". ")[2]
        if (not _OF_SOMETHING_ELSE.search(around) or _SEIZURES.search(around)) and not (
            _OF_MANY.search(before)
        ):
            return "explicit"
    if field in ("status_epilepticus", "prophylaxis", "febrile_seizures"):
        return None
    if _IMPLIED.search(both) or _still_on_drugs(both):
        return "implied"
    return "no" if _CONTROLLED_SEIZURES.search(both) else None


def _still_on_drugs(text: str) -> bool:
    """True if one sentence asks for seizures in people who take drugs against them."""
    for match in _ON_DRUGS.finditer(text):
        start = text.rfind(". ", 0, match.start()) + 1
        end = text.find(". ", match.end())
        if _STILL.search(text, start, end if end > 0 else len(text)):
            return True
    return False


_N = r"\d{1,2}(?:\.\d)?(?!\.?\d)"
_UNIT = r"(?:years?|yrs?|y\.?(?:\s?o\b\.?)?|months?|mos?|weeks?|days?)"
_UNITS = {"m": 12.0, "w": 52.0, "d": 365.0}
#: Two ages: "12-65 years", "1 month to <4 years", "aged between 18 and 70", "(range, 19-62)".
_AGES = _p(
    rf"(?=\d)(?<![\d.,/-])({_N})[\s-]*({_UNIT})?(?: of age| old)?\s*(?:-|to|and|through|until)\s*(?:[<≤]|less than |up to )?\s?({_N})(?!\s?(?:%|mg|/))(?:[\s-]*({_UNIT})(?!\w))?(\s?(?:old|of age)\b)?"
)
_OLDER = _p(
    rf"(?=[≥>aom\d])(?:(?:≥|>=|> ?or ?= ?|>|at least|(?<!mean )(?<!median )(?<!average )\bage[ds]?|over|older than|more than|above|minimum age(?: of)?)\s*({_N})[\s-]*(?:years?|yrs?|y\.?o?\.?)(?![\w-])(?:[\s-](?:of age|old))?(?: (?:and|or) (?:older|over|above|more))?|({_N})[\s-]*(?:years?|yrs?|y)\b(?: of age| old)?,? (?:and|or) (?:older|over|above|more)|({_N})\+ years|older than ({_N})(?= (?:and|with|or|were|who)\b|\s?[(),;]))"
)
_YOUNGER = _p(
    rf"(?=[<≤lubyn])(?:<|≤|less than|under|below|up to|younger than|(?:not|no) older than)\s*({_N})[\s-]*(?:years?|yrs?|y\.?\s?o?\.?)(?!\w)"
)
_AGE_BEFORE = _p(r"\bag(?:e[ds]?|ing)\b[^.;\d]{0,25}$")
_AGE_RANGE = _p(r"\bag(?:e[ds]?|ing)\b[^;]{0,50}(?:\brang\w+\W{0,2}(?:of |from )?|\()\s*$")
_QUARTILES = _p(r"\bIQR|quartile|Q1")
_OLD_AFTER = _p(r"[\s-]*(?:old|of age|y\.?\s?o\b)")
_PEOPLE_BEFORE = _p(
    r"(?:patients?|subjects?|children|adults?|participants?|volunteers?|adolescents?|infants?|men|women|males?|females?|people|individuals|youths?|boys|girls|persons)\b[^.;,\d]{0,20}$"
)
# years of something else than a life
_OTHER_YEARS = _p(
    r"duration|follow|exposure|treat|period|\bup to|over|retention|extension|onset|interval|later|during|past|last|history|after|between|for (?:at least|more than)? ?$"
)
_OTHER_AFTER = _p(
    r"[\s-]*(?:follow|extension|treatment|of (?:\w+ )?(?:treatment|follow|therapy|exposure)|study|trial|period|open|duration|after|before|later|earlier|long|exposure|safety)"
)


def _clause(text: str, start: int) -> str:
    """What stands before in the sentence, at most 70 characters."""
    return re.split(r"[.;] ", text[max(0, start - 70) : start])[-1]


def _years(figure: str, unit: str) -> float:
    return float(figure) / _UNITS.get(unit[0].lower(), 1.0)


def _ranges(text: str) -> Iterator[tuple[float, float]]:
    """Lowest and highest age, in years, wherever a text tells two ages of people."""
    for match in _AGES.finditer(text):
        before = _clause(text, match.start())
        unit = match[4] or match[2]
        units = {name[0].lower() for name in (match[2], match[4]) if name}
        of_age = match[5] or _AGE_BEFORE.search(before) or _AGE_RANGE.search(before)
        if not of_age and (
            units != {"y"}
            or _OTHER_YEARS.search(before[-45:])
            or _OTHER_AFTER.match(text, match.end())
        ):
            continue
        low, high = _years(match[1], match[2] or unit or "y"), _years(match[3], unit or "y")
        if low < high and not _QUARTILES.search(before):
            yield low, high


def _bounds(text: str, pattern: re.Pattern[str]) -> Iterator[float]:
    """Ages in years that people are said to be above or below."""
    for match in pattern.finditer(text):
        before = _clause(text, match.start())
        told = (
            _AGE_BEFORE.search(before)
            or re.search(r"\bage|old|y\.?o|and (?:over|above)|or (?:over|above)", match[0], re.I)
            or _OLD_AFTER.match(text, match.end())
        )
        if told or (
            "up" not in match[0].lower()
            and _PEOPLE_BEFORE.search(before)
            and not _OTHER_AFTER.match(text, match.end())
        ):
            yield float(next(figure for figure in match.groups() if figure))


_KIDS = Guarded(
    r"\bchildren\b(?!'s)|\bchild\b(?!'s| behaviou?r| health)|p(?:a)?ediatric|infants?\b|infancy|toddlers?|neonat|newborn|\bboys\b",
    "child", "diatric", "infan", "toddler", "neonat", "newborn", "boys",
)  # fmt: skip
_KIDS_TITLE = _p(
    r"child|p(?:a)?ediatric|infan|toddler|neonat|newborn|juvenile(?! (?:myoclonic|absence))|west syndrome"
)
_ADULT = _p(r"\badults?\b")
_ADOLESCENT = _p(r"adolescents?\b")
_ELDERLY = _p(r"\belderly\b|older (?:adults|people|patients)|late[- ]life|geriatric")
_BOTH = Guarded(
    r"children and (?:young )?adults|adults? and (?:\w+ )?(?:children|p(?:a)?ediatric)|adolescents and (?:young )?adults|adults and adolescents",
    "adult",
)


def _group(low: float, high: float) -> str | None:
    """Name of the group that ages from ``low`` to ``high`` make."""
    if low >= 60:
        return "elderly"
    if low >= 16 and high > 20:
        return "adults"
    if high <= 19:
        return "adolescents" if low >= 11 else "children"
    return "mixed" if low < 16 and high >= 20 else None


def age_group(title: str, text: str) -> str | None:
    """children, adolescents, adults, elderly or mixed; None where no age is told.

    Children are below 16 to 19, adolescents above 10 of these, adults 16 and more, the elderly 60
    and more. The title is believed before the ages the text tells, and these before its words.
    """
    both = f"{title}. {text}"
    if _ELDERLY.search(title):
        return "elderly"
    title_kids, title_adults = bool(_KIDS_TITLE.search(title)), bool(_ADULT.search(title))
    adolescents = bool(_ADOLESCENT.search(title))
    if adolescents and not title_kids and not title_adults:
        return "adolescents"
    if title_adults and (title_kids or adolescents):
        return "mixed"
    for low, high in _ranges(both):
        group = _group(low, high)
        if group:
            return group
    if title_kids or any(age <= 18 for age in _bounds(both, _YOUNGER)):
        return "children"
    if title_adults:
        return "adults"
    for age in _bounds(both, _OLDER):
        return "elderly" if age >= 60 else "adults" if age >= 16 else "mixed"
    if _BOTH.search(both):
        return "mixed"
    kids, adults = bool(_KIDS.search(both)), bool(_ADULT.search(both))
    if kids != adults:
        return "children" if kids else "adults"
    return None


def population(title: str, text: str, field: str, kind: str) -> Population:
    """Who took part."""
    return Population(
        drug_resistant=drug_resistant(title, text, field),
        age_group=age_group(title, text),
        n_randomised=n_randomized(text, kind),
    )
