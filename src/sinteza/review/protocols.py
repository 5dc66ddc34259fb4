"""Protocol files: found, read, and checked for everything that is wrong with them at once."""

from __future__ import annotations

import difflib
import hashlib
import io
import re
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec
import msgspec.inspect as inspect

from sinteza import plugins
from sinteza.classification.taxonomy import Taxonomy
from sinteza.errors import ProtocolError, SintezaError
from sinteza.model.protocol import Protocol, json_schema
from sinteza.review.toml_lines import Path as KeyPath
from sinteza.review.toml_lines import line_of, locate

METHODS = ("FE", "EE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "MH", "PETO")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a protocol file. ``line`` counts from 1."""

    line: int
    where: str
    what: str
    hint: str = ""


@dataclass(frozen=True)
class Loaded:
    """A protocol with its taxonomy, and the texts they were read from."""

    protocol: Protocol
    taxonomy: Taxonomy
    text: bytes
    taxonomy_text: bytes
    folder: Traversable
    name: str

    @property
    def digest(self) -> str:
        """SHA-256 of the protocol file."""
        return hashlib.sha256(self.text).hexdigest()

    @property
    def taxonomy_digest(self) -> str:
        """SHA-256 of the taxonomy file."""
        return hashlib.sha256(self.taxonomy_text).hexdigest()

    @property
    def evidence(self) -> Traversable | None:
        """The folder of the evidence base, if the protocol brings one."""
        return self.folder / self.protocol.evidence if self.protocol.evidence else None


def find(name: str) -> tuple[Traversable, str, str]:
    """Folder, file name and how to call it: a path, a folder with a protocol, a shipped name."""
    path = Path(name)
    if path.is_dir() and (path / "protocol.toml").is_file():
        return path, "protocol.toml", str(path / "protocol.toml")
    if path.is_file():
        return path.parent, path.name, name
    if name in plugins.available("sinteza.protocols"):
        return plugins.load("sinteza.protocols", name)(), "protocol.toml", f"{name}/protocol.toml"
    known = list(plugins.available("sinteza.protocols"))
    near = difflib.get_close_matches(name, known, n=1)
    raise ProtocolError(
        f"There is no protocol '{name}'",
        hint=f"Did you mean '{near[0]}'?"
        if near
        else f"Give a protocol.toml, its folder, or one of: {', '.join(known)}.",
    )


def load(name: str) -> Loaded:
    """Read a protocol that must be right; raises :class:`ProtocolError` with its problems."""
    folder, file, shown = find(name)
    loaded, problems = read(folder, file, shown)
    if loaded is None:
        raise ProtocolError(
            "; ".join(f"line {p.line}: {p.what}" for p in problems[:5]),
            path=shown,
            line=problems[0].line,
            hint=f"{len(problems)} problem(s); see all with 'sinteza check {name}'.",
        )
    return loaded


def check(name: str) -> tuple[str, list[Problem]]:
    """All problems of a protocol file, by line."""
    folder, file, shown = find(name)
    return shown, read(folder, file, shown)[1]


def bundle(loaded: Loaded) -> bytes:
    """The protocol, its taxonomy and its evidence base as one zip, the same bytes every time."""
    files = {"protocol.toml": loaded.text, loaded.protocol.taxonomy: loaded.taxonomy_text}
    if loaded.evidence is not None:
        for item in loaded.evidence.iterdir():
            if item.is_file():
                files[f"{loaded.protocol.evidence}/{item.name}"] = item.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def unbundle(packed: bytes) -> Loaded:
    """The protocol out of :func:`bundle`."""
    folder = zipfile.Path(zipfile.ZipFile(io.BytesIO(packed)))
    loaded, problems = read(folder, "protocol.toml", "the review's protocol")
    if loaded is None:
        raise ProtocolError(
            f"The review's protocol cannot be used any more: {problems[0].what}",
            line=problems[0].line,
            hint="Adopt a corrected one with 'sinteza run PROTOCOL --out DIR'.",
        )
    return loaded


def start_from(target: Path, name: str, *, evidence: bool = False) -> list[str]:
    """Copy a protocol into a folder to be made one's own; gives the files written.

    Raises :class:`~sinteza.errors.ProtocolError` rather than write over a protocol. Without its
    evidence base the copy no longer names one.
    """
    loaded = load(name)
    if (target / "protocol.toml").exists():
        raise ProtocolError(
            "There is a protocol here already",
            path=str(target / "protocol.toml"),
            hint="Choose another folder, or edit the one that is there.",
        )
    text = loaded.text.decode("utf-8")
    if not evidence:
        text = re.sub(r'(?m)^evidence = ".*"\n', "", text)
    schema = msgspec.json.format(msgspec.json.encode(json_schema()), indent=2)
    files = {
        "protocol.toml": f"#:schema ./protocol.schema.json\n{text}".encode(),
        loaded.protocol.taxonomy: loaded.taxonomy_text,
        "protocol.schema.json": schema + b"\n",
    }
    if evidence and loaded.evidence is not None:
        for item in loaded.evidence.iterdir():
            files[f"{loaded.protocol.evidence}/{item.name}"] = item.read_bytes()
    try:
        for file, content in files.items():
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            (target / file).write_bytes(content)
    except OSError as error:
        raise ProtocolError(
            f"The protocol cannot be written: {error.strerror}",
            path=str(target),
            hint="Choose a folder that you may write to.",
        ) from error
    return [str(target / file) for file in files]


def read(folder: Traversable, name: str, shown: str) -> tuple[Loaded | None, list[Problem]]:
    """Read and check; gives the protocol where nothing is wrong, and all problems."""
    try:
        raw = (folder / name).read_bytes()
        text = raw.decode("utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise ProtocolError(f"The protocol cannot be read: {error.strerror}", path=shown) from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return None, [Problem(line, "", "The file is not UTF-8", "Save it again as UTF-8.")]
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        line = int(at.group(1)) if at else text.count("\n") + 1
        what = f"This is not TOML: {str(error).partition(' (at')[0]}"
        return None, [Problem(line, "", what, "Look for a missing quote or bracket here or above.")]
    lines = locate(text)
    taxonomy, taxonomy_text, wrong = _taxonomy(data, folder)
    found = [
        *_structure(data, inspect.type_info(Protocol), ()),
        *wrong,
        *_meaning(data, taxonomy, folder),
    ]
    problems = [
        Problem(line_of(lines, path), _shown(path), what, hint) for path, what, hint in found
    ]
    if problems or taxonomy is None:
        return None, sorted(problems, key=lambda p: (p.line, p.where))
    protocol = msgspec.convert(data, Protocol)
    return Loaded(protocol, taxonomy, raw, taxonomy_text, folder, shown), []


Found = tuple[KeyPath, str, str]


def _shown(path: KeyPath) -> str:
    shown = ""
    for part in path:
        shown += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if shown else part
    return shown


def _near(word: str, known: Iterable[str]) -> str:
    listed = list(known)
    near = difflib.get_close_matches(word, listed, n=1, cutoff=0.5)
    if near:
        return f"Did you mean '{near[0]}'?"
    return f"Known: {', '.join(listed[:12])}." if listed else ""


def _structure(value: Any, kind: inspect.Type, path: KeyPath) -> Iterator[Found]:
    """Unknown and missing keys and wrong types, each on its own."""
    if isinstance(kind, inspect.UnionType):
        structs = [k for k in kind.types if isinstance(k, inspect.StructType)]
        if isinstance(value, dict) and structs:
            yield from _structure(value, _chosen(value, structs), path)
            return
    elif isinstance(kind, inspect.StructType):
        yield from _struct(value, kind, path)
        return
    elif isinstance(kind, inspect.VarTupleType):
        if not isinstance(value, list):
            yield path, f"Expected a list, got {_type_name(value)}", ""
            return
        for number, item in enumerate(value):
            yield from _structure(item, kind.item_type, (*path, number))
        return
    try:
        msgspec.convert(value, _python(kind))
    except msgspec.ValidationError as error:
        what = str(error).partition(" - at")[0]
        known = [str(v) for v in getattr(kind, "values", ())]
        yield path, what, _near(str(value), known) if known else ""


def _python(kind: inspect.Type) -> Any:
    if isinstance(kind, inspect.LiteralType):
        from typing import Literal

        return Literal[tuple(kind.values)]
    simple = {
        inspect.StrType: str,
        inspect.IntType: int,
        inspect.FloatType: float,
        inspect.BoolType: bool,
        inspect.NoneType: type(None),
    }
    if isinstance(kind, inspect.UnionType):
        parts = [_python(k) for k in kind.types]
        union = parts[0]
        for part in parts[1:]:
            union = union | part
        return union
    return simple.get(type(kind), Any)


def _chosen(value: dict[str, Any], structs: list[inspect.StructType]) -> inspect.StructType:
    """Of tagged alternatives the one that the tag names, else the first."""
    for kind in structs:
        if kind.tag_field and value.get(kind.tag_field) == kind.tag:
            return kind
    return structs[0]


def _struct(value: Any, kind: inspect.StructType, path: KeyPath) -> Iterator[Found]:
    if not isinstance(value, dict):
        yield path, f"Expected a table, got {_type_name(value)}", ""
        return
    fields = {field.encode_name: field for field in kind.fields}
    for key, item in value.items():
        if key == kind.tag_field:
            if item != kind.tag:
                tags = ("window", "publication_type", "terms", "fact", "retraction")
                yield (*path, key), f"Unknown rule '{item}'", _near(str(item), tags)
        elif key not in fields:
            yield (*path, key), f"Unknown key '{key}'", _near(key, fields)
        else:
            yield from _structure(item, fields[key].type, (*path, key))
    for name, field in fields.items():
        if field.required and name not in value:
            near = [key for key in value if key not in fields]
            if not difflib.get_close_matches(name, near, n=1):
                yield path, f"'{name}' is missing", ""


def _type_name(value: Any) -> str:
    names = {str: "text", int: "a number", float: "a number", bool: "true/false", list: "a list"}
    return names.get(type(value), "a table" if isinstance(value, dict) else type(value).__name__)


def _taxonomy(
    data: dict[str, Any], folder: Traversable
) -> tuple[Taxonomy | None, bytes, list[Found]]:
    name = _word(data, "taxonomy") or "taxonomy.toml"
    where: KeyPath = ("taxonomy",)
    try:
        raw = (folder / name).read_bytes()
        return Taxonomy.load(tomllib.loads(raw.decode("utf-8"))), raw, []
    except OSError:
        what = f"The taxonomy '{name}' is not beside the protocol"
        return None, b"", [(where, what, "Copy it there, or correct the name.")]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return None, b"", [(where, f"The taxonomy is not TOML: {error}", "")]
    except SintezaError as error:
        return None, b"", [(where, f"The taxonomy cannot be used: {error.what}", error.hint or "")]


def _word(table: dict[str, Any], key: str) -> str:
    value = table.get(key, "")
    return value if isinstance(value, str) else ""


def _words(table: dict[str, Any], key: str) -> list[tuple[int, str]]:
    value = table.get(key, [])
    listed = enumerate(value) if isinstance(value, list) else []
    return [(number, item) for number, item in listed if isinstance(item, str)]


def _tables(data: dict[str, Any], key: str) -> list[tuple[int, dict[str, Any]]]:
    value = data.get(key, [])
    listed = enumerate(value) if isinstance(value, list) else []
    return [(number, item) for number, item in listed if isinstance(item, dict)]


def _meaning(
    data: dict[str, Any], taxonomy: Taxonomy | None, folder: Traversable
) -> Iterator[Found]:
    """References, dates and doubles: what the types cannot see. Wrong types are passed over."""
    if isinstance(data.get("schema"), int) and data["schema"] != 1:
        yield ("schema",), f"This Sinteza reads schema 1, not {data['schema']}", "Update Sinteza."
    for name in ("sources", "searches", "windows", "criteria", "outcomes", "analyses", "maps"):
        yield from _doubles(name, _tables(data, name))
        if name in ("searches", "windows", "outcomes") and data.get(name) == []:
            yield (name,), f"There are no {name}", "A review needs at least one."
    yield from _references(data, "searches", "source", "sources")
    yield from _references(data, "analyses", "outcome", "outcomes")
    for number, search in _tables(data, "searches"):
        if "query" in search and not _word(search, "query").strip():
            yield ("searches", number, "query"), "The query is empty", ""
    yield from _windows(data)
    for number, analysis in _tables(data, "analyses"):
        method = _word(analysis, "method")
        if method and method not in METHODS:
            where = ("analyses", number, "method")
            yield where, f"Unknown method '{method}'", _near(method, METHODS)
        yield from _concepts(analysis, "groups", ("analyses", number), taxonomy)
    for number, table in _tables(data, "maps"):
        yield from _concepts(table, "rows", ("maps", number), taxonomy)
        yield from _concepts(table, "columns", ("maps", number), taxonomy)
    screening = data.get("screening", {})
    for name in ("target_recall", "confidence") if isinstance(screening, dict) else ():
        value = screening.get(name, 0.95)
        if isinstance(value, int | float) and not 0 < value <= 1:
            yield ("screening", name), f"{value} is no share: it lies between 0 and 1", ""
    evidence = _word(data, "evidence")
    if evidence and not (folder / evidence).is_dir():
        yield ("evidence",), f"There is no folder '{evidence}' beside the protocol", ""


def _references(data: dict[str, Any], tables: str, field: str, target: str) -> Iterator[Found]:
    known = [_word(entry, "id") for _, entry in _tables(data, target)]
    for number, entry in _tables(data, tables):
        name = _word(entry, field)
        if name and name not in known:
            yield (tables, number, field), f"Unknown {field} '{name}'", _near(name, known)


def _doubles(name: str, entries: Iterable[tuple[int, dict[str, Any]]]) -> Iterator[Found]:
    seen: dict[str, int] = {}
    for number, entry in entries:
        if label := _word(entry, "id"):
            if label in seen:
                what = f"'{label}' is already the id of {name}[{seen[label] + 1}]"
                yield (name, number, "id"), what, "Give it a name of its own."
            seen.setdefault(label, number)


def _windows(data: dict[str, Any]) -> Iterator[Found]:
    for number, window in _tables(data, "windows"):
        days: dict[str, date] = {}
        for field in ("start", "end"):
            written = _word(window, field)
            if not written:
                continue
            try:
                days[field] = date.fromisoformat(written)
            except ValueError:
                what = f"'{written}' is no day"
                yield ("windows", number, field), what, "Write year-month-day: 2015-01-31."
        if len(days) == 2 and days["start"] > days["end"]:
            yield ("windows", number, "end"), "The window ends before it starts", ""
    names = [_word(window, "id") for _, window in _tables(data, "windows")]
    chosen = _word(data, "window")
    if chosen and chosen not in names:
        yield ("window",), f"Unknown window '{chosen}'", _near(chosen, names)
    for number, name in _words(data, "compare"):
        if name not in names:
            yield ("compare", number), f"Unknown window '{name}'", _near(name, names)


def _concepts(
    table: dict[str, Any], key: str, path: KeyPath, taxonomy: Taxonomy | None
) -> Iterator[Found]:
    if taxonomy is None:
        return
    known = [concept.id for concept in taxonomy]
    for number, name in _words(table, key):
        if name.removesuffix("/*") not in taxonomy:
            what = f"The taxonomy has no concept '{name}'"
            yield (*path, key, number), what, _near(name, known)
