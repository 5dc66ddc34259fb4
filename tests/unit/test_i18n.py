from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import pytest

from sinteza.errors import SintezaError
from sinteza.i18n import Language
from tests.messages import SOURCE, catalog, untranslated

RO = Language("ro")


def test_no_message_is_left_untranslated() -> None:
    assert untranslated("ro") == []


def test_our_romanian_uses_the_comma_below() -> None:
    root = SOURCE.parent.parent
    ours = (".po", ".toml", ".html", ".py", ".md", ".css", ".sql")
    texts = [p for p in SOURCE.rglob("*") if p.suffix in ours]
    texts += [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("benchmarks/**/*.md")]
    cedilla = set("\u015e\u015f\u0162\u0163")
    assert [path.name for path in texts if cedilla & set(path.read_text("utf-8"))] == []
    assert len(texts) > 8


def test_named_places_are_the_same_in_both_languages() -> None:
    import re

    def places(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    for message, given in catalog("ro").items():
        for text in given:
            extra = places(text) - places(message)
            assert not extra, message


@pytest.mark.parametrize(
    ("n", "shown"),
    [
        (1, "1 studiu"),
        (2, "2 studii"),
        (19, "19 studii"),
        (20, "20 de studii"),
        (101, "101 studii"),
    ],
)
def test_three_plural_forms(n: int, shown: str) -> None:
    assert RO.plural("{n} study", "{n} studies", n) == shown


def test_numbers_as_each_language_writes_them() -> None:
    en = Language("en")
    assert (en.integer(1240), RO.integer(1240)) == ("1,240", "1.240")
    assert (en.number(-0.5), RO.number(-0.5)) == ("\u22120.50", "\u22120,50")
    assert RO.interval(1.2, 3.4) == "1,20 până la 3,40"
    assert en.number(-0.001) == "0.00"
    assert en.number(None) == en.number(math.nan) == "\u2013"
    assert en.number(-math.inf) == "\u2212\u221e"
    assert (en.percent(0.34), RO.percent(0.345, 1)) == ("34%", "34,5\u00a0%")
    assert RO.date(date(2021, 1, 6)) == "6 ianuarie 2021"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(SintezaError, match="does not speak 'fr'"):
        Language("fr")


def test_catalogs_are_read(tmp_path: Path) -> None:
    assert RO.text("Abstract") == "Rezumat"
    assert Language("en").text("Abstract") == "Abstract"
