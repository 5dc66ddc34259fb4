"""Simulation: its figures, its input, its command."""

import io
import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

from sinteza.cli.main import cli
from sinteza.errors import FormatError, SintezaError
from sinteza.i18n import Language
from sinteza.screening.curve import Mark, draw
from sinteza.screening.labeled import read_labeled
from sinteza.screening.ranking import elas_u4
from sinteza.screening.simulate import Curve, check_labels, draw_priors, simulate

from .test_screening_ranking import record, some


def test_figures_of_a_small_curve_by_hand() -> None:
    # relevant at ranks 1, 2, 5 of 10
    curve = Curve(tuple(rank in (1, 2, 5) for rank in range(1, 11)))
    assert curve.loss == pytest.approx((8 - 6) / (3 * 7))
    assert curve.atd == pytest.approx(8 / 3 / 10)
    assert curve.recall(0.1) == pytest.approx(1 / 3)
    assert curve.recall(0.2) == pytest.approx(2 / 3)
    assert curve.wss(0.95) == pytest.approx(0.95 - 0.5)
    assert curve.wss(1.0) == pytest.approx(0.5)
    assert set(curve.summary()) == {
        *("records", "relevant", "loss", "atd", "wss_95", "wss_100"),
        *(f"recall_{share}" for share in (5, 10, 20, 50)),
    }


def test_the_best_and_the_worst_order_have_loss_0_and_1() -> None:
    assert Curve((True, True, False, False, False)).loss == 0
    assert Curve((False, False, False, True, True)).loss == 1
    assert Curve((True, True)).loss == 0
    assert math.isnan(Curve((False,)).recall(0.5))


def test_priors_are_drawn_within_their_class_and_repeat() -> None:
    labels = {f"r{i}": i < 5 for i in range(30)}
    first = draw_priors(labels, included=2, excluded=3, seed=7)
    assert first == draw_priors(labels, included=2, excluded=3, seed=7)
    assert [labels[name] for name in first] == [True, True, False, False, False]
    assert len({draw_priors(labels, included=1, excluded=1, seed=s) for s in range(20)}) > 5
    with pytest.raises(SintezaError, match="only 5 records are included"):
        draw_priors(labels, included=6, excluded=0, seed=1)


def test_every_record_is_read_once() -> None:
    records = some(40)
    labels = {one.id: int(one.source_id) % 4 == 0 for one in records}
    done = simulate(records, labels, elas_u4, priors=["t:000", "t:001"])
    assert sorted(done.order) == sorted(set(labels) - {"t:000", "t:001"})
    assert done.curve.relevant == 9
    assert done.curve.loss < 0.05
    # the peer's model learns after every record, until the last find
    assert done.trainings == done.curve.ranks[-1] + 1 or done.trainings == done.curve.ranks[-1]


def test_labels_nothing_can_be_learned_from_are_refused() -> None:
    records = some(4)
    with pytest.raises(SintezaError, match="nothing to find"):
        check_labels(records, {one.id: False for one in records})
    with pytest.raises(SintezaError, match="1 of 4 records have no label"):
        check_labels(records, {one.id: True for one in records[1:]})


def test_priors_that_leave_nothing_to_find_are_refused() -> None:
    records = some(4)
    labels = {one.id: one.id == "t:000" for one in records}
    with pytest.raises(SintezaError, match="every included record is a prior"):
        simulate(records, labels, elas_u4, priors=["t:000"])


def jsonl(*rows: dict[str, object]) -> io.BytesIO:
    return io.BytesIO("\n".join(json.dumps(row) for row in rows).encode())


def test_json_lines_and_csv_say_the_same() -> None:
    rows = [
        {"id": 1, "title": "A", "abstract": "x; y", "keywords": "Epilepsy; Adult", "label": 1},
        {"id": 2, "title": "B", "abstract": "", "keywords": "", "label": 0},
    ]
    table = 'id,title,abstract,keywords,label\n1,A,"x; y",Epilepsy; Adult,1\n2,B,,,no\n'
    one = read_labeled(jsonl(*rows), labels="label", path="a.jsonl")
    two = read_labeled(io.BytesIO(b"\xef\xbb\xbf" + table.encode()), labels="label", path="a.csv")
    assert one == two
    assert one[0][0].keywords == ("Epilepsy", "Adult")
    assert one[1] == {"file:00000001": True, "file:00000002": False}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"id": 1, "title": "A"}], "There is no column 'label_included'"),
        ([{"id": 1, "title": "A", "label_included": None}], "A record has no label"),
        ([{"id": 1, "title": "A", "label_included": "perhaps"}], "'perhaps' is no label"),
        (
            [{"id": 1, "label_included": 1}, {"id": 1, "label_included": 0}],
            "labeled both included and excluded",
        ),
    ],
)
def test_bad_labels_are_named_with_their_line(rows: list[dict[str, object]], message: str) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        read_labeled(jsonl(*rows), path="set.jsonl")
    assert caught.value.line == len(rows)


def test_broken_files_are_refused() -> None:
    with pytest.raises(FormatError, match="empty"):
        read_labeled(io.BytesIO(b"  \n"), path="a.jsonl")
    with pytest.raises(FormatError, match="no JSON object") as caught:
        read_labeled(io.BytesIO(b'{"id": 1, "label_included": 1}\n{"id": '), path="a.jsonl")
    assert caught.value.line == 2
    with pytest.raises(FormatError, match="UTF-8"):
        read_labeled(io.BytesIO(b"title,label_included\ncaf\xe9,1\n"), path="a.csv")


def test_the_curve_is_drawn_in_both_languages() -> None:
    curve = Curve(tuple(rank in (1, 2, 5) for rank in range(1, 11)))
    english = draw(curve, marks=[Mark("certificate", 9)])
    romanian = draw(curve, language=Language("ro"))
    assert "3 relevant among 10 records" in english
    assert "certificate" in english
    assert "Recall against" not in romanian
    assert romanian.startswith("<svg")


def write_set(folder: Path) -> Path:
    path = folder / "set.jsonl"
    lines = []
    for one in some(40):
        label = int(int(one.source_id) % 4 == 0)
        row = {"id": one.source_id, "title": one.title, "abstract": one.abstract_text}
        lines.append(json.dumps({**row, "chosen": label}))
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_the_command_prints_figures_and_draws(tmp_path: Path) -> None:
    path = write_set(tmp_path)
    arguments = ["screen", "simulate", str(path), "--labels", "chosen", "--json", "--seed", "3"]
    runner = CliRunner()
    done = runner.invoke(cli, [*arguments, "--curve", str(tmp_path / "c.svg")])
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert found["records"] == 38
    assert found["relevant"] == 9
    assert 0 <= found["loss"] < 0.2
    assert {"atd", "wss_95", "wss_100", "recall_5", "recall_10", "recall_20", "recall_50"} <= set(
        found
    )
    assert set(found["stops"]) >= {"certificate", "consecutive_50", "safe"}
    assert (tmp_path / "c.svg").read_text("utf-8").startswith("<svg")
    assert json.loads(runner.invoke(cli, arguments).output) == found
    cold = [*arguments, "--prior-included", "0", "--prior-excluded", "0", "--term", "epilepsy"]
    assert json.loads(runner.invoke(cli, cold).output)["records"] == 40
    plain = runner.invoke(cli, [*arguments[:5], "--model", "elas_u4", "--language", "ro"])
    assert plain.exit_code == 0, plain.output
    assert "certificat" in plain.output


def test_records_without_abstract_take_part() -> None:
    records = [*some(20), record("900", "epilepsy seizure trial")]
    labels = {one.id: one.id in ("t:000", "t:004", "t:900") for one in records}
    done = simulate(records, labels, elas_u4, priors=["t:000", "t:001"])
    assert done.curve.relevant == 2
