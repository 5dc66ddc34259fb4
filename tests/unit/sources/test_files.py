"""Files on disk: packing, encodings, and what a damaged one says."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from sinteza.errors import FormatError
from sinteza.model.record import Record
from sinteza.sources.files import open_many, open_records, write_records

ENTRY = "TY  - JOUR\nTI  - Epilepsia și {}\nAU  - Ţîrdea, Ş.\nER  - \n"


def test_gzip_and_zip_are_unpacked_and_the_source_is_the_stem(tmp_path: Path) -> None:
    text = ENTRY.format("creierul").encode()
    (tmp_path / "a.ris").write_bytes(text)
    (tmp_path / "b.ris.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as packed:
        packed.writestr("x/d.ris", text)
        packed.writestr("e.ris.gz", gzip.compress(text))
    records = list(open_many(tmp_path / name for name in ("a.ris", "b.ris.gz", "c.zip")))
    assert [r.source for r in records] == ["a", "b", "d", "e"]
    assert {r.title for r in records} == {"Epilepsia și creierul"}
    assert len({r.source_id for r in records}) == 1


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1250"]
)
def test_encodings_are_told_and_diacritics_kept_as_found(tmp_path: Path, encoding: str) -> None:
    text = "TY  - JOUR\nTI  - Crizele şi ţesutul măduvei\nAU  - Ţîrdea, Ş.\nER  - \n"
    (tmp_path / "a.ris").write_bytes(text.encode(encoding))
    (record,) = open_records(tmp_path / "a.ris")
    assert record.title == "Crizele şi ţesutul măduvei"
    assert record.authors[0].last == "Ţîrdea"


def test_lines_of_two_encodings_in_one_file(tmp_path: Path) -> None:
    parts = [ENTRY.format("é").encode(), "TY  - JOUR\nTI  - Café\nER  - \n".encode("cp1252")]
    (tmp_path / "a.ris").write_bytes(b"".join(parts))
    assert [r.title for r in open_records(tmp_path / "a.ris")] == ["Epilepsia și é", "Café"]


def test_a_cut_gzip_gives_what_came_before_then_says_the_byte(tmp_path: Path) -> None:
    import random

    noise = random.Random(1)
    text = "".join(
        ENTRY.format("".join(noise.choices("abcdefgh ", k=2000))) for _ in range(2000)
    ).encode()
    packed = gzip.compress(text)
    path = tmp_path / "cut.ris.gz"
    path.write_bytes(packed[: len(packed) // 2])
    seen: list[Record] = []
    with pytest.raises(FormatError, match="breaks off") as caught:
        seen.extend(open_records(path))
    assert caught.value.byte == len(packed) // 2
    assert str(path) in str(caught.value)
    assert "Download" in (caught.value.hint or "")
    assert len(seen) > 500


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("empty.ris", b"", "empty"),
        ("blank.ris", b"\n\n  \n", "empty"),
        ("odd.bin", bytes(range(1, 200)), "no format"),
        ("zero.ris", b"TY  - JOUR\nTI  - a\x00b\nER  - \n", "zero bytes"),
        ("bad.zip", b"PK\x03\x04 and then nothing", "zip"),
        ("bad.gz", b"\x1f\x8b and then nothing", "gzip"),
    ],
)
def test_what_cannot_be_read_names_the_file_and_what_to_do(
    tmp_path: Path, name: str, content: bytes, what: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FormatError, match=what) as caught:
        list(open_records(path))
    assert str(path) in str(caught.value)
    assert caught.value.line is not None or caught.value.byte is not None or name == "bad.zip"
    assert caught.value.hint


def test_folders_and_missing_files_say_so(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="directory") as folder:
        list(open_records(tmp_path))
    assert "star" in (folder.value.hint or "")
    with pytest.raises(FormatError, match="No such file"):
        list(open_records(tmp_path / "no.ris"))


def test_writing_is_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.ris").write_text(ENTRY.format("x"))
    write_records(open_records(tmp_path / "a.ris"), tmp_path / "b.nbib.gz")
    (record,) = open_records(tmp_path / "b.nbib.gz")
    assert record.title == "Epilepsia și x"
    (tmp_path / "cut.ris.gz").write_bytes(gzip.compress(ENTRY.encode() * 9)[:60])
    with pytest.raises(FormatError, match="breaks off"):
        write_records(open_records(tmp_path / "cut.ris.gz"), tmp_path / "c.ris")
    assert not (tmp_path / "c.ris").exists()
    assert not list(tmp_path.glob("*.part"))
    with pytest.raises(FormatError, match="ending"):
        write_records([], tmp_path / "c.docx")
