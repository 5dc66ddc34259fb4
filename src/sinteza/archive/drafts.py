"""A segment before it is written: its articles read, indexed and packed.

Nothing here touches the database, so that drafts can be worked on by several processes at once;
they are handed back in the order they came in.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import pickle
import sys
import warnings
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sinteza.archive.days import days
from sinteza.archive.indexing import index
from sinteza.archive.postings import Collector
from sinteza.archive.reading import pmids, read
from sinteza.errors import ArchiveError

AT_ONCE = 256
"""Articles read together: enough that numpy's calls cost little, few enough for the cache."""
BLOCK = 32
"""Records compressed together: more is smaller, fewer is faster to fetch."""

Table = npt.NDArray[np.int64]


@dataclass
class Draft:
    """Articles in their order, each with the path of its file (for errors)."""

    articles: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, article: bytes, path: str) -> None:
        """The next article."""
        self.articles.append(article)
        self.paths.append(path)
        self.size += len(article)


class Ready(NamedTuple):
    """What is written of a draft.

    ``documents`` (articles x PMID and the days of ``content.DATE_FIELDS``), ``where`` (articles x
    block, offset, length; blocks count from 0), the pages of the index, and the blocks with their
    SHA-256.
    """

    documents: Table
    where: Table
    pages: list[tuple[str, bytes]]
    blocks: list[tuple[str, bytes]]


def make_ready(draft: Draft) -> Ready:
    """Read, index and pack; FormatError for a damaged article. Takes the articles out of the draft.

    They are let go of as they are done with, so that what is made of them has their memory.
    """
    collector = Collector()
    documents: list[Table] = []
    blocks: list[tuple[str, bytes]] = []
    where: list[tuple[int, int, int]] = []
    while draft.articles:
        part, paths = draft.articles[:AT_ONCE], draft.paths[:AT_ONCE]
        del draft.articles[:AT_ONCE], draft.paths[:AT_ONCE]
        for path, group in groupby(zip(paths, part, strict=True), lambda one: one[0]):
            batch = read([article for _, article in group], path=path)
            collector.add(batch.articles, index(batch))
            documents.append(np.column_stack([pmids(batch, path=path), days(batch)]))
        for start in range(0, len(part), BLOCK):
            _add_block(part[start : start + BLOCK], where, blocks)
    return Ready(
        np.concatenate(documents), np.array(where, np.int64), list(collector.pages()), blocks
    )


def _add_block(
    articles: list[bytes], where: list[tuple[int, int, int]], blocks: list[tuple[str, bytes]]
) -> None:
    from isal import isal_zlib

    whole = b"".join(articles)
    offset = 0
    for article in articles:
        where.append((len(blocks), offset, len(article)))
        offset += len(article)
    # level 3 packs them 4 % smaller and takes twice as long
    blocks.append((hashlib.sha256(whole).hexdigest(), isal_zlib.compress(whole, 2)))


def processes(jobs: int | None) -> int:
    """How many drafts are worked on at once: as many as asked for, or as there are CPUs.

    One where processes cannot be forked safely: a fork shares the articles without copying them.
    """
    if sys.platform != "linux":
        return 1
    return max(1, len(os.sched_getaffinity(0)) if jobs is None else jobs)


class Workshop:
    """Makes drafts ready, ``jobs`` at once, and calls ``done`` with each in the order they came.

    ``lock`` is a file descriptor that must not be held by the processes started: the loading that
    owns it may be killed while they still run.
    """

    def __init__(self, jobs: int, done: Callable[[Ready], None], lock: int) -> None:
        self.jobs = jobs
        self.done = done
        self.lock = lock
        self.running: deque[tuple[ForkProcess, Connection]] = deque()
        if jobs > 1:
            for name in ("isal.isal_zlib", "scipy.sparse"):  # once, not in each process
                importlib.import_module(name)

    def add(self, draft: Draft) -> None:
        """Work on a draft; waits for the oldest if enough are worked on."""
        if self.jobs == 1:
            self.done(make_ready(draft))
            return
        ready = self._received() if len(self.running) == self.jobs else None
        here, there = get_context("fork").Pipe(duplex=False)
        process = get_context("fork").Process(
            target=_work,
            args=(draft, there, [here, *(other for _, other in self.running)], self.lock),
            daemon=True,
        )
        with warnings.catch_warnings():
            # Python warns of threads that could hold a lock: those of numpy's BLAS, never called
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        there.close()
        self.running.append((process, here))
        draft.articles.clear()  # they are there now
        if ready:  # written while all processes work
            self.done(ready)

    def finish(self) -> None:
        """Wait for all."""
        while self.running:
            self.done(self._received())

    def stop(self) -> None:
        """Let go of what is still worked on."""
        for process, connection in self.running:
            process.kill()
            process.join()
            connection.close()
        self.running.clear()

    def _received(self) -> Ready:
        process, connection = self.running.popleft()
        try:
            with connection:
                found = pickle.loads(connection.recv_bytes())
        except EOFError:
            raise ArchiveError(
                "A process that read records was ended from outside",
                hint="If memory was short, load with --jobs 1. What is in stays in.",
            ) from None
        process.join()
        if not isinstance(found, Ready):
            raise found
        return found


def _work(draft: Draft, connection: Connection, readers: list[Connection], lock: int) -> None:
    os.close(lock)
    for reader in readers:  # else nobody would notice that the loading was killed
        reader.close()
    found: Ready | Exception
    try:
        found = make_ready(draft)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised where it can be told
        found = error
    with contextlib.suppress(BrokenPipeError):  # the loading was killed
        connection.send_bytes(pickle.dumps(found, pickle.HIGHEST_PROTOCOL))
