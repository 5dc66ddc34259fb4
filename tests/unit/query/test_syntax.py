"""What the parser reads, repairs and refuses."""

from __future__ import annotations

import pytest

from sinteza.errors import QueryError
from sinteza.query.notation import notation
from sinteza.query.syntax import Boolean, Text, from_json, parse, to_json, to_pubmed, tokenize

READ = [
    # left to right, no precedence
    ("a1[ti] OR b1[ti] AND c1[ti]", "((W(ti,a1) OR W(ti,b1)) AND W(ti,c1))", ["W-MIXED-OPS"]),
    ("a1[ti] b1[ti] OR c1[ti]", "((W(ti,a1) AND W(ti,b1)) OR W(ti,c1))", ["W-MIXED-OPS"]),
    ("a1[ti]&b1[ti]", "(W(ti,a1) AND W(ti,b1))", []),
    ("a1[ti] AND NOT b1[ti]", "(W(ti,a1) NOT W(ti,b1))", ["W-IGNORED"]),
    ("a1[ti] and b1[ti]", "(W(ti,a1) AND W(ti,b1))", ["W-LOWERCASE-OP"]),
    ("a1[ti] not b1[ti]", "((W(ti,a1) AND ATM(not)) AND W(ti,b1))", ["W-LOWERCASE-OP"]),
    ("heart attack or stroke[ti]", "P(ti,heart attack or stroke)", ["W-LOWERCASE-OP"]),
    ("a1[ti]) AND b1[ti]", "(W(ti,a1) AND W(ti,b1))", ["W-PAREN"]),
    ("the AND a1[ti]", "W(ti,a1)", ["W-IGNORED"]),
    ("a1[ti] OR the[ti] OR b1[ti]", "(W(ti,a1) OR W(ti,b1))", ["W-IGNORED"]),
    # tags
    ("crabs [ MeSH  Terms : NoExp ]", "M(crabs,noexp)", []),
    ('"Neoplasms"/diet therapy[mh]', 'MQ("neoplasms",diet therapy,exp)', []),
    ("neoplasms/dh", "MQ(neoplasms,diet therapy,exp)", []),
    ("hypertension/prevention & control[majr]", "MQJ(hypertension,prevention & control,exp)", []),
    ('"benzo(a)pyrene"[mh]', 'M("benzo a pyrene",exp)', []),
    ("on/off[tiab]", "P(tiab,on off)", []),
    ("his/her", "ATM(his her)", []),
    ("cenobamate[nm] OR anticonvulsants[pa]", "(NM(cenobamate) OR PA(anticonvulsants))", []),
    ("smith j[1au] AND jones k[lastau]", "(AU1(smith j,trunc) AND AUL(jones k,trunc))", []),
    ("english[la] OR fre[lang]", "(LA(eng) OR LA(fre))", []),
    ('"gene therapy"[jour]', "J(gene therapy,exact)", []),
    ("1234-5678[issn]", "J(1234-5678,map)", ["I-ISSN"]),
    ("humans[filter] NOT preprint[pt]", "(M(humans,exp) NOT PT(preprint,exp))", []),
    (
        "therapy/narrow[filter]",
        "(PT(randomized controlled trial,exp) OR "
        "((W(tiab,randomized) AND W(tiab,controlled)) AND W(tiab,trial)))",
        [],
    ),
    # words and wildcards
    ('"kidney allograft[tiab]', "P(tiab,kidney allograft)", ["I-OUTPUT"]),
    ("col*[ti]", "W(ti,col)", ["W-WILDCARD-SHORT"]),
    ("treatment of epilep*", "PX(all,treatment of epilep*)", []),
    ('"flu* vaccin*"[ti]', "PX(ti,flu vaccin*)", ["W-WILDCARD-SHORT"]),
    ("Sjögren's[ti]", "P(ti,sjogren s)", []),
    ("random$[ti]", "W(ti,random)", ["W-FOREIGN-SYNTAX"]),
    ('"wom?n"[ti]', "P(ti,wom n)", ["W-FOREIGN-SYNTAX"]),
    ("what works?[ti]", "P(ti,what works)", []),
    ("aspirin.ti,ab.", "ATM(aspirin ti ab)", ["W-FOREIGN-SYNTAX"]),
    # identifiers and special words
    ("17170002 16381840", "PMIDS(17170002,16381840)", []),
    ("17170002, 16381840[uid]", "PMIDS(17170002,16381840)", []),
    ("PMC2600426", "PMCID(PMC2600426)", []),
    ("epilepsy hasabstract", "(ATM(epilepsy) AND SPECIAL(hasabstract))", []),
    ("#1 NOT (#2 OR #3)", "(H(1) NOT (H(2) OR H(3)))", []),
    # dates
    ("2015[dp]", "D1(dp,2015)", []),
    ("2015/3[edat]", "D1(edat,2015/03)", []),
    ("2015:2016/02[crdt]", "D(crdt,2015/01/01,2016/02/29)", []),
    ('"2015/01/01:2016"[dp]', "D(dp,2015/01/01,2016/12/31)", []),
    ('"last year"[dp]', "REL(dp,1,years)", []),
    ("2015 Mar[dp]", "D1(dp,2015/03)", ["I-DATE-NORMALISED"]),
]


@pytest.mark.parametrize(("text", "expected", "codes"), READ, ids=[row[0] for row in READ])
def test_read(text: str, expected: str, codes: list[str]) -> None:
    query = parse(text)
    assert notation(query.root) == expected
    assert [note.code for note in query.notes] == codes
    assert parse(to_pubmed(query.root)).root == query.root
    assert parse(to_pubmed(query.root, short=True)).root == query.root
    assert from_json(to_json(query.root)) == query.root


REFUSED = [
    ("", "E-EMPTY", 0),
    ("the", "E-EMPTY", 0),
    ("a1[ti] AND ()", "E-EMPTY", 11),
    ("a1[ti] AND (NOT b1[ti])", "E-LEADING-NOT", 12),
    ("a1[ti] OR NOT b1[ti]", "E-OR-NOT", 10),
    ("(a1 OR b1)[tiab]", "E-TAG-ON-GROUP", 10),
    ("cancer[ab]", "E-FIELD-UNKNOWN", 6),
    ("cancer[ti:noexp]", "E-FIELD-UNKNOWN", 6),
    ("cancer[mh:exp]", "E-FIELD-UNKNOWN", 6),
    ("cancer[ti", "E-BRACKET", 6),
    ("a1[ti] AND [ti]", "E-TAG-ALONE", 11),
    ("therapie[sh]", "E-SUBHEADING", 0),
    ('"a b"[ti:~1001]', "E-PROX-N", 5),
    ("2015/13[dp]", "E-DATE", 0),
    ("2021:2015[dp]", "E-RANGE", 0),
    ("x[ti] AND 2015:2021", "E-RANGE", 10),
    ('"2015"[dp] : "2016"[edat]', "E-RANGE", 19),
    ("abc[pmid]", "E-PMID", 0),
    ("(" * 101 + "a" + ")" * 101, "E-TOO-DEEP", 100),
]


@pytest.mark.parametrize(
    ("text", "code", "position"), REFUSED, ids=[row[0][:20] for row in REFUSED]
)
def test_refused(text: str, code: str, position: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.code == code
    assert caught.value.position == position


def test_unknown_tag_says_the_nearest() -> None:
    with pytest.raises(QueryError, match="Did you mean \\[title\\]"):
        parse("cancer[Titel]")


def test_abstract_field_is_local_only() -> None:
    assert parse("cancer[ab]", local=True).root == Text("ab", "cancer")


def test_long_chains_are_flat() -> None:
    text = " OR ".join(f"w{n}[ti]" for n in range(3000))
    root = parse(text).root
    assert isinstance(root, Boolean)
    assert len(root.operands) == 3000
    assert from_json(to_json(root)) == root


def test_alternating_operators_have_a_limit() -> None:
    text = "a" + "".join(f" {'AND' if n % 2 else 'OR'} b{n}" for n in range(150))
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.code == "E-TOO-DEEP"


def test_positions_are_those_of_the_text_as_typed() -> None:
    query = parse("“heart attack”[ti] AND and x[ti]")
    curly, lower = query.notes
    assert query.text[curly.start] == "“"
    assert query.text[lower.start : lower.end] == "and"


def test_tokenize() -> None:
    assert tokenize("SARS-CoV-2 Alzheimer's café") == ("sars", "cov", "2", "alzheimer", "s", "cafe")
    assert tokenize("organi*ation* *itis col*", wildcards=True) == ("organi*ation*", "itis", "col")
