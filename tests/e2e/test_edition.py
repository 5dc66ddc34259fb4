"""The edition as a reader meets it: from disk, wide and narrow, in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe

from sinteza.publishing.html import PAGES

pytestmark = pytest.mark.e2e

LANGUAGES = ("en", "ro")


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_well(edition: Path, page: Any, code: str, name: str) -> None:
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("requestfailed", lambda request: messages.append(f"failed: {request.url}"))
    page.goto((edition / code / name).as_uri())
    assert messages == []
    assert page.evaluate("document.documentElement.lang") == code
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], "the page scrolls sideways"
    assert page.evaluate("document.querySelectorAll('h1').length") == 1


def violations(found: Any) -> list[tuple[str, list[str]]]:
    listed = found.response["violations"]
    return [(v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in listed]


# The lists of hundreds of records repeat one pattern; the rules are checked on the phone's layout
# of every page and on the desk's of the first.
@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", ["index.html", "maps.html"])
def test_axe_finds_no_violation(edition: Path, page: Any, code: str, name: str) -> None:
    page.goto((edition / code / name).as_uri())
    found = Axe().run(page)
    told = [
        (v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found.response["violations"]
    ]
    assert told == []


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", ["records.html", "studies.html"])
def test_axe_on_long_lists(edition: Path, browser: Any, code: str, name: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto((edition / code / name).as_uri())
    # one list of each kind is enough: take the rest out before the rules run
    page.evaluate(
        "document.querySelectorAll('main > section, main').forEach(s =>"
        " [...s.querySelectorAll(':scope > article')].slice(12).forEach(a => a.remove()))"
    )
    found = Axe().run(page)
    told = [
        (v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found.response["violations"]
    ]
    context.close()
    assert told == []


def test_every_link_inside_the_edition_leads_somewhere(edition: Path) -> None:
    pages = {p: p.read_text("utf-8") for p in edition.rglob("*.html")}
    anchors = {p: set(re.findall(r'\bid="([^"]+)"', text)) for p, text in pages.items()}
    checked = 0
    for path, text in pages.items():
        for href in set(re.findall(r'href="([^"]+)"', text)):
            target = urljoin(path.as_uri(), href.replace("&amp;", "&"))
            if urlparse(target).scheme != "file":
                continue
            address, anchor = urldefrag(target)
            file = Path(unquote(urlparse(address).path))
            assert file.is_file(), f"{path.name}: {href}"
            if anchor:
                assert anchor in anchors[file], f"{path.name}: {href}"
            checked += 1
    assert checked > 1000


def test_the_keyboard_reaches_the_content(edition: Path, page: Any) -> None:
    page.goto((edition / "ro" / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


# Words that only English has and that the pages' own texts use; titles and names of records are
# marked as English and left out.
ENGLISH = re.compile(
    r"\b(the|and|with|records?|studies|study|included|excluded|search(es)?|from|were|which|of|people|"
    r"interval|method|group|source)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", PAGES)
def test_no_english_word_is_left_in_romanian(edition: Path, browser: Any, name: str) -> None:
    page = browser.new_page()
    page.goto((edition / "ro" / name).as_uri())
    page.evaluate(
        "document.querySelectorAll('[lang=en], [translate=no], code, .brand, style, svg')"
        ".forEach(e => e.remove())"
    )
    text = page.evaluate("document.body.textContent")
    page.close()
    text = re.sub(r"--\w+", "", text)  # names of options
    found = {m.group().lower() for m in ENGLISH.finditer(text)} - {"interval"}
    assert found == set()
    assert re.search("[ăâîșț]", text)
