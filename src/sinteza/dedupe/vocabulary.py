"""Words and letters that comparison looks past: alphabets, database notes in titles, notices."""

from __future__ import annotations

import re

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu",
    "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
# transliterated as by the simple forms of ALA-LC, marks left out
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i",
    "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch",
    "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia", "і": "i", "є": "ie", "ґ": "g",
}  # fmt: skip
_LATIN = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
    "&": " and ",
}  # fmt: skip
TRANSLITERATED = str.maketrans({**_LATIN, **_GREEK, **_CYRILLIC})
"""Letters that do not decompose; Greek is spelled out, as titles do."""

_LANGUAGES = (
    "english|chinese|french|german|spanish|italian|polish|turkish|russian|japanese|korean|dutch"
    "|portuguese|danish|swedish|norwegian|finnish|czech|hungarian|romanian|serbian|croatian|greek"
    "|hebrew|persian|arabic|ukrainian|bulgarian|slovak|slovenian|lithuanian"
)
LANGUAGE = re.compile(rf"[\[(](?:article in )?(?:{_LANGUAGES})(?:[ ,;-]+[a-z]+)*\]?[\])]?")
TRANSLATED = re.compile(r"[\[(](?:author'?s )?transl[^\])]*[\])]")
STATUS = re.compile(r"^\W*(?:retracted|withdrawn)(?: article| paper)?\s*[:.\]]\s*")
ADDED = re.compile(
    r"\s*(?:\[(?:published )?(?:erratum|corrected|corrections?|comment|see comment|retract).*"
    r"|\[[^\]]*\]?"
    r"|\((?:provisional abstract|structured abstract|brief record|multiple letters"
    r"|see comments?|abstract)\)"
    r"|\.\.\.\s*\S.*\b(?:19|20)\d\d\b.*|\.\.\.)[\s.]*$"
)
"""What databases add to the end of titles: ``[Review] [45 refs]``, ``[Erratum appears in ...]``,
``(Provisional abstract)``, ``... N Engl J Med. 2009 Jan 29;360(5):544-6``."""

_NOTICES = (
    "erratum|errata|corrigend(?:um|a)|correction|corrected|retraction|notice of retraction"
    "|expression of concern|addendum|comment(?:ary)?|re|reply|response"
)
NOTICE = re.compile(
    rf"^\W*(?:(?:publisher|author|authors)'?s? )?(?:{_NOTICES}|letter)\b"
    r"(?=\W*(?:$|:|to\b|for\b|on\b|of\b|notice|\[))|\b(?:erratum|corrigendum)\W*$"
)
"""Titles of errata, retraction notices, comments and replies."""
ABOUT = re.compile(rf"^\W*(?:[a-z]+'?s? )?(?:{_NOTICES})\b(?:\W*(?:to|for|on|of|notice)\b)*\W*")
"""What stands in such a title before the title of what it is about."""

_GENERIC = (
    "abstract abstracts acknowledgment acknowledgement announcement appendix article author authors"
    " board book books calendar case clinical comment commentary communication conference"
    " contents correspondence cover discussion editor editors editorial editorials erratum foreword"
    " from guest highlights image in index information introduction issue journal letter letters"
    " message month news note notes obituary of on opinion our picture poster posters preface"
    " president quiz re reader readers reply report response review reviewer reviewers reviews"
    " scientific section session summary supplement table thanks the this title to unknown untitled"
    " update view volume welcome a an and for annual meeting oral presentations program"
)
GENERIC = frozenset(_GENERIC.split())
"""A title made of these alone says nothing about being the same."""

MEETING = re.compile(r"\b(?:conference|congress|meeting|symposium|workshop|annual session)\b")
SUPPLEMENT = re.compile(r"\bs\s*\d|suppl|abstr", re.IGNORECASE)

_ROMAN = "i ii iii iv v vi vii viii ix x xi xii"
ROMAN = frozenset(_ROMAN.split())
NEGATIONS = frozenset(("no", "non", "not", "without"))
NOBODY = frozenset(("anonymous", "anon", "unknown", "none", "authors not listed", "no authors"))
_PASSED_OVER = (
    "the of and for in on a an et de la le les des du der die das und fur y e el i di del della dei"
)
PASSED_OVER = frozenset(_PASSED_OVER.split())
"""Words of journal names that abbreviations leave out."""
