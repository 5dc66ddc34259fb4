"""Every message of the source, found where it is said: templates, Language calls, word tables."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import jinja2
from jinja2 import nodes

SOURCE = Path(__file__).resolve().parent.parent / "src" / "sinteza"
Message = tuple[str, str]  # singular, plural or nothing


def of_templates() -> set[Message]:
    environment = jinja2.Environment()
    found: set[Message] = set()
    for path in SOURCE.rglob("templates/*.html"):
        tree = environment.parse(path.read_text("utf-8"))
        for call in tree.find_all(nodes.Call):
            name = getattr(call.node, "name", getattr(call.node, "attr", ""))
            texts = [a.value for a in call.args if isinstance(a, nodes.Const)]
            if name in ("_", "text") and texts:
                found.add((texts[0], ""))
            elif name == "n_":
                found.add((texts[0], texts[1]))
    return found


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def of_code() -> set[Message]:
    found: set[Message] = set()
    for path in SOURCE.rglob("*.py"):
        if path.name == "i18n.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = ast.unparse(node.func.value)
            if not re.search(r"(^|\.)(lang|language|_lang|Language\(\w+\)|other)$", owner):
                continue
            texts = [t for a in node.args[:2] if (t := _text(a)) is not None]
            if node.func.attr == "text" and texts:
                found.add((texts[0], ""))
            elif node.func.attr == "plural" and len(texts) == 2:
                found.add((texts[0], texts[1]))
    return found


def of_words() -> set[Message]:
    from sinteza.publishing.words import TABLES

    return {(text, "") for table in TABLES for text in table.values()}


def catalog(code: str) -> dict[str, tuple[str, ...]]:
    """Message to its translations, all catalogs of a language together."""
    from babel.messages.pofile import read_po

    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((SOURCE / "locales" / code / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as stream:
            for message in read_po(stream, locale=code):
                if not message.id:
                    continue
                single = message.id if isinstance(message.id, str) else message.id[0]
                given = message.string
                found[single] = (given,) if isinstance(given, str) else tuple(given)
    return found


def untranslated(code: str) -> list[Message]:
    known = catalog(code)
    wanted = of_templates() | of_code() | of_words()
    missing = []
    for one, many in sorted(wanted):
        given = known.get(one, ())
        if not given or not all(given) or (many and len(given) != 3):
            missing.append((one, many))
    return missing
