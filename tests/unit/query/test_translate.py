"""Term mapping, checks, explanations, and strategies of several lines."""

from __future__ import annotations

import pytest

from sinteza.errors import QueryError
from sinteza.i18n import Language
from sinteza.query.explain import exact, explain
from sinteza.query.lint import check, ensure_sendable
from sinteza.query.mesh import Descriptor, Supplement, Thesaurus, shipped
from sinteza.query.mesh_files import known_qualifiers
from sinteza.query.notation import notation
from sinteza.query.strategy import parse_strategy
from sinteza.query.syntax import Atm, parse, walk
from sinteza.query.translate import difference, segments, translate, variants

MESH = Thesaurus(
    2030,
    {
        d.name: d
        for d in (
            Descriptor("Myocardial Infarction", ("C14.1",), ("Heart Attack",)),
            Descriptor("Anticonvulsants", ("D27.505.1",), ()),
            Descriptor("Therapeutics", ("E02",), ("Therapy", "Treatment")),
            Descriptor("Case Reports", ("V03.1",), ()),
            Descriptor("Clinical Trial", ("V03.2",), ()),
            Descriptor("Clinical Trials as Topic", ("E05.1",), ()),
            Descriptor("Protein C", ("D12.1",), ()),
            Descriptor("Quality of Life", ("I01.1",), ()),
            Descriptor("Drug Resistance", ("G07.1",), ()),
        )
    },
    known_qualifiers(),
    {"cenobamate": Supplement("cenobamate", ("YKP3089",))},
)

MAPPED = [
    (
        "heart attack",
        '"myocardial infarction"[MeSH Terms] OR ("myocardial"[All Fields] AND '
        '"infarction"[All Fields]) OR "myocardial infarction"[All Fields] OR ("heart"[All Fields] '
        'AND "attack"[All Fields]) OR "heart attack"[All Fields]',
    ),
    (
        "anticonvulsants",
        '"anticonvulsants"[MeSH Terms] OR "anticonvulsants"[Pharmacological Action] OR '
        '"anticonvulsants"[All Fields] OR "anticonvulsant"[All Fields]',
    ),
    ("case reports", '"case reports"[Publication Type] OR "case reports"[All Fields]'),
    (
        "clinical trial",
        '"clinical trial"[Publication Type] OR "clinical trials as topic"[MeSH Terms] OR '
        '"clinical trial"[All Fields]',
    ),
    ("protein c", '"protein c"[MeSH Terms] OR "protein c"[All Fields]'),
    ("YKP3089", '"cenobamate"[Supplementary Concept] OR "cenobamate"[All Fields] OR '
     '"ykp3089"[All Fields]'),
    ("drug-resistance", '"drug resistance"[MeSH Terms] OR "drug resistance"[All Fields]'),
    (
        "therapy",
        '"therapeutics"[MeSH Terms] OR "therapy"[MeSH Subheading] OR "therapeutics"[All Fields] '
        'OR "therapy"[All Fields] OR "therapies"[All Fields]',
    ),
    ("covid-19", '"covid 19"[All Fields]'),
    ("heart attack[mh]", '"myocardial infarction"[MeSH Terms]'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MAPPED, ids=[row[0] for row in MAPPED])
def test_mapping(text: str, expected: str) -> None:
    done = translate(parse(text), MESH)
    assert done.text == expected
    assert parse(done.text).root == done.root
    assert done.mesh_year == 2030
    assert not any(isinstance(node, Atm) for node in walk(done.root))


def test_longest_concept_first_and_stopwords_fall_away() -> None:
    assert segments("quality of life in heart attack patients", MESH) == [
        ("quality of life", True),
        ("heart attack", True),
        ("patients", False),
    ]


def test_what_cannot_be_reproduced_is_said() -> None:
    codes = [note.code for note in translate(parse("heart attack"), MESH).notes]
    assert codes == ["I-ATM", "I-PHRASE-INDEX"]
    assert translate(parse("aspirin[ti]"), MESH).notes == ()


def test_a_name_with_initials_may_be_an_author() -> None:
    codes = [note.code for note in translate(parse("smith j"), MESH).notes]
    assert "I-AUTHOR-INDEX" in codes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kidney-allograft", "P(all,kidney allograft)"),
        ("kidney-allograft heart attack", "(P(all,kidney allograft) AND ATM(heart attack))"),
        ("zzz AND heart-attack", "(ATM(zzz) AND ATM(heart attack))"),
    ],
)
def test_exact_notation_of_units(text: str, expected: str) -> None:
    assert exact(parse(text), MESH) == (expected, ())


def test_unknown_heading_says_the_nearest() -> None:
    (note,) = translate(parse("myocardial infarctoin[mh]"), MESH).notes
    assert note.code == "W-TERM-NOT-FOUND"
    assert "Myocardial Infarction" in note.hint


def test_history_lines_are_put_in() -> None:
    lines = {1: parse("aspirin[ti]").root}
    done = translate(parse("#1 NOT x[ti]"), MESH, history=lines)
    assert done.text == "aspirin[Title] NOT x[Title]"
    with pytest.raises(QueryError, match="no search #2"):
        translate(parse("#1 AND #2"), MESH, history=lines)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("odontalgia", "odontalgias"), ("therapy", "therapies"), ("epilepsies", "epilepsy"),
     ("seizures", "seizure"), ("reflex", "reflexes"), ("virus", ""), ("il2", ""), ("day", "")],
)  # fmt: skip
def test_variants(word: str, expected: str) -> None:
    assert variants(word) == ((expected,) if expected else ())


def test_the_seed_phrases_map_to_the_heading() -> None:
    for phrase, heading in (
        ("drug-resistance in epilepsy", '"drug resistance"[MeSH Terms]'),
        ("treatment of drug-resistant epilepsy", '"drug resistant epilepsy"[MeSH Terms]'),
    ):
        assert heading in translate(parse(phrase), shipped()).text


# ---- checks


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x[ti] OR y[ti] AND z[ti]", "W-MIXED-OPS"),
        ("x[ti] or y[ti]", "W-LOWERCASE-OP"),
        ("exp epilepsy/ AND x[ti]", "W-FOREIGN-SYNTAX"),
        ("1. x\n2. y\n3. or/1-2", "W-FOREIGN-SYNTAX"),
        ("(x[ti]", "W-PAREN"),
        ('"x y[ti]', "I-OUTPUT"),
        ("x[titel]", "E-FIELD-UNKNOWN"),
    ],
)
def test_refused_before_sending(text: str, code: str) -> None:
    report = check(text)
    assert not report.sendable
    assert code in [
        note.code for note in (*report.notes, *([report.error] if report.error else []))
    ]
    with pytest.raises(QueryError) as caught:
        ensure_sendable(text)
    assert caught.value.code == code


def test_unquoted_phrases_are_pointed_at() -> None:
    report = check("kidney allograft[tiab]")
    assert [note.code for note in report.notes] == ["I-UNQUOTED"]
    assert report.sendable


def test_allowed_codes_pass() -> None:
    assert ensure_sendable("x[ti] OR y[ti] AND z[ti]", allow={"W-MIXED-OPS"})


# ---- explanations and several lines


def test_explain_counts_every_part() -> None:
    root = parse("(x[ti] OR y[ti]) AND z[ti]").root
    lines = explain(root, hits=lambda node: len(list(walk(node))))
    assert [(line.depth, line.text, line.hits) for line in lines] == [
        (0, "AND", 5),
        (1, "OR", 3),
        (2, "x[Title]", 1),
        (2, "y[Title]", 1),
        (1, "z[Title]", 1),
    ]


def test_strategy_of_several_lines() -> None:
    text = "#1 x[ti] OR y[ti]\n#2 Search z[ti]\n# 3 #1 AND #2"
    query = parse_strategy(text)
    assert notation(query.root) == "((W(ti,x) OR W(ti,y)) AND W(ti,z))"
    with pytest.raises(QueryError, match="no line #9"):
        parse_strategy("#1 x[ti]\n#2 #1 AND #9")
    with pytest.raises(QueryError) as caught:
        parse_strategy("#1 x[ti]\n#2 y[zz] AND #1")
    assert caught.value.position == 13


def test_lines_without_references_are_one_query() -> None:
    assert notation(parse_strategy("x[ti]\nAND y[ti]").root) == "(W(ti,x) AND W(ti,y))"


def test_what_is_printed_with_a_search_speaks_romanian() -> None:
    romanian = Language("ro")
    for note in translate(parse("heart attack"), MESH).notes:
        assert romanian.text(note.message) != note.message
    (mixed,) = parse("x[ti] OR y[ti] AND z[ti]").notes
    assert romanian.text(mixed.message).startswith("AND și OR")


def test_difference_from_pubmeds_translation() -> None:
    ours = translate(parse("anticonvulsants"), MESH).root
    same = (
        '"Anticonvulsants"[Pharmacological Action] OR "anticonvulsants"[MeSH Terms] OR '
        '"anticonvulsants"[All Fields] OR "anticonvulsant"[All Fields]'
    )
    assert difference(ours, same).none
    more = difference(ours, same + ' OR "anticonvulsive"[All Fields]')
    assert more.theirs == ('"anticonvulsive"[All Fields]',)
    assert more.ours == ()
