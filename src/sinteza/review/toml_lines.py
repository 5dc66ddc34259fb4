"""Where a key of a TOML document stands, so that every problem can name its line.

``tomllib`` keeps no positions. This scan follows table headers, arrays of tables and keys; for what
stands inside an inline table or array it gives the line where that value begins.
"""

from __future__ import annotations

import re
from collections import Counter

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_NAME = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_KEY = re.compile(rf"^\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_STRING = re.compile(r'"""(?:.|\n)*?"""|\'\'\'(?:.|\n)*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'')


def _parts(dotted: str) -> list[str]:
    found = re.findall(r"""[\w-]+|"[^"]*"|'[^']*'""", dotted)
    return [part.strip("\"'") for part in found]


def locate(text: str) -> dict[Path, int]:
    """The line (from 1) of every table, array entry and key, by its path."""
    lines: dict[Path, int] = {(): 1}
    counts: Counter[Path] = Counter()
    prefix: Path = ()
    depth = 0
    # Strings may hold brackets, equal signs and line ends: blank them, keep the line ends.
    blanked = _STRING.sub(_blank, text)
    for number, (line, original) in enumerate(
        zip(blanked.split("\n"), text.split("\n"), strict=True), 1
    ):
        bare = line.split("#", 1)[0]
        if depth == 0:
            if header := _HEADER.match(bare):
                prefix = _enter(header, counts)
                lines.setdefault(prefix, number)
                for end in range(1, len(prefix)):
                    lines.setdefault(prefix[:end], number)
                continue
            if key := _KEY.match(original):
                path = prefix + tuple(_parts(key.group(1)))
                lines.setdefault(path, number)
        depth += bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
        depth = max(depth, 0)
    return lines


def _blank(match: re.Match[str]) -> str:
    return "".join("\n" if c == "\n" else "_" for c in match.group())


def _enter(header: re.Match[str], counts: Counter[Path]) -> Path:
    """The path that a header opens; ``[sources.note]`` belongs to the last ``[[sources]]``."""
    path: Path = ()
    names = _parts(header.group(2))
    for position, name in enumerate(names):
        path += (name,)
        last = position == len(names) - 1
        if last and header.group(1) == "[[":
            counts[path] += 1
        if counts[path]:
            path += (counts[path] - 1,)
    return path


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing that holds it."""
    while path not in lines:
        path = path[:-1]
    return lines[path]
