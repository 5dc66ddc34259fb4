"""Ovid's syntax read, written, and its limits said."""

from __future__ import annotations

import pytest

from sinteza.errors import QueryError
from sinteza.query.notation import notation
from sinteza.query.ovid import parse_ovid, to_ovid
from sinteza.query.syntax import parse

READ = [
    ("exp Epilepsy/", 'M("epilepsy",exp)'),
    ("*Epilepsy/dt, su", '(MQJ("epilepsy",drug therapy,noexp) OR MQJ("epilepsy",surgery,noexp))'),
    ('"Wounds and Injuries"/dg [Diagnostic Imaging]',
     'MQ("wounds and injuries",diagnostic imaging,noexp)'),
    ("seizure$.tw.", "X(tiab,seizure*)"),
    ("(a or b).ti. ab . and c.pt.or d.ti.",
     '(((W(tiab,a) OR W(tiab,b)) AND PT("c",noexp)) OR W(ti,d))'),
    ("(child$ or infan*).ti.", "(X(ti,child*) OR X(ti,infan*))"),
    ("drug resistan$.ti,ab.", "PX(tiab,drug resistan*)"),
    ("(drug adj3 resistant).ti,ab.", "N(tiab,2,drug resistant)"),
    ("((drug or medicine) adj resistant).tw.",
     "(N(tiab,0,drug resistant) OR N(tiab,0,medicine resistant))"),
    ("(drug adj3 resistan$).tw.", "(W(tiab,drug) AND X(tiab,resistan*))"),
    ("a or b and c not d", "(W(tw,a) OR ((W(tw,b) AND W(tw,c)) NOT W(tw,d)))"),
    ("randomized controlled trial.pt.", 'PT("randomized controlled trial",noexp)'),
    ("drug therapy.fs.", 'SH("drug therapy",noexp)'),
    ("exp animals/ not humans.sh.", '(M("animals",exp) NOT M("humans",noexp))'),
    ("tumo?r.ti.", "X"),
    ("random:.tw.", "X(tiab,random*)"),
    ("1. a.ti.\n2. b.ti.\n3. or/1-2\n4. 3 not 1", "((W(ti,a) OR W(ti,b)) NOT W(ti,a))"),
    ("a.ti. (123)\nb.ti. (1,456)\n1 and 2 (7)", "(W(ti,a) AND W(ti,b))"),
    ("#1. a.ti.\n# 2. b.ti.\n#3. 1 or 2", "(W(ti,a) OR W(ti,b))"),
    ('1 exp Epilepsy/\n2 limit 1 to (humans and yr="2015 -Current")',
     '((M("epilepsy",exp) AND M(humans,exp)) AND D(dp,2015/01/01,OPEN))'),
    ("1. a.ti. or\nb.ti.\n2. c.ti.\n3. 1 and 2", "((W(ti,a) OR W(ti,b)) AND W(ti,c))"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), READ, ids=[row[0][:40] for row in READ])
def test_read(text: str, expected: str) -> None:
    written = notation(parse_ovid(text).root)
    if expected == "X":  # none or one letter: 27 spellings
        assert written.count("W(ti,tumo") == 27
        assert "W(ti,tumor)" in written
        assert "W(ti,tumour)" in written
    else:
        assert written == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(a or b.ti.", "E-PAREN"),
        ("a.ti.)", "E-PAREN"),
        ("a.zz.", "E-FIELD-UNKNOWN"),
        ("1. a.ti.\n2. 1 and or/1-5", "E-HISTORY"),
        ("Epilepsy/zz", "E-SUBHEADING"),
        ("a and", "E-EMPTY"),
        ("a??b?c.ti.", "E-NO-EQUAL"),
        ("", "E-EMPTY"),
    ],
)
def test_refused(text: str, code: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_ovid(text)
    assert caught.value.code == code


def test_what_becomes_broader_is_said() -> None:
    assert [n.code for n in parse_ovid("(drug adj3 resistan$).tw.").notes] == ["W-BROADER"]
    assert [n.code for n in parse_ovid("placebo.ab.").notes] == ["W-BROADER"]
    assert parse_ovid("placebo.ti,ab.").notes == ()
    limited = parse_ovid("1. a.ti.\n2. limit 1 to full text")
    assert [n.code for n in limited.notes] == ["W-NO-EQUAL"]


OUT = [
    ('"Epilepsy"[mh]', 'exp "Epilepsy"/'),
    ('"Epilepsy/drug therapy"[majr:noexp]', '*"Epilepsy"/dt'),
    ('seizure*[ti] OR "drug resistant"[tiab]', 'seizure*.ti. or "drug resistant".ti,ab,kf.'),
    ('"drug resistant"[tiab:~2]', "(drug adj3 resistant).ti,ab,kf."),
    ("x[ti] AND (y[ti] OR z[ti])", "x.ti. and (y.ti. or z.ti.)"),
    ("x[ti] AND 2015:2021[dp]", '1. x.ti.\n2. limit 1 to yr="2015 -2021"'),
    ("x[ti] AND 2020/02/01:3000[crdt]", "1. x.ti.\n2. limit 1 to dt=20200201-current"),
]


@pytest.mark.parametrize(("text", "expected"), OUT)
def test_written(text: str, expected: str) -> None:
    assert to_ovid(parse(text).root)[0] == expected


@pytest.mark.parametrize("text", ["systematic[sb]", "hasabstract", "2015[dp] OR x[ti]"])
def test_no_equal_is_refused(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        to_ovid(parse(text).root)
    assert caught.value.code == "E-NO-EQUAL"


@pytest.mark.parametrize("text", [row[0] for row in OUT[:4]])
def test_out_and_in_again(text: str) -> None:
    root = parse(text).root
    again = parse_ovid(to_ovid(root)[0]).root
    assert notation(again).replace('"', "") == notation(root).replace('"', "")
