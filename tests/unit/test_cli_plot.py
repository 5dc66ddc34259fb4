from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sinteza.cli.plot import NETWORK, PAIRWISE, command
from sinteza.errors import PluginError, SintezaError, SynthesisError
from tests.unit.charts.geometry import NS, check, links, texts

# Cases and persons, vaccinated with BCG and not (Colditz et al., JAMA 1994;271:698-702).
BCG = """trial,year,alloc,tpos,n1i,cpos,n2i,page
Hart & Sutherland 1977,1977,random,62,13598,248,12867,#hart
Aronson 1948,1948,random,4,123,11,139,#aronson
Ferguson & Simes 1949,1949,random,6,306,29,303,
Stein & Aronson 1953,1953,alternate,180,1541,372,1451,
Frimodt-Moller 1973,1973,alternate,33,5069,47,5808,
Nobody 2000,2000,random,0,20,0,20,
"""
# Made-up counts.
ARMS = """study,treatment,events,n
A,placebo,10,100
A,cenobamate,40,104
B,placebo,14,90
B,perampanel,25,91
C,placebo,9,80
C,perampanel,20,84
C,cenobamate,29,82
"""


@pytest.fixture
def bcg(tmp_path: Path) -> Path:
    path = tmp_path / "bcg.csv"
    path.write_text(BCG, "utf-8")
    return path


@pytest.fixture
def arms(tmp_path: Path) -> Path:
    path = tmp_path / "arms.csv"
    path.write_text(ARMS, "utf-8")
    return path


def run(*args: str | Path) -> str:
    done = CliRunner().invoke(command, [str(a) for a in args], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("lang", ["en", "ro"])
@pytest.mark.parametrize("kind", PAIRWISE)
def test_every_chart_of_a_meta_analysis(kind: str, lang: str, bcg: Path) -> None:
    check(run(kind, bcg, "--measure", "RR", "--lang", lang).strip())


@pytest.mark.parametrize("lang", ["en", "ro"])
@pytest.mark.parametrize("kind", NETWORK)
def test_every_chart_of_a_network(kind: str, lang: str, arms: Path) -> None:
    check(run(kind, arms, "--measure", "OR", "--lang", lang, "--reference", "placebo").strip())


def test_the_figures_are_those_of_the_pool(bcg: Path) -> None:
    from sinteza.stats import effect_sizes, pool

    sizes = effect_sizes(
        "RR", ai=[4, 6, 180, 33, 62], n1i=[123, 306, 1541, 5069, 13598],
        ci=[11, 29, 372, 47, 248], n2i=[139, 303, 1451, 5808, 12867],
    )  # fmt: skip
    found = pool(sizes.yi, sizes.vi, method="PM", test="z", measure="RR")
    svg = run("forest", bcg, "--measure", "RR", "--method", "PM", "--test", "z").strip()
    bounds = [found.display(v) for v in (found.estimate, found.ci_low, found.ci_high)]
    assert "{:.2f} [{:.2f}, {:.2f}]".format(*bounds) in texts(check(svg))


def test_order_links_and_arms(bcg: Path) -> None:
    root = check(
        run(
            "forest", bcg, "--measure", "RR", "--order", "year", "--link", "page",
            "--arms", "BCG", "Nothing", "--favors", "Favors BCG", "Favors nothing",
        ).strip()
    )  # fmt: skip
    assert links(root) == ["#aronson", "#hart"]
    assert {"BCG", "Nothing", "13,598"} <= set(texts(root))


def test_subgroups_have_their_diamonds_and_a_test(bcg: Path) -> None:
    shown = texts(check(run("forest", bcg, "--measure", "RR", "--subgroup", "alloc").strip()))
    assert shown.index("random") < shown.index("alternate")
    assert sum(text.startswith("Subtotal") for text in shown) == 2
    assert any(text.startswith("Test for subgroup differences: χ²") for text in shown)


def test_mantel_haenszel_weights_the_tables(bcg: Path) -> None:
    root = check(run("forest", bcg, "--measure", "RR", "--method", "MH").strip())
    assert "Mantel-Haenszel" in " ".join(texts(root))


def test_a_study_without_an_estimate_is_named(bcg: Path) -> None:
    done = CliRunner().invoke(command, ["funnel", str(bcg), "--measure", "RR"])
    assert "Not drawn, no estimate: Nobody 2000." in done.stderr
    assert "5 studies" in check(done.stdout.strip()).findtext(f"{NS}desc")


def test_the_file_is_written_and_its_end_decides_the_form(bcg: Path, tmp_path: Path) -> None:
    out = tmp_path / "forest.svg"
    assert run("forest", bcg, "--measure", "RR", "--narrow", "-o", out) == ""
    assert check(out.read_text("utf-8")).get("width") == "360"
    with pytest.raises(PluginError, match="gif"):
        run("forest", bcg, "--measure", "RR", "-o", tmp_path / "forest.gif")


def test_a_folder_that_is_not_there_is_said(bcg: Path, tmp_path: Path) -> None:
    with pytest.raises(SintezaError, match="cannot be written") as caught:
        run("forest", bcg, "--measure", "RR", "-o", tmp_path / "no" / "x.svg")
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("option", ["--subgroup", "--order", "--link"])
def test_an_unknown_column_is_named_with_those_there_are(option: str, bcg: Path) -> None:
    with pytest.raises(SynthesisError, match="there is no column 'size'") as caught:
        run("forest", bcg, "--measure", "RR", option, "size")
    assert "alloc" in str(caught.value.hint)


def test_trim_and_fill_adds_hollow_marks(tmp_path: Path) -> None:
    # Made up: precise studies around 0.1, imprecise ones only to the right of it.
    pairs = [
        (0.08, 0.01),
        (0.12, 0.01),
        (0.1, 0.02),
        (0.3, 0.05),
        (0.5, 0.1),
        (0.8, 0.2),
        (1.1, 0.3),
    ]
    path = tmp_path / "asymmetric.csv"
    path.write_text("yi,vi\n" + "".join(f"{y},{v}\n" for y, v in pairs))
    root = check(run("funnel", path, "--measure", "GEN", "--trim-fill").strip())
    assert "added by trim-and-fill" in root.findtext(f"{NS}desc")


def test_the_main_analysis_is_marked_among_all_specifications(bcg: Path) -> None:
    root = check(run("specifications", bcg, "--measure", "RR", "--method", "DL").strip())
    assert "main analysis" in texts(root)
    assert "specifications, RR, OR from" in root.findtext(f"{NS}desc")


def test_labbe_refuses_what_has_no_counts(tmp_path: Path) -> None:
    path = tmp_path / "generic.csv"
    path.write_text("study,yi,vi\nA,0.1,0.2\nB,0.3,0.1\n")
    with pytest.raises(SynthesisError, match="needs events"):
        run("labbe", path, "--measure", "GEN")
