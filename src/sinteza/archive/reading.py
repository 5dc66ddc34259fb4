"""One article's bytes to the record the archive indexes."""

from __future__ import annotations

from io import BytesIO

from sinteza.archive.content import Reading, reading
from sinteza.formats import pubmed_xml


def read(raw: bytes, *, path: str = "") -> Reading:
    """Read one ``PubmedArticle`` element; FormatError if it is not well-formed."""
    stream = BytesIO(b"<PubmedArticleSet>" + raw + b"</PubmedArticleSet>")
    return reading(raw, next(pubmed_xml.read(stream, path=path, source="pubmed")))
