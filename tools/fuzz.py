"""Fuzz the readers of foreign text with atheris (coverage-guided, libFuzzer).

    python tools/fuzz.py text|extraction|query|formats [CORPUS ...] [-max_total_time=120 ...]

Needs the extra ``fuzz``. Whatever the bytes, the code under test ends with a value or a
``SintezaError``; places lie in the text. Anything else is a crash, and libFuzzer keeps the input.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["sinteza"]):
    import tomllib
    from importlib.resources import files

    from sinteza.classification.match import Matcher
    from sinteza.classification.taxonomy import Taxonomy
    from sinteza.errors import SintezaError
    from sinteza.extraction.read import read
    from sinteza.formats import registry
    from sinteza.model.record import Record, Section
    from sinteza.query.ovid import parse_ovid
    from sinteza.query.strategy import parse_strategy
    from sinteza.query.syntax import parse
    from sinteza.text import abbreviations, sentences
    from sinteza.text.normalize import fold_with_offsets
    from sinteza.text.roles import load

# what random bytes rarely hit on by themselves
WORDS = (
    "placebo", "lamotrigine 200 mg/day", " (n = 40)", "50% responder rate", " vs. ", "95% CI 1-2",
    "respectively", "randomized", "seizure-free", "no ", "adverse events", "; ", " and ", "p<0.01",
    "hypotheses", "terapia", " si ", "stimularea", "SCN1A gene", "(", ")", "PMID- ", "TY  - JOUR",
)  # fmt: skip


def words(data: bytes) -> str:
    """Text out of bytes: high ones stand for the words that the readers know."""
    provider = atheris.FuzzedDataProvider(data)
    pieces = []
    while provider.remaining_bytes():
        choice = provider.ConsumeIntInRange(0, 2 * len(WORDS))
        pieces.append(
            WORDS[choice] if choice < len(WORDS) else provider.ConsumeUnicodeNoSurrogates(12)
        )
    return "".join(pieces)


def text(data: bytes) -> None:
    """Folding, sentences, abbreviations, roles: places lie in the text, in order."""
    said = words(data)
    folded = fold_with_offsets(said)
    assert folded.span(0, len(folded.text))[1] <= len(said)
    at = 0
    spans = sentences.split(said)
    for start, end in spans:
        assert at <= start < end <= len(said)
        at = end
    for item in abbreviations.find(said):
        assert said[item.start : item.end] == item.long
    assert len(load().predict([said[a:b] for a, b in spans])) == len(spans)


def _matcher() -> Matcher:
    taxonomy = (files("sinteza.protocols") / "dre" / "taxonomy.toml").read_text("utf-8")
    return Matcher(Taxonomy.load(tomllib.loads(taxonomy)))


MATCHER = _matcher()


def extraction(data: bytes) -> None:
    """The reading of a report and its concepts: every quote lies in the text."""
    said = words(data)
    title, _, abstract = said.partition("\n")
    record = Record(
        id="f:1", source="f", source_id="1", title=title, abstract=(Section(text=abstract),)
    )
    for outcome in read(record, load().predict).outcomes:
        for value in outcome.values:
            assert 0 <= value.start <= value.end <= len(abstract)
    for found in MATCHER.match(record):
        if found.start is not None and found.end is not None:
            whole = title if found.field == "title" else abstract
            assert 0 <= found.start < found.end <= len(whole)


def query(data: bytes) -> None:
    """The query languages: a tree, or an error that says where."""
    said = atheris.FuzzedDataProvider(data).ConsumeUnicodeNoSurrogates(len(data))
    for reader in (parse, parse_ovid, parse_strategy):
        with contextlib.suppress(SintezaError):
            reader(said)


FORMATS = sorted(registry.formats())


def formats(data: bytes) -> None:
    """The readers of files, the first byte chooses which: records, or an error of ours."""
    if not data:
        return
    reader = registry.named(FORMATS[data[0] % len(FORMATS)])
    with contextlib.suppress(SintezaError):
        for record in reader.read(io.BytesIO(data[1:])):
            assert record.id


TARGETS: dict[str, Callable[[bytes], None]] = {
    "text": text,
    "extraction": extraction,
    "query": query,
    "formats": formats,
}


def main(arguments: list[str]) -> None:
    """Run one target; libFuzzer reads the rest of the arguments."""
    if len(arguments) < 2 or arguments[1] not in TARGETS:
        raise SystemExit(__doc__)
    atheris.Setup([arguments[0], *arguments[2:]], TARGETS[arguments[1]])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
