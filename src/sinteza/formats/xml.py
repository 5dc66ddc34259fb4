"""XML read one element at a time, names without their namespaces, memory flat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from sinteza.errors import FormatError

_SPACE = re.compile(r"\s+")


def local(element: Any) -> str:
    """The name of an element without its namespace; empty for comments."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def text(element: Any) -> str:
    """All text below an element, white space folded."""
    return "" if element is None else _SPACE.sub(" ", "".join(element.itertext())).strip()


def children(element: Any, name: str) -> Iterator[Any]:
    """The children of this local name."""
    return (child for child in element if local(child) == name)


def below(element: Any, *names: str) -> Iterator[Any]:
    """The elements at the end of a path of local names."""
    if not names:
        yield element
        return
    for child in children(element, names[0]):
        yield from below(child, *names[1:])


def first(element: Any, *names: str) -> str:
    """The text of the first element at the end of a path."""
    return text(next(below(element, *names), None))


def elements(stream: BinaryIO, *names: str, path: str = "", hint: str) -> Iterator[Any]:
    """Each element of these local names as it ends; it is let go when the next is asked for.

    Prefixes without a namespace are borne with. Raises :class:`~sinteza.errors.FormatError` with
    the line for XML that is damaged or breaks off.
    """
    from lxml import etree

    events = etree.iterparse(
        stream,
        events=("end",),
        tag=tuple(f"{{*}}{name}" for name in names),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
    )
    try:
        for _, element in events:
            parent = element.getparent()
            yield element
            element.clear()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        # a prefix without its namespace is a blemish: the elements were read all the same
        real = [entry for entry in events.error_log if entry.domain_name != "NAMESPACE"]
        if real or not len(events.error_log):
            raise FormatError(
                f"The XML breaks off or is damaged: {real[0].message if real else error.msg}",
                path=path,
                line=(real[0].line if real else error.lineno) or 1,
                hint=hint,
            ) from error
