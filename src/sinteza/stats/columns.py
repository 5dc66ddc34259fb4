"""Which column of a table holds what: the names people commonly use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sinteza.errors import SynthesisError

#: our name -> what it is called in tables (compared without case, spaces, dots and underscores)
COMMON: dict[str, tuple[str, ...]] = {
    "ai": ("ai", "event.e", "event1", "events1", "events_1", "tpos", "e1", "eventstreat",
           "events.t", "event.t", "eventstreatment", "responders_t"),
    "bi": ("bi", "tneg"),
    "ci": ("ci", "event.c", "event2", "events2", "events_2", "cpos", "e2", "eventscontrol",
           "events.c", "responders_c"),
    "di": ("di", "cneg"),
    "n1i": ("n1i", "n.e", "n1", "ntreat", "total1", "total_1", "n.t", "ntreatment", "total.t"),
    "n2i": ("n2i", "n.c", "n2", "ncontrol", "total2", "total_2", "total.c"),
    "m1i": ("m1i", "mean.e", "mean1", "mean_1", "m1", "mean.t", "meantreat"),
    "sd1i": ("sd1i", "sd.e", "sd1", "sd_1", "sd.t", "sdtreat"),
    "m2i": ("m2i", "mean.c", "mean2", "mean_2", "m2", "meancontrol"),
    "sd2i": ("sd2i", "sd.c", "sd2", "sd_2", "sdcontrol"),
    "x1i": ("x1i", "event.e", "events1", "x1"),
    "t1i": ("t1i", "time.e", "time1", "t1"),
    "x2i": ("x2i", "event.c", "events2", "x2"),
    "t2i": ("t2i", "time.c", "time2", "t2"),
    "xi": ("xi", "event", "events", "x", "cases"),
    "mi": ("mi", "items", "mean"),
    "ni": ("ni", "n", "total", "sample", "samplesize"),
    "ti": ("ti", "time", "persontime", "personyears"),
    "sdi": ("sdi", "sd"),
    "ri": ("ri", "r", "cor", "correlation"),
    "yi": ("yi", "te", "estimate", "effect", "es", "logor", "logrr", "loghr", "y"),
    "vi": ("vi", "variance", "var", "v"),
    "sei": ("sei", "sete", "se", "stderr", "standarderror"),
    "study": ("study", "studlab", "author", "trial", "label", "slab", "id", "name"),
}  # fmt: skip

#: the sets of columns each kind of data may come as, in order of preference
KINDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "table": (("ai", "n1i", "ci", "n2i"), ("ai", "bi", "ci", "di")),
    "pairs": (("ai", "bi", "ci", "di"),),
    "means": (("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),),
    "change": (("m1i", "sd1i", "m2i", "sd2i", "ri", "ni"),),
    "rates": (("x1i", "t1i", "x2i", "t2i"),),
    "proportion": (("xi", "ni"), ("xi", "mi")),
    "rate": (("xi", "ti"),),
    "mean": (("mi", "sdi", "ni"),),
    "correlation": (("ri", "ni"),),
    "alpha": (("ai", "mi", "ni"),),
    "generic": (("yi", "vi"), ("yi", "sei")),
}


def _plain(name: str) -> str:
    return re.sub(r"[\s._-]", "", name).lower()


def guess_columns(
    header: Sequence[str], kind: str, given: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Our column names to those of the header, for one kind of data (``study`` too where found).

    ``given`` says some of them outright. Raises SynthesisError naming what cannot be found.
    """
    said = dict(given or {})
    for ours, theirs in said.items():
        if theirs not in header:
            raise SynthesisError(
                f"there is no column {theirs!r} for {ours}", hint=f"columns: {', '.join(header)}"
            )
    by_plain = {_plain(name): name for name in reversed(header)}
    best: list[str] = []
    for wanted in KINDS[kind]:
        found = dict(said)
        for ours in (*wanted, "study"):
            if ours not in found:
                match = next(
                    (by_plain[_plain(n)] for n in COMMON[ours] if _plain(n) in by_plain), None
                )
                if match is not None:
                    found[ours] = match
        missing = [ours for ours in wanted if ours not in found]
        if not missing:
            return {ours: found[ours] for ours in (*wanted, "study") if ours in found}
        if not best or len(missing) < len(best):
            best = missing
    raise SynthesisError(
        f"no column found for {', '.join(best)}",
        hint=f"name them, e.g. --{best[0]} COLUMN; columns: {', '.join(header)}",
    )
