"""The query language on published strategies: how many are read, and how they compare."""

from __future__ import annotations

import gzip
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.measure import SHARED, stamp
from sinteza.errors import QueryError
from sinteza.query.explain import exact
from sinteza.query.lint import REFUSED, check
from sinteza.query.mesh import shipped
from sinteza.query.ovid import parse_ovid
from sinteza.query.strategy import parse_strategy
from sinteza.query.syntax import (
    Boolean,
    Concept,
    Mesh,
    Node,
    Proximity,
    Query,
    Text,
    parse,
    to_pubmed,
    tokenize,
    walk,
)

PUBMED_TAG = re.compile(
    r"\[\s*(tiab|mesh|mh|tw|ti|majr|pt|title|text|all fields|publication)", re.IGNORECASE
)


def rows(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(SHARED / "queries" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as text:
        yield from map(json.loads, text)


def broken(text: str) -> str:
    """Why a text is not well-formed in any syntax; empty if nothing says so.

    Judged from the text alone, before and apart from the parsers: unbalanced parentheses, an
    operator beside another or beside a parenthesis it cannot join, a line that refers to one the
    strategy does not have, or no query at all.
    """
    if len(text.split()) < 3:
        return "no query"
    for line in re.split(r"\n(?=\s*#?\s*\d+[.)]?\s)", text):
        depth = lowest = 0
        for char in line:
            depth += (char == "(") - (char == ")")
            lowest = min(lowest, depth)
        if depth or lowest < 0:
            return "unbalanced parentheses"
    if re.search(r"\b(?:or|and)\s+(?:or|and)\b|\(\s*(?:or|and)\s|\b(?:or|and)\s*\)", text, re.I):
        return "operator without operand"
    if re.search(r"(?im)^\s*#?\d+[.)]?\s+(?:or|and)\s+exp\b|\]\s*(?:AND|OR)\s*\[", text):
        return "operator without operand"
    if re.search(r"Limits: Publication Date", text):
        return "prose"
    lines = [line for line in text.splitlines() if line.strip()]
    numbered = sum(bool(re.match(r"\s*#?\s*\d+[.)]?\s", line)) for line in lines) > len(lines) / 2
    for at, line in enumerate(lines, 1):
        limit = re.match(r"\s*limit (\d+) to", line, re.IGNORECASE)
        if limit and not numbered and int(limit.group(1)) >= at:
            return "refers to a missing line"
    return ""


def outcome(reader: Callable[[str], Query], text: str) -> tuple[str, Query | None]:
    try:
        query = reader(text)
    except QueryError as error:
        return error.code or "?", None
    assert parse(to_pubmed(query.root)).root == query.root
    return "read", query


def whole_share(cases: list[tuple[str, Callable[[str], Query]]]) -> str:
    """Of the well-formed ones among all these, how many are read."""
    whole = [outcome(reader, text)[0] for text, reader in cases if not broken(text)]
    read = whole.count("read")
    return f"{read} of {len(whole)} ({read / len(whole):.1%})"


def coverage(name: str, cases: list[tuple[str, Callable[[str], Query]]]) -> str:
    results = [(outcome(reader, text)[0], broken(text)) for text, reader in cases]
    read = sum(code == "read" for code, _ in results)
    whole = [(code, why) for code, why in results if not why]
    whole_read = sum(code == "read" for code, _ in whole)
    refused = Counter(code for code, _ in results if code != "read")
    said = ", ".join(f"{code} {n}" for code, n in refused.most_common())
    return (
        f"| {name} | {len(cases)} | {read} ({read / len(cases):.1%}) | {len(whole)} "
        f"| {whole_read} ({whole_read / len(whole):.1%}) | {said or 'none'} |"
    )


# ---- the hand-made trees


def leaf(node: Node) -> Iterator[str]:
    if isinstance(node, Text):
        yield " ".join(word.replace("*", "") for word in node.words)
    elif isinstance(node, Proximity):
        yield from node.words
    elif isinstance(node, Mesh | Concept):
        yield " ".join(tokenize(node.name))


def our_leaves(root: Node) -> set[str]:
    return {text for node in walk(root) for text in leaf(node)}


def hand_leaves(tree: dict[str, Any]) -> set[str]:
    found = {" ".join(tokenize(query["query_string"])) for query in tree["queries"]}
    for child in tree["children"]:
        found |= hand_leaves(child)
    return found


Shape = tuple[str, frozenset[Any]] | str


def our_shape(node: Node) -> Shape:
    if not isinstance(node, Boolean):
        texts = sorted(leaf(node))
        return texts[0] if len(texts) == 1 else ("AND", frozenset(texts))
    return flat(node.op, [our_shape(part) for part in node.operands])


def hand_shape(tree: dict[str, Any]) -> Shape:
    parts: list[Shape] = [" ".join(tokenize(query["query_string"])) for query in tree["queries"]]
    parts += [hand_shape(child) for child in tree["children"]]
    return flat(tree["grouping"].upper(), parts)


def flat(op: str, parts: list[Shape]) -> Shape:
    """Nested groups of one operator are one group; a group of one is that one."""
    members: set[Any] = set()
    for part in parts:
        if isinstance(part, tuple) and part[0] == op and op in ("AND", "OR"):
            members |= part[1]
        else:
            members.add(part)
    return next(iter(members)) if len(members) == 1 else (op, frozenset(members))


def agreement() -> str:
    shares: list[float] = []
    kept: list[float] = []
    equal = compared = 0
    for row in rows("sigir2017"):
        if not row["parsed_tree"]:
            continue
        reader = parse_strategy if PUBMED_TAG.search(row["query"]) else parse_ovid
        _, query = outcome(reader, row["query"])
        if query is None:
            continue
        ours, theirs = our_leaves(query.root), hand_leaves(row["parsed_tree"])
        if not theirs:
            continue
        compared += 1
        shares.append(len(ours & theirs) / len(ours | theirs))
        kept.append(len(ours & theirs) / len(theirs))
        equal += our_shape(query.root) == hand_shape(row["parsed_tree"])
    high = sum(share >= 0.9 for share in shares)
    return (
        f"SIGIR 2017 hand-made trees: {compared} compared. Same terms (Jaccard of the leaf terms, "
        f"truncation and fields left out): median {statistics.median(shares):.2f}, "
        f"{high} of {compared} at 0.9 or more; of the hand-made tree's terms ours has a median of "
        f"{statistics.median(kept):.2f}. The whole tree equal (same terms under the same "
        f"operators): {equal} of {compared}. The hand-made trees were simplified for a search "
        "engine: limits, study filters, subheadings and adjacency are often left out, so equality "
        "is not expected; no rule was fitted to them."
    )


def parse_tests() -> str:
    lines = (SHARED / "queries" / "pubmed_parse_tests.jsonl").read_text("utf-8").splitlines()
    cases = [case for case in map(json.loads, lines) if "q" in case]
    right = 0
    for case in cases:
        try:
            written, notes = exact(parse(case["q"]), shipped())
            codes = [note.code for note in notes]
        except QueryError as error:
            written, codes = "ERROR", [error.code or ""]
        expected = case["expect"]
        if expected.endswith(" without a word-AND arm"):
            start = expected.removesuffix(" without a word-AND arm")
            same = written.startswith(f"{start}=(") and " AND " not in written
        else:
            same = written == expected
        wanted = [code for code in case["warn"] if not code.endswith("?compat")]
        right += same and codes == wanted
    return f"{right} of {len(cases)}"


def published_faults() -> str:
    """What a check finds in the strategies of the seed collection, which were run as they are."""
    reports = [check(row["edited_search"]) for row in rows("ielab_seed_pubmed")]
    found = Counter(
        code
        for report in reports
        for code in {note.code for note in report.notes if note.code in REFUSED}
    )
    bad = sum(not report.sendable for report in reports)
    said = ", ".join(f"{code} in {n}" for code, n in found.most_common())
    return f"{bad} of {len(reports)} ({said})"


def speed() -> str:
    texts = [row["query"] for row in rows("ielab_seed_pubmed")]
    size = sum(map(len, texts))
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        for text in texts:
            parse(text)
        best = min(best, time.process_time() - start)
    return f"{size / best / 1e6:.2f} MB of query text a CPU second ({len(texts)} seed queries)"


def run() -> str:
    seeds = [row["query"] for row in rows("ielab_seed_pubmed")]
    seeds += [row["edited_search"] for row in rows("ielab_seed_pubmed")]
    clef = [row for row in rows("clef_tar_topics") if row["syntax"] != "other"]
    sigir = [row["query"] for row in rows("sigir2017")]
    translations = SHARED / "asm_trials" / "esearch_translations.jsonl.gz"
    with gzip.open(translations, "rt", encoding="utf-8") as text:
        answers = [json.loads(line)["querytranslation"] for line in text]
    back = sum(
        "".join(to_pubmed(parse(answer).root).split()) == "".join(answer.split())
        for answer in answers
    )
    collections = [
        (row["query"], parse_strategy if PUBMED_TAG.search(row["query"]) else parse_ovid)
        for row in [*clef, *({"query": text} for text in sigir)]
    ]
    table = [
        "| strategies | all | read without an error | well-formed | of these read | refused as |",
        "|---|---|---|---|---|---|",
        coverage("seed collection (PubMed)", [(text, parse) for text in seeds]),
        coverage(
            "CLEF-TAR, Ovid",
            [(r["query"], parse_ovid) for r in clef if not PUBMED_TAG.search(r["query"])],
        ),
        coverage(
            "CLEF-TAR, PubMed",
            [(r["query"], parse_strategy) for r in clef if PUBMED_TAG.search(r["query"])],
        ),
        coverage("SIGIR 2017, Ovid", [(t, parse_ovid) for t in sigir if not PUBMED_TAG.search(t)]),
        coverage(
            "SIGIR 2017, PubMed", [(t, parse_strategy) for t in sigir if PUBMED_TAG.search(t)]
        ),
        coverage("Alharbi, Ovid", [(r["query"], parse_ovid) for r in rows("alharbi_ovid")]),
    ]
    return "\n\n".join(
        [
            "## The query language",
            stamp("msgspec"),
            "\n".join(table),
            f"CLEF-TAR and SIGIR together, well-formed: {whole_share(collections)} read "
            "(goal: 97 %).",
            "Not one crashes: what is not read is refused with a code and a place. "
            '"Well-formed" is judged by `benchmarks/queries.py:broken` from the text alone '
            "(balanced parentheses, no operator without its operand, no missing line, no prose); "
            "a text with a PubMed tag is read as PubMed's, any other as Ovid's. One CLEF topic "
            "that its collection marks as neither is left out.",
            f"Parse tests in their notation, with the MeSH that ships: {parse_tests()}. "
            "(The one code that needs PubMed's unpublished phrase index is left out.)",
            f"Real ESearch translations printed back to the same string: {back} of {len(answers)}.",
            agreement(),
            "Published strategies of the seed collection (edited text) that a check would not send "
            f"because PubMed reads them otherwise than written: {published_faults()}.",
            f"Speed of the parser: {speed()}.",
        ]
    )
