"""Every real file is read, or refused with what to do; the exports of one set agree."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from sinteza.errors import FormatError
from sinteza.model.record import Record
from sinteza.sources.files import open_records

FAMILY = ("embase.ris", "embase.csv", "embase.xlsx", "excel.csv", "covidence_endnote.ris",
          "covidence_mendeley.ris", "covidence_refworks.ris", "covidence_zotero.ris",
          "covidence.csv", "rayyan.ris", "rayyan.csv", "zotero.ris", "zotero.csv",
          "abstrackr.csv", "mendeley.ris", "endnote.ris", "refworks.ris",
          "eppireviewer.ris")  # fmt: skip


def key(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[\W_]+", "", folded)


def by_title(path: Path) -> dict[str, Record]:
    return {key(record.title): record for record in open_records(path)}


@pytest.mark.parametrize("folder", ["bib_formats", "library_formats"])
def test_every_file_is_read_or_refused_with_what_to_do(shared: Path, folder: str) -> None:
    read, refused, empty = 0, list[tuple[Path, FormatError]](), list[str]()
    for path in sorted((shared / folder).rglob("*")):
        if not path.is_file():
            continue
        try:
            ids = [record.id for record in open_records(path)]
        except FormatError as error:
            refused.append((path, error))
        else:
            read += 1
            if not ids:
                empty.append(path.name)
    assert all(error.hint and path.name in str(error) for path, error in refused)
    assert empty == (["37909814.xml"] if folder == "bib_formats" else [])  # PubMed's empty set
    assert read > 2 * len(refused)
    assert read + len(refused) > 80


def test_the_exports_of_one_set_give_the_same_records(shared: Path) -> None:
    folder = shared / "bib_formats" / "asreview_citation_file_formatting"
    reference = by_title(folder / "_baseline_embase.ris.gz")
    compared = 0
    for name in FAMILY:
        for title, record in by_title(folder / f"_baseline_{name}.gz").items():
            whole = reference.get(title)
            if whole is None:
                continue
            compared += 1
            if record.year is not None:
                assert record.year == whole.year, name
            if record.doi:
                assert record.doi == whole.doi, name
            if record.journal.volume:
                assert record.journal.volume == whole.journal.volume, name
            if name.startswith(("abstrackr", "eppi")):
                # Abstrackr drops letters with diacritics, EPPI-Reviewer recasts names
                assert key(record.authors[0].last) == key(whole.authors[0].last), name
            elif record.authors:
                assert [key(a.last) for a in record.authors] == [
                    key(a.last) for a in whole.authors
                ], name
            if record.abstract:
                assert key(record.abstract_text)[:200] == key(whole.abstract_text)[:200], name
    assert compared >= 60


def test_one_library_in_three_formats(shared: Path) -> None:
    folder = shared / "bib_formats" / "zotero_385_three_formats"
    ris, bib, table = (
        list(open_records(folder / f"Zotero-v2.2-385.{form}.gz")) for form in ("ris", "bib", "csv")
    )
    assert len(ris) == len(bib) == len(table) == 385
    titles = [{key(r.title) for r in records} for records in (ris, bib, table)]
    assert len(titles[0] & titles[1] & titles[2]) >= 0.97 * len(titles[0])


@pytest.mark.parametrize("kind", ["Ris", "Nbib", "EndnoteXml"])
def test_what_jabref_expects_agrees_on_the_fields_both_have(shared: Path, kind: str) -> None:
    folder = shared / "bib_formats" / "jabref_importer_samples"
    compared = 0
    for path in sorted(folder.glob(f"{kind}ImporterTest*")):
        expected = path.with_suffix(".bib")
        if path.suffix == ".bib" or not expected.exists():
            continue
        try:
            ours, theirs = list(open_records(path)), list(open_records(expected))
        except FormatError:
            continue
        if len(ours) != len(theirs):
            continue
        for mine, other in zip(ours, theirs, strict=True):
            compared += 1
            if mine.title and other.title:
                # JabRef joins a second title tag (T2 of a book) with a colon
                assert key(other.title).startswith(key(mine.title)), path.name
            if mine.year and other.year:
                assert mine.year == other.year, path.name
            if mine.doi and other.doi:
                assert mine.doi == other.doi, path.name
            if mine.journal.volume and other.journal.volume:
                assert mine.journal.volume == other.journal.volume, path.name
    assert compared >= {"Ris": 12, "Nbib": 1, "EndnoteXml": 4}[kind]
