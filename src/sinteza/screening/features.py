"""What a ranker sees of a record: weighted words, word pairs, headings, latent themes and form.

Term weights are ``(1 + ln tf) * (ln((1 + n) / (1 + df)) + 1)``, rows of a block have length one
(Salton G, Buckley C. Inf Process Manag 1988;24:513-523). A term that only one record and no
term of the protocol has cannot relate it to another: its column is dropped after it has counted in
that row's length, and its share is kept in the row's product with itself, so nothing is
approximated.

Latent themes are the leading right singular vectors of the words (Deerwester S et al. J Am Soc Inf
Sci 1990;41:391-407), found by randomized iteration (Halko N et al. SIAM Rev 2011;53:217-288): they
let a decision speak for records that use other words for the same thing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack

from sinteza.model.record import Record

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Singles = NDArray[np.float32]

_THEMED = 10_000
"""How many rows the themes are found in."""

_WORD = re.compile(r"\b\w\w+\b")


def words(text: str) -> list[str]:
    """The words of two or more characters, in lower case."""
    return _WORD.findall(text.lower())


def record_text(record: Record) -> str:
    """Title and abstract; a title in the original language where there is no other."""
    return f"{record.title or record.vernacular_title} {record.abstract_text}"


def headings(record: Record) -> list[str]:
    """MeSH headings (the starred twice), supplementary concepts, keywords, publication types."""
    found = [heading.name for heading in record.mesh]
    found += [heading.name for heading in record.mesh if heading.major]
    found += [concept.name for concept in record.supplementary]
    found += record.keywords
    found = [name.strip().lower() for name in found]
    found += [f"type: {kind.name.lower()}" for kind in record.publication_types]
    return [name for name in found if name]


@dataclass(frozen=True)
class Weights:
    """How much each block says in the kernel (a weighted sum of the blocks' inner products).

    ``pairs``: words and pairs of neighbors together; ``words``: words alone; ``titles``: words of
    the title; ``headings``: MeSH, keywords and publication types; ``themes``: latent themes of the
    words; ``bare``: whether there is no abstract; ``protocol``: likeness to the protocol's words.
    """

    pairs: float = 0.0
    words: float = 0.0
    titles: float = 0.0
    headings: float = 0.0
    themes: float = 0.0
    bare: float = 0.0
    protocol: float = 0.0


class _Vocabulary:
    """Numbers for words, in order of first appearance."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def encode(self, texts: Iterable[Sequence[str]]) -> tuple[Integers, Integers]:
        """``(row, word)`` of every token of the texts."""
        numbers = self.numbers
        counts: list[int] = []
        tokens: list[int] = []
        for text in texts:
            tokens.extend([numbers.setdefault(word, len(numbers)) for word in text])
            counts.append(len(text))
        rows = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
        return rows, np.asarray(tokens, dtype=np.int64)


def _pairs(rows: Integers, tokens: Integers, size: int) -> tuple[Integers, Integers]:
    """Tokens and pairs of neighbors as ``(row, code)``; a pair's code is ``size*(a+1) + b``."""
    same = rows[1:] == rows[:-1]
    codes = size * (tokens[:-1][same] + 1) + tokens[1:][same]
    return np.concatenate([rows, rows[1:][same]]), np.concatenate([tokens, codes])


@dataclass(frozen=True)
class _Block:
    """Columns of one kind: rows of length one or zero, the protocol's row last."""

    name: str
    matrix: csr_matrix
    codes: Integers
    terms: tuple[str, ...]

    def term(self, column: int) -> str:
        """The term of a column."""
        code, size = int(self.codes[column]), len(self.terms)
        if code < size:
            return self.terms[code]
        return f"{self.terms[code // size - 1]} {self.terms[code % size]}"


def _block(
    name: str,
    vocabulary: _Vocabulary,
    at: tuple[Integers, Integers],
    queried: Integers,
    *,
    count: int,
    most: float,
) -> tuple[_Block, Floats]:
    """A block of the terms that two rows or the protocol have, and each row's product with itself.

    ``at``: (row, code) of every token; ``queried``: codes of the protocol's terms; ``count``: rows.
    """
    size = len(vocabulary.numbers) + 1
    space = size * (size + 1)
    keys, frequency = np.unique(at[0] * space + at[1], return_counts=True)
    row, code = keys // space, keys % space
    kept, column, documents = np.unique(code, return_inverse=True, return_counts=True)
    idf = np.log((1 + count) / (1 + documents)) + 1
    usable = documents <= most * count
    data = (1 + np.log(frequency)) * idf[column] * usable[column]
    squares = np.bincount(row, weights=data * data, minlength=count)
    scale = np.divide(1, np.sqrt(squares), out=np.zeros(count), where=squares > 0)
    shared = ((documents >= 2) | np.isin(kept, queried)) & usable
    chosen = shared[column]
    renumbered = (np.cumsum(shared) - 1)[column[chosen]]
    matrix = csr_matrix(
        (data[chosen] * scale[row[chosen]], (row[chosen], renumbered)),
        shape=(count, int(shared.sum())),
    )
    codes = kept[shared]
    asked = np.flatnonzero(np.isin(codes, queried))
    value = idf[shared][asked]
    value = value / (np.linalg.norm(value) or 1.0)
    last = csr_matrix((value, (np.zeros(len(asked), dtype=np.int64), asked)), (1, len(codes)))
    own = np.append((squares > 0).astype(np.float64), float(value @ value))
    return _Block(name, vstack([matrix, last]).tocsr(), codes, tuple(vocabulary.numbers)), own


@dataclass
class Features:
    """The rows of all records and, last, one for the protocol's own terms.

    ``matrix``: sparse columns; ``dense``: (rows, d) the others, both weighted; ``diagonal``: each
    row's inner product with itself, dropped columns included; ``ruled``: the protocol says
    something these records know.
    """

    matrix: csr_matrix
    dense: Singles
    diagonal: Floats
    ruled: bool
    _blocks: list[_Block] = field(repr=False)
    _themes: _Themes | None = field(repr=False)
    _form: list[str] = field(repr=False)

    def explain(self, row: int, sparse: Singles, dense: Singles) -> dict[tuple[str, str], float]:
        """What each (block, term) of a row adds to its score under the columns' weights."""
        shares: dict[tuple[str, str], float] = {}
        start = 0
        picked = self.matrix[[row]]
        for block in self._blocks:
            end = start + block.matrix.shape[1]
            inside = (picked.indices >= start) & (picked.indices < end)
            for column, value in zip(picked.indices[inside], picked.data[inside], strict=True):
                key = block.name, block.term(int(column) - start)
                shares[key] = shares.get(key, 0.0) + float(value * sparse[column])
            start = end
        themes = self._themes
        if themes is not None:
            # a theme is a sum over words: its share goes back to them
            source = themes.words.matrix[[row]]
            spread = themes.vectors[source.indices] @ dense[: themes.vectors.shape[1]]
            for column, value in zip(source.indices, source.data * spread, strict=True):
                key = "text", themes.words.term(int(column))
                shares[key] = shares.get(key, 0.0) + float(value * themes.scale[row])
        first = self.dense.shape[1] - len(self._form)
        for offset, name in enumerate(self._form):
            value = float(self.dense[row, first + offset] * dense[first + offset])
            if value:
                shares["form", name] = value
        return shares


@dataclass(frozen=True)
class _Themes:
    """Themes of a block of words: vectors (words, k) and each row's scale to its length."""

    words: _Block
    vectors: Singles
    scale: Singles


def _themes(block: _Block, weight: float, *, count: int = 128) -> tuple[_Themes, Singles] | None:
    """The leading themes, and the rows in them with length ``sqrt(weight)``."""
    whole = matrix = block.matrix.astype(np.float32)
    if matrix.shape[0] > _THEMED:
        # enough rows, evenly spread, to find the themes; the others are then read by them
        matrix = whole[np.linspace(0, whole.shape[0] - 1, _THEMED).astype(np.int64)]
    k = min(count, min(matrix.shape) - 1)
    if k < 1:
        return None
    generator = np.random.default_rng(0)
    sample = min(k + 10, min(matrix.shape))
    reached = matrix @ generator.standard_normal((matrix.shape[1], sample), dtype=np.float32)
    for _ in range(3):
        basis, _ = np.linalg.qr(reached)
        reached = matrix @ (matrix.T @ basis)
    basis, _ = np.linalg.qr(reached)
    small = matrix.T @ basis
    values, turned = np.linalg.eigh(small.T @ small)
    best = np.argsort(values)[::-1][:k]
    best = best[values[best] > 1e-6 * max(float(values.max()), 1e-30)]
    vectors = (small @ turned[:, best]) / np.sqrt(values[best])
    rows = whole @ vectors
    length = np.linalg.norm(rows, axis=1)
    scale = np.divide(np.sqrt(weight), length, out=np.zeros_like(length), where=length > 1e-6)
    scale = scale.astype(np.float32)
    return _Themes(block, vectors.astype(np.float32), scale), (rows * scale[:, None])


def extract(
    records: Sequence[Record], *, weights: Weights, terms: Sequence[str] = (), most: float = 0.95
) -> Features:
    """Features of the records; ``terms`` are the protocol's words, ``most`` the highest share of
    records a term may be in."""
    count = len(records)
    protocol = [words(term) for term in terms]
    plain = _Vocabulary()
    rows, tokens = plain.encode(words(record_text(record)) for record in records)
    size = len(plain.numbers)
    asked = [[plain.numbers[word] for word in term if word in plain.numbers] for term in protocol]
    single = np.array([number for term in asked for number in term], dtype=np.int64)
    double = [size * (a + 1) + b for term in asked for a, b in itertools.pairwise(term)]
    blocks: list[_Block] = []
    parts: list[csr_matrix] = []
    diagonal = np.zeros(count + 1)

    def add(
        name: str,
        weight: float,
        vocabulary: _Vocabulary,
        at: tuple[Integers, Integers],
        asked: Integers,
    ) -> _Block:
        block, own = _block(name, vocabulary, at, asked, count=count, most=most)
        if weight:
            blocks.append(block)
            parts.append(block.matrix * np.sqrt(weight))
            diagonal.__iadd__(weight * own)
        return block

    if weights.pairs:
        both = np.concatenate([single, np.array(double, dtype=np.int64)])
        add("text", weights.pairs, plain, _pairs(rows, tokens, size), both)
    wordy: _Block | None = None
    if weights.words or weights.themes or weights.protocol:
        wordy = add("text", weights.words, plain, (rows, tokens), single)
    if weights.titles:
        titled = _Vocabulary()
        at = titled.encode(words(record.title) for record in records)
        known = [titled.numbers[w] for term in protocol for w in term if w in titled.numbers]
        add("title", weights.titles, titled, at, np.array(known, dtype=np.int64))
    if weights.headings:
        headed = _Vocabulary()
        at = headed.encode(headings(record) for record in records)
        known = [n for name, n in headed.numbers.items() if _asked(name, protocol)]
        add("heading", weights.headings, headed, at, np.array(known, dtype=np.int64))

    dense: list[Singles] = []
    themes: _Themes | None = None
    if weights.themes and wordy is not None:
        found = _themes(wordy, weights.themes)
        if found is not None:
            themes = found[0]
            dense.append(found[1])
    form: list[str] = []
    if weights.bare:
        bare = np.array([[not record.abstract_text] for record in records] + [[False]])
        dense.append(np.sqrt(np.float32(weights.bare)) * bare.astype(np.float32))
        form.append("no abstract")
    if weights.protocol and wordy is not None:
        dense.append(np.sqrt(np.float32(weights.protocol)) * _likeness(wordy.matrix))
        form.append("like the protocol")
    columns = np.hstack([np.zeros((count + 1, 0), dtype=np.float32), *dense])
    diagonal += np.einsum("ij,ij->i", columns, columns)
    return Features(
        matrix=hstack([csr_matrix((count + 1, 0)), *parts], format="csr").astype(np.float32),
        dense=columns,
        diagonal=diagonal,
        ruled=bool(single.size),
        _blocks=blocks,
        _themes=themes,
        _form=form,
    )


def _likeness(matrix: csr_matrix) -> Singles:
    """How like the protocol's row (the last) each row is: 1 as the most like twentieth, to 1.5."""
    found = (matrix @ matrix[[-1]].T).toarray().ravel()
    found[-1] = 0.0
    top = np.sort(found)[-max(1, len(found) // 20) :].mean()
    scaled = np.minimum(found / top, 1.5) if top > 0 else found
    scaled[-1] = 1.0 if top > 0 else 0.0
    return np.asarray(scaled, dtype=np.float32)[:, None]


def _asked(heading: str, protocol: Sequence[Sequence[str]]) -> bool:
    """True if some term of the protocol stands in the heading, word for word."""
    have = set(words(heading))
    return any(term and have.issuperset(term) for term in protocol)
