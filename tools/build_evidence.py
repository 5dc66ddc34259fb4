"""Convert the hand-read tables into the evidence base that ships with the DRE protocol.

    python tools/build_evidence.py SHARED/data

Reads ``domain/trials.csv``, ``domain/pooled.json``, ``domain/biomarkers.json``,
``extraction_gold/gold.jsonl`` and ``asm_trials/*.xml.gz``, and the readings kept in
``benchmarks/data/extraction_reading``; writes ``src/sinteza/protocols/dre/evidence``. Facts only:
no abstract and no sentence of one is written.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from sinteza.classification.match import Matcher
from sinteza.classification.taxonomy import Taxonomy
from sinteza.formats import pubmed_xml
from sinteza.model.protocol import Protocol, TermsRule
from sinteza.model.record import Author, Identifier, Record
from sinteza.screening.rules import words_met

OUT = Path(__file__).resolve().parent.parent / "src/sinteza/protocols/dre/evidence"
READINGS = Path(__file__).resolve().parent.parent / "benchmarks/data/extraction_reading"
READ = ("development", "development_2", "development_3", "heldout", "heldout_2")
TABLE = "Sinteza developers, table of trials"
READING = "Sinteza developers, reading of reports"

# PubMed numbers of trials that the table gives without one; each stands in the source of the
# second reading of the same trial, or in the record with the same DOI or registry number.
PMID = {
    "Wiebe 2001": "11484687",
    "mAD vs LGIT (Gupta 2021)": "33634794",
    "GWPCARE4 (Thiele 2018)": "29395273",
    "Cenobamate C013 (Chung 2020)": "32409485",
    "Fenfluramine study 3 (Sullivan 2023)": "37543865",
    "Perampanel 335 Asia-Pacific (2018)": "29250772",
    "Stiripentol STICLO France (Chiron 2000)": "11089822",
    "RESTORE 1 (retigabine)": "21451152",
    "Levetiracetam (Cereghino 2000)": "10908898",
    "Pregabalin dose-response (French 2003)": "12771254",
    "Pregabalin vs lamotrigine (Baulac 2010)": "20696552",
    "Marigold ganaxolone (2022)": "35429480",
    "Fenfluramine with stiripentol (Nabbout 2020)": "31790543",
    "Rufinamide LGS (Glauser 2008)": "18401024",
    "CONTAIN clobazam (Ng 2011)": "21956725",
}
DESIGN = {
    "SANTE long-term (Salanova 2015)": "open_label_extension",
    "Verapamil TLE pilot (2013)": "single_arm",
    "Nimodipine pilot (Machado 2013)": "single_arm",
    "Autologous MSC phase I (Hlebokazov 2017)": "nonrandomized",
    "Autologous MSC single vs repeated (Hlebokazov 2021)": "nonrandomized",
}
THERAPY = {
    "neurostimulation/VNS": "vns",
    "neurostimulation/TNS": "tns",
    "neurostimulation/tVNS": "tvns",
    "neurostimulation/DBS-ANT": "dbs_ant",
    "neurostimulation/DBS-CMN": "dbs_cmn",
    "neurostimulation/DBS-hippocampus": "dbs_hip",
    "neurostimulation/RNS": "rns",
    "neurostimulation/tDCS": "tdcs",
    "surgery/temporal lobectomy": "atl",
    "surgery/anteromesial temporal resection": "atl",
    "surgery/mixed (resection, callosotomy, hemispherotomy)": "surgery",
    "surgery/radiosurgery vs temporal lobectomy": "radiosurgery",
    "diet/ketogenic": "kd",
    "diet/modified Atkins": "mad",
    "diet/modified Atkins vs low glycaemic index": "mad",
    "immunotherapy/natalizumab": "natalizumab",
    "immunotherapy/IVIG": "ivig",
    "cell therapy/MSC": "msc",
    "transporter inhibition/verapamil": "verapamil",
    "transporter inhibition/calcium antagonist nimodipine": "drug_other",
    "drug/XEN1101 (azetukalner)": "azetukalner",
    "drug/everolimus (mTOR inhibitor)": "everolimus",
    "drug/oxcarbazepine XR": "oxcarbazepine",
    "drug/eslicarbazepine acetate": "eslicarbazepine",
    "drug/pregabalin vs lamotrigine": "pregabalin",
}
# What the taxonomy has no concept of its own for, or does not take from so few words.
ARM_THERAPY = {
    "remacemide": "asm_other",
    "progabide": "asm_gaba",
    "transcutaneous vns": "tvns",
    "vns high": "vns",
    "radiosurgery": "radiosurgery",
    "temporal lobe surgery": "atl",
    "surgery": "surgery",
}
CONTROL = (
    (r"placebo", "placebo"),
    (r"sham|no stimulation|0 v\b", "sham"),
    (r"low stimulation|active control|20% of resting|earlobe|\b[12] hz", "low_dose"),
    (
        r"usual|(?<!\+ )medical|^control|delay|asm only|^drugs$|antiepileptic drugs for",
        "usual_care",
    ),
)
OUTCOME_COLUMNS = (
    ("RR50", "responders_events", "responders_pct"),
    ("SF", "seizure_free_events", "seizure_free_pct"),
)
MEASURES = (("MPC", "median_reduction_pct"), ("MEANPC", "mean_reduction_pct"))


def control_of(name: str) -> str:
    return next((kind for pattern, kind in CONTROL if re.search(pattern, name.lower())), "")


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def clean_note(text: str) -> str:
    return re.sub(r" \(the brief[^)]*\)", "", text)


def drug_resistance(population: str) -> str:
    """What the table's words on the population say, in the terms of the second reading."""
    text = population.lower()
    if re.search(r"refractory|resistant|intractable|\bdre\b", text):
        return "explicit"
    if re.search(r"uncontrolled|persisting|lennox|dravet|on \d|/28 days|/30 days|seizures/", text):
        return "implied"
    return ""


def only_integer(percent: str, total: int) -> int | None:
    """The one count that rounds to the printed percentage, if there is just one."""
    digits = len(percent.partition(".")[2])
    half = 0.5 * 10**-digits
    value = float(percent)
    fitting = [
        n for n in range(total + 1) if value - half - 1e-9 <= 100 * n / total <= value + half + 1e-9
    ]
    return fitting[0] if len(fitting) == 1 else None


class Tables:
    """Rows of the four tables, written sorted."""

    def __init__(self) -> None:
        self.studies: list[dict[str, Any]] = []
        self.arms: list[dict[str, Any]] = []
        self.results: list[dict[str, Any]] = []

    def write(self) -> None:
        for name in ("studies", "arms", "results"):
            write_csv(OUT / f"{name}.csv", getattr(self, name))


def write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_trials(path: Path, by_doi: dict[str, str], tables: Tables) -> dict[str, str]:
    """Convert the table of trials; gives the study ids by label."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    ids: dict[str, str] = {}
    for label in dict.fromkeys(row["study"] for row in rows):
        of_study = [row for row in rows if row["study"] == label]
        first = of_study[0]
        pmid = first["pmid"] or by_doi.get(first["doi"].lower(), "") or PMID.get(label, "")
        study = f"pmid-{pmid}" if pmid else slug(label)
        ids[label] = study
        roles = [control_of(row["arm"]) for row in of_study]
        design = DESIGN.get(label, "rct_parallel")
        kinds = [kind for kind in roles if kind]
        tables.studies.append(
            {
                "reading": "table",
                "study": study,
                "label": label,
                "year": first["year"],
                "pmid": pmid,
                "doi": first["doi"],
                "registry": first["registry"],
                "design": design,
                "domain": "epilepsy",
                "therapy": THERAPY.get(
                    first["therapy_class"], first["therapy_class"].split("/")[1]
                ),
                "population": first["population"],
                "drug_resistant": drug_resistance(first["population"]),
                "age_group": "",
                "blinding": "",
                "control": kinds[0] if kinds else "active" if len(of_study) > 1 else "none",
                "n_randomized": "",
                "weeks": first["followup_weeks"],
                "source": first["source_url"],
                "place": first["quote_location"],
                "read_by": TABLE,
                "notes": "; ".join(
                    dict.fromkeys(clean_note(row["notes"]) for row in of_study if row["notes"])
                ),
            }
        )
        for number, row in enumerate(of_study):
            table_arm(row, study, f"a{number}", roles[number], design, len(of_study), tables)
    return ids


def table_arm(
    row: dict[str, str], study: str, arm: str, control: str, design: str, arms: int, tables: Tables
) -> None:
    role = "comparator" if control else "single_arm" if arms == 1 else "intervention"
    if design == "single_arm":
        role, control = "single_arm", ""
    concept = (
        ""
        if control
        else arm_concept(row["arm"])
        or THERAPY.get(row["therapy_class"], row["therapy_class"].split("/")[1])
    )
    tables.arms.append(
        {
            "reading": "table",
            "study": study,
            "arm": arm,
            "role": role,
            "intervention": row["arm"],
            "concept": concept,
            "control": control,
            "n_randomized": row["n"],
            "n_analyzed": "",
        }
    )
    for code, events, percent in OUTCOME_COLUMNS:
        if row[events] or row[percent]:
            # a single basis for the row, which belongs to the outcome with a percentage
            derived = (
                "percent" if row["events_basis"] == "derived_from_pct" and row[percent] else ""
            )
            tables.results.append(
                result(
                    "table",
                    study,
                    arm,
                    code,
                    events=row[events],
                    total=row["n"],
                    percent=row[percent],
                    derived=derived if row[events] else "",
                    quote_place=row["quote_location"],
                )
            )
    for code, column in MEASURES:
        if row[column]:
            tables.results.append(
                result(
                    "table",
                    study,
                    arm,
                    code,
                    percent=row[column],
                    quote_place=row["quote_location"],
                )
            )


def result(
    reading: str,
    study: str,
    arm: str,
    outcome: str,
    *,
    events: Any = "",
    total: Any = "",
    percent: Any = "",
    percent_max: Any = "",
    subset: str = "",
    derived: str = "",
    start: Any = "",
    end: Any = "",
    quote_place: str = "",
) -> dict[str, Any]:
    return {
        "reading": reading,
        "study": study,
        "arm": arm,
        "outcome": outcome,
        "subset": subset,
        "events": events,
        "total": total,
        "percent": percent,
        "percent_max": percent_max,
        "derived": derived,
        "start": start,
        "end": end,
        "place": quote_place,
    }


@cache
def _matcher() -> Matcher:
    return Matcher(_taxonomy())


@cache
def _taxonomy() -> Taxonomy:
    return Taxonomy.load(tomllib.loads((OUT.parent / "taxonomy.toml").read_text("utf-8")))


@cache
def arm_concept(name: str) -> str:
    """The treatment an arm is named by: the first, what it was added to stands behind it."""
    lowered = name.lower()
    for word, concept in ARM_THERAPY.items():
        if word in lowered:
            return concept
    arm = Record(id="arm:1", source="arm", source_id="1", title=name)
    found = [
        (item.start, -item.end, item.concept)
        for item in _matcher().match(arm)
        if _taxonomy()[item.concept].kind == "therapy"
        and not item.concept.startswith("combo_")
        and item.polarity != "negated"
    ]
    return min(found)[2] if found else ""


def printed(value: Any) -> str:
    """A number of the second reading as printed, as far as it can be known: 41.0 may be 41."""
    if value is None:
        return ""
    return f"{value:g}"


def read_gold(path: Path, ids: dict[str, str], tables: Tables) -> None:
    """Convert the second reading, report by report."""
    for line in path.read_text("utf-8").splitlines():
        item = json.loads(line)
        pmid = item["pmid"] or ""
        study = f"pmid-{pmid}" if pmid else ids["VNS E03 (VNS Study Group 1995)"]
        concepts = [arm_concept(a["name"]) for a in item["arms"] if a["role"] != "comparator"]
        source = f"PubMed {pmid}" if pmid else "Neurology 1995;45:224"
        tables.studies.append(
            {
                "reading": "reports",
                "study": study,
                "label": "",
                "year": item["year"] or "",
                "pmid": pmid,
                "doi": "",
                "registry": "",
                "design": item["design"]["type"],
                "domain": item["domain"],
                "therapy": next((c for c in concepts if c), ""),
                "population": "",
                "drug_resistant": item["population"]["drug_resistant"] or "",
                "age_group": item["population"]["age_group"] or "",
                "blinding": item["design"]["blinding"] or "",
                "control": item["design"]["control"] or "",
                "n_randomized": item["population"]["n_randomised"] or "",
                "weeks": "",
                "source": source,
                "place": "abstract",
                "read_by": READING,
                "notes": item["note"] or "",
            }
        )
        totals: dict[str, int] = {}
        for arm in item["arms"]:
            totals[arm["id"]] = arm["n_analysed"] or arm["n_randomised"] or 0
            is_control = arm["role"] == "comparator"
            control = (control_of(arm["name"]) or "active") if is_control else ""
            tables.arms.append(
                {
                    "reading": "reports",
                    "study": study,
                    "arm": arm["id"],
                    "role": arm["role"],
                    "intervention": arm["name"],
                    "concept": ""
                    if is_control and control != "active"
                    else arm_concept(arm["name"]),
                    "control": control,
                    "n_randomized": arm["n_randomised"] or "",
                    "n_analyzed": arm["n_analysed"] or "",
                }
            )
        for outcome in item["outcomes"]:
            for value in outcome["values"]:
                tables.results.append(gold_result(study, outcome, value, totals, bool(pmid)))


def gold_result(
    study: str,
    outcome: dict[str, Any],
    value: dict[str, Any],
    totals: dict[str, int],
    offsets: bool,
) -> dict[str, Any]:
    percent = value.get("percent", value.get("percent_min"))
    events, total = value.get("events"), value.get("total") or totals.get(value["arm"]) or ""
    derived = ""
    counted = outcome["code"] not in ("MPC", "MEANPC", "PCRED", "PCPBO", "FREQ")
    if counted and events is None and percent is not None and total and "percent" in value:
        events = only_integer(printed(percent), int(total))
        derived = "percent" if events is not None else ""
    evidence = outcome.get("evidence") or {}
    return result(
        "reports",
        study,
        value["arm"],
        outcome["code"],
        subset=outcome["subset"] or "",
        events="" if events is None else events,
        total=total if counted else "",
        percent=printed(percent),
        percent_max=printed(value.get("percent_max")),
        derived=derived,
        start=evidence.get("start", "") if offsets else "",
        end=evidence.get("end", "") if offsets else "",
        quote_place="abstract",
    )


def bare(record: Record) -> Record:
    """Bibliographic facts only: abstracts, affiliations, statements and keywords stay behind."""
    return msgspec.structs.replace(
        record,
        id=f"evidence:{record.pmid}",
        source="evidence",
        source_id=record.pmid,
        abstract=(),
        other_abstracts=(),
        authors=tuple(
            Author(last=a.last, initials=a.initials, collective=a.collective)
            for a in record.authors
        ),
        investigators=(),
        subjects=(),
        conflict_of_interest="",
        notes=(),
        grants=(),
        keywords=(),
        citation_subsets=(),
        space_flight=(),
        dates=msgspec.structs.replace(record.dates, history=(), completed="", revised=""),
        journal=msgspec.structs.replace(record.journal, nlm_id="", issn="", issn_linking=""),
        model="",
        links=tuple(msgspec.structs.replace(link, note="", citation="") for link in record.links),
        chemicals=(),
        extra={},
    )


def table_records(tables: Tables, known: set[str]) -> Iterable[Record]:
    """Records of the trials that no PubMed file at hand describes: what the table knows of them."""
    for row in tables.studies:
        if row["reading"] != "table" or row["pmid"] in known:
            continue
        names = [("pmid", row["pmid"]), ("doi", row["doi"])]
        yield Record(
            id=f"evidence:{row['study']}",
            source="evidence",
            source_id=row["study"],
            title=row["label"],
            year=int(row["year"]),
            identifiers=tuple(Identifier(kind=k, value=v) for k, v in names if v),
            registry=(f"ClinicalTrials.gov/{row['registry']}",) if row["registry"] else (),
            notes=(
                "The title is the label of the trial in our table; the record was not at hand.",
            ),
        )


OVERLAPS = (
    (
        "VNS E03 interim (Ben-Menachem 1994)",
        "VNS E03 (VNS Study Group 1995)",
        "the first 67 of 114 participants",
    ),
    (
        "SANTE (Fisher 2010)",
        "SANTE long-term (Salanova 2015)",
        "follow-up of the same participants",
    ),
    (
        "Autologous MSC phase I (Hlebokazov 2017)",
        "Autologous MSC single vs repeated (Hlebokazov 2021)",
        "same registry number",
    ),
)
PMID_OVERLAPS = (
    ("pmid-24621228", "pmid-21917777", "the same pivotal trial of responsive stimulation"),
    ("pmid-30564495", "pmid-27613521", "open-label extension of EXIST-3"),
    ("pmid-30060984", "pmid-27613521", "substudy of EXIST-3 in Japan"),
    ("pmid-16847080", "pmid-16344515", "the children and adolescents of the same trial"),
)


def write_overlaps(ids: dict[str, str]) -> None:
    rows = [{"study": ids[a], "other": ids[b], "reason": why} for a, b, why in OVERLAPS]
    rows += [{"study": a, "other": b, "reason": why} for a, b, why in PMID_OVERLAPS]
    write_csv(OUT / "overlaps.csv", rows)


def write_published(domain: Path) -> None:
    rows = []
    for name, kind in (("pooled.json", "pooled"), ("biomarkers.json", "marker")):
        for item in json.loads((domain / name).read_text("utf-8"))["results"]:
            if not item.get("verified") or not isinstance(item.get("estimate"), int | float):
                continue
            rows.append(
                {
                    "id": item["id"],
                    "kind": kind,
                    "citation": item["citation"],
                    "population": item.get("population", ""),
                    "comparison": item.get("comparison", item.get("marker", "")),
                    "outcome": item.get("outcome", item.get("kind", "")),
                    "measure": item["measure"],
                    "estimate": item["estimate"],
                    "ci_low": item.get("ci_low") if item.get("ci_low") is not None else "",
                    "ci_high": item.get("ci_high") if item.get("ci_high") is not None else "",
                    "k": item.get("k_studies", item.get("k")) or "",
                    "n": item.get("n_participants", item.get("n")) or "",
                    "i2": item.get("i2") if item.get("i2") is not None else "",
                    "concepts": " ".join(item.get("taxonomy_ids", [])),
                    "source": item["source_url"],
                }
            )
    write_csv(OUT / "published.csv", rows)


KINDS = ("condition", "therapy", "hypothesis", "mechanism", "biomarker", "gene")


def write_found(records: list[Record]) -> None:
    """What machines found in the abstracts: concepts of the taxonomy, criteria of the protocol."""
    protocol = msgspec.convert(
        tomllib.loads((OUT.parent / "protocol.toml").read_text("utf-8")), Protocol
    )
    taxonomy, matcher = _taxonomy(), _matcher()
    rules = [(c.id, c.rule) for c in protocol.criteria if isinstance(c.rule, TermsRule)]
    concepts, criteria = [], []
    for record in sorted(records, key=lambda r: int(r.pmid)):
        for found in matcher.match(record):
            if found.field == "abstract" and taxonomy[found.concept].kind in KINDS:
                concepts.append(
                    {
                        "pmid": record.pmid,
                        "concept": found.concept,
                        "start": found.start,
                        "end": found.end,
                        "count": found.count,
                        "polarity": found.polarity,
                        "weight": found.weight,
                        "about": int(found.about),
                        "found_by": str(found.actor),
                    }
                )
        bare_record = bare(record)
        for name, rule in rules:
            met = words_met(rule, record)
            if met and not words_met(rule, bare_record):
                criteria.append({"pmid": record.pmid, "criterion": name, "met_by": met})
    write_csv(OUT / "concepts.csv", concepts)
    write_csv(OUT / "criteria.csv", criteria)


def main(shared: Path) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    records: list[Record] = []
    for path in sorted((shared / "asm_trials").glob("*.xml.gz")):
        with gzip.open(path) as stream:
            records += pubmed_xml.read(stream, path=path.name)
    write_found(records)
    records = [bare(record) for record in records]
    by_doi = {record.doi: record.pmid for record in records if record.doi}
    tables = Tables()
    ids = read_trials(shared / "domain" / "trials.csv", by_doi, tables)
    read_gold(shared / "extraction_gold" / "gold.jsonl", ids, tables)
    for name in READ:
        read_gold(READINGS / f"{name}.jsonl", ids, tables)
    tables.write()
    write_overlaps(ids)
    write_published(shared / "domain")
    records += table_records(tables, {record.pmid for record in records})
    lines = [msgspec.json.encode(record) for record in sorted(records, key=lambda r: r.id)]
    (OUT / "records.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    print(f"{len(records)} records, {len(tables.studies)} readings, {len(tables.results)} results")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
