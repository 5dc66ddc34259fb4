"""What is written is read again: any record within what a format can say."""

from __future__ import annotations

import io
import string

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sinteza.errors import FormatError
from sinteza.formats import decisions, registry
from sinteza.formats.fields import identifiers
from sinteza.formats.people import initials
from sinteza.model.record import (
    Author,
    Chemical,
    Dates,
    Grant,
    Journal,
    Link,
    MeshHeading,
    MeshQualifier,
    PublicationType,
    Record,
    Section,
    SupplementaryConcept,
)

PHASES = (Phase.explicit, Phase.generate)  # records are long to shrink: a failure shows them whole

LETTERS = string.ascii_lowercase + "ăâîșțéöşţ"
SIGNS = LETTERS + "0123456789,;:.'\"&%$#_{}\\~^()[]<>/+=-|@*!?"


def word(alphabet: str = LETTERS, most: int = 9) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=2, max_size=most)


@st.composite
def phrase(draw: st.DrawFn, alphabet: str = SIGNS) -> str:
    """Words with one space between them, a letter first."""
    words = draw(st.lists(word(alphabet), min_size=1, max_size=7))
    return draw(word()).capitalize() + " " + " ".join(words)


plain = st.builds(lambda words: " ".join(words), st.lists(word(), min_size=1, max_size=4))
name = word().map(str.capitalize)


@st.composite
def author(draw: st.DrawFn) -> Author:
    if draw(st.booleans()) and draw(st.booleans()):
        return Author(collective=f"The {draw(name)} Study Group")
    fore = draw(st.one_of(name, st.sampled_from(["A. B.", "Jean-Luc", "M"])))
    return Author(last=draw(name), fore=fore, initials=initials(fore))


@st.composite
def record(draw: st.DrawFn) -> Record:
    """A record that every bibliographic format can hold."""
    year = draw(st.integers(1900, 2029))
    month = draw(st.sampled_from(["", "-03", "-11-28"]))
    number = draw(st.integers(1, 10**8 - 1))
    # RIS says of a PubMed number that the database is PubMed
    extra = {"kind": ("article-journal",), "database": ("PubMed",)}
    if draw(st.booleans()):
        extra["url"] = (f"https://example.org/{draw(word(string.ascii_lowercase))}",)
    if draw(st.booleans()):
        extra["other:FIELD"] = tuple(draw(st.lists(phrase(), min_size=1, max_size=2)))
    made = Record(
        id="x:1",
        source="x",
        source_id="1",
        title=draw(phrase()),
        abstract=(Section(text=draw(phrase(LETTERS + ",;%()"))),) if draw(st.booleans()) else (),
        authors=tuple(draw(st.lists(author(), max_size=4))),
        year=year,
        dates=Dates(printed=f"{year}{month}"),
        journal=Journal(
            title=draw(plain),
            volume=str(draw(st.integers(1, 99))),
            issue=draw(st.sampled_from(["", "3", "Suppl 1"])),
            pages=draw(st.sampled_from(["", "12-19", "e101", "S4"])),
            issn=draw(st.sampled_from(["", "0013-9580"])),
        ),
        identifiers=identifiers(
            ("pmid", str(number) if draw(st.booleans()) else ""),
            ("doi", f"10.1000/{draw(word(string.ascii_lowercase))}"),
            ("nct", "NCT00000001" if draw(st.booleans()) else ""),
        ),
        keywords=tuple(draw(st.lists(plain, min_size=2, max_size=4))),
        publication_types=(PublicationType(name="Journal Article"),),
        languages=("eng",),
        registry=("ClinicalTrials.gov/NCT00000001",) if draw(st.booleans()) else (),
        notes=tuple(draw(st.lists(phrase(LETTERS), max_size=2))),
        extra=extra,
    )
    if draw(st.booleans()):
        verdict = draw(st.sampled_from(["include", "exclude", "maybe"]))
        reason = draw(st.one_of(st.just(""), plain))
        made = decisions.decided(made, verdict, reason, draw(st.one_of(st.just(""), plain)))
    return made


def again(form: str, *records: Record) -> list[Record]:
    stream = io.BytesIO()
    writer = registry.named(form)
    assert isinstance(writer, registry.Writable)
    writer.write(records, stream)
    stream.seek(0)
    return list(registry.read(stream, source="x", form=form))


def differing(left: Record, right: Record, *but: str) -> dict[str, tuple[object, object]]:
    def shown(record: Record, field: str) -> object:
        value = getattr(record, field)
        return sorted(value, key=str) if field == "identifiers" else value

    fields = [f for f in left.__struct_fields__ if f not in ("id", "source_id", *but)]
    return {
        f: (shown(left, f), shown(right, f)) for f in fields if shown(left, f) != shown(right, f)
    }


@pytest.mark.parametrize(
    "form", ["ris", "bibtex", "csl-json", "csv", "tsv", "xlsx", "endnote-xml", "ciw"]
)
def test_a_record_comes_back_whole(form: str) -> None:
    @settings(max_examples=25 if form != "xlsx" else 8, phases=PHASES)
    @given(st.lists(record(), min_size=1, max_size=3))
    def check(records: list[Record]) -> None:
        found = again(form, *records)
        assert len(found) == len(records)
        for before, after in zip(records, found, strict=True):
            assert differing(before, after) == {}

    check()


@st.composite
def medline(draw: st.DrawFn) -> Record:
    """A record with what only PubMed's formats can say."""
    base = draw(record())
    heading = MeshHeading(
        name="Epilepsy",
        major=draw(st.booleans()),
        qualifiers=(MeshQualifier(name="drug therapy", major=draw(st.booleans())),),
    )
    from msgspec.structs import replace

    return replace(
        base,
        title=draw(phrase()),
        vernacular_title=draw(st.one_of(st.just(""), plain)),
        mesh=(heading,) * draw(st.integers(0, 1)),
        chemicals=(Chemical(name=draw(plain), registry_number="0"),),
        supplementary=(SupplementaryConcept(name=draw(plain)),),
        grants=(Grant(number="R01 NS1/2", acronym="NS", agency="NINDS NIH HHS", country="X"),),
        links=(Link(kind="ErratumIn", citation="J. 2020;1:2.", pmid="5"),),
        conflict_of_interest=draw(plain),
        dates=Dates(
            printed=base.dates.printed,
            electronic="2020-02-03",
            entered="2020-03-01",
            revised="2021-01-01",
            history=(("received", "2019-01-01"),),
        ),
        status="MEDLINE",
        identifiers=identifiers(("pmid", "1"), ("doi", base.doi), ("pmc", "PMC9")),
        extra={**base.extra, "nbib:OWN": ("NLM",)},
    )


@pytest.mark.parametrize("form", ["nbib", "pubmed-xml"])
def test_pubmed_s_formats_hold_everything(form: str) -> None:
    @settings(max_examples=25, phases=PHASES)
    @given(medline())
    def check(before: Record) -> None:
        (after,) = again(form, before)
        assert differing(before, after) == {}

    check()


@given(medline(), st.sampled_from(["ris", "csl-json", "csv"]))
@settings(max_examples=15, phases=PHASES)
def test_leftovers_of_one_format_survive_another(before: Record, form: str) -> None:
    (after,) = again(form, before)
    assert after.extra["nbib:OWN"] == ("NLM",)
    assert decisions.of(after) == decisions.of(before)


@given(st.binary(max_size=400), st.sampled_from(sorted(registry.formats())))
@settings(max_examples=200)
def test_no_bytes_crash_a_reader(data: bytes, form: str) -> None:
    failure = None
    try:
        list(registry.read(io.BytesIO(data), path="x", form=form))
    except FormatError as error:
        failure = error
    assert failure is None or failure.hint
    assert failure is None or failure.line is not None or failure.byte is not None
