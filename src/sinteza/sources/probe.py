"""What an endpoint can be asked, as plain values for a listing."""

from __future__ import annotations

from itertools import islice

from sinteza.sources.http import Http
from sinteza.sources.oai_pmh import OaiPmh
from sinteza.sources.sru import Sru

MOST_SETS = 50


def probe_oai_pmh(endpoint: str, http: Http) -> dict[str, object]:
    """Name, dates, formats and the first sets of a repository. Raises SourceError."""
    oai = OaiPmh(endpoint, http)
    told = oai.identify()
    return {
        "protocol": "oai-pmh",
        "name": told.name,
        "version": told.version,
        "earliest": told.earliest,
        "granularity": told.granularity,
        "deleted": told.deleted,
        "formats": list(oai.metadata_formats()),
        "sets": [f"{spec} ({name})" for spec, name in islice(oai.sets(), MOST_SETS)],
    }


def probe_sru(endpoint: str, http: Http, version: str = "1.1") -> dict[str, object]:
    """Title, indexes and schemas of a catalogue. Raises SourceError."""
    told = Sru(endpoint, http, version=version).explain()
    return {
        "protocol": "sru",
        "name": told.title,
        "version": told.version,
        "indexes": list(told.indexes),
        "schemas": list(told.schemas),
    }
