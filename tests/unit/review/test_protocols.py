from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from sinteza.errors import ProtocolError
from sinteza.review import protocols
from sinteza.review.toml_lines import line_of, locate

DRE = Path(str(files("sinteza.protocols") / "dre"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("protocol.toml", "taxonomy.toml"):
        shutil.copy(DRE / name, tmp_path / name)
    (tmp_path / "evidence").mkdir()
    shutil.copy(DRE / "evidence" / "overlaps.csv", tmp_path / "evidence")
    return tmp_path


def spoil(folder: Path, *changes: tuple[str, str]) -> list[protocols.Problem]:
    path = folder / "protocol.toml"
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")
    return protocols.check(str(folder))[1]


def test_the_flagship_has_no_problem() -> None:
    assert protocols.check("dre")[1] == []


def test_ten_errors_are_all_told_with_line_and_what_was_meant(copy: Path) -> None:
    problems = spoil(
        copy,
        ("schema = 1", 'schema = "1"'),
        ('kind = "pubmed"', 'kind = "pubmd"'),
        ('source = "infomedica"', 'source = "infomedika"'),
        ('start = "2005-01-01"', 'start = "2025-01-01"'),
        ('window = "seed-2015"', 'window = "seed-2016"'),
        ('rule = "retraction"', 'rule = "retract"'),
        ('outcome = "responders"', 'outcome = "responder"'),
        ('method = "REML"', 'method = "RMEL"'),
        ('"diet",', '"deit",'),
        ('measure = "RR"', 'mesure = "RR"'),
    )
    found = {problem.where: problem for problem in problems}
    assert len(problems) == 10
    lines = (copy / "protocol.toml").read_text("utf-8").splitlines()
    expected = {
        "schema": ('schema = "1"', ""),
        "sources[1].kind": ('kind = "pubmd"', "'pubmed'"),
        "searches[3].source": ('source = "infomedika"', "'infomedica'"),
        "windows[2].end": ('end = "2021-01-06"', ""),
        "window": ('window = "seed-2016"', "'seed-2015'"),
        "criteria[1].rule.rule": ('rule = { rule = "retract" }', "'retraction'"),
        "analyses[1].outcome": ('outcome = "responder"', "'responders'"),
        "analyses[1].method": ('method = "RMEL"', "'REML'"),
        "analyses[1].groups[5]": ("groups = [", "'diet'"),
        "analyses[1].mesure": ('mesure = "RR"', "'measure'"),
    }
    assert set(found) == set(expected)
    for where, (line, meant) in expected.items():
        assert lines[found[where].line - 1].startswith(line), where
        assert meant in found[where].hint, where


def test_missing_keys_and_doubles_are_told(copy: Path) -> None:
    problems = spoil(
        copy,
        ('version = "1.0"\n', ""),
        ('id = "pubmed-treatment"', 'id = "pubmed-resistance"'),
    )
    assert {p.what for p in problems} == {
        "'version' is missing",
        "'pubmed-resistance' is already the id of searches[1]",
    }


@pytest.mark.parametrize(
    ("content", "what", "line"),
    [
        (b'schema = 1\ntitle = "x\n', "This is not TOML", 2),
        (b"schema = 1\n\nid = '\xff'\n", "not UTF-8", 3),
        (b"", "'schema' is missing", 1),
    ],
)
def test_files_that_are_no_protocol(copy: Path, content: bytes, what: str, line: int) -> None:
    (copy / "protocol.toml").write_bytes(content)
    problems = protocols.check(str(copy))[1]
    assert what in problems[0].what or any(what in p.what for p in problems)
    assert problems[0].line == line
    with pytest.raises(ProtocolError) as caught:
        protocols.load(str(copy))
    assert caught.value.line == line


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ProtocolError, match="Did you mean 'dre'"):
        protocols.load("dree")


def test_the_bundle_gives_the_same_protocol_back(copy: Path) -> None:
    loaded = protocols.load(str(copy))
    packed = protocols.bundle(loaded)
    assert protocols.bundle(loaded) == packed
    again = protocols.unbundle(packed)
    assert again.protocol == loaded.protocol
    assert again.digest == loaded.digest


def test_a_new_protocol_is_a_copy_and_nothing_is_overwritten(tmp_path: Path) -> None:
    written = protocols.start_from(tmp_path / "mine", "dre")
    assert {Path(path).name for path in written} == {
        "protocol.toml",
        "taxonomy.toml",
        "protocol.schema.json",
    }
    assert protocols.check(str(tmp_path / "mine"))[1] == []
    with pytest.raises(ProtocolError, match="already"):
        protocols.start_from(tmp_path / "mine", "dre")


def test_lines_of_nested_toml() -> None:
    lines = locate('a = 1\n[[b]]\nc = "x = [\\" ]"\nd = [\n  1,\n]\n[b.e]\nf = 2\n[[b]]\nc = 3\n')
    assert lines[("b", 0, "c")] == 3
    assert lines[("b", 0, "d")] == 4
    assert lines[("b", 0, "e", "f")] == 8
    assert lines[("b", 1, "c")] == 10
    assert line_of(lines, ("b", 0, "d", 1)) == 4
