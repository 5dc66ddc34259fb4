"""Codes of the data as words of a language."""

from __future__ import annotations

from sinteza.i18n import Language
from sinteza.model.edition import Edition

# Every text here is a message of the catalogue; tests check that none is untranslated.
DESIGN = {
    "rct_parallel": "randomized, parallel arms",
    "rct_crossover": "randomized, crossover",
    "nonrandomized": "controlled, not randomized",
    "open_label_extension": "open-label extension",
    "posthoc_pooled_rct": "post-hoc analysis of pooled trials",
    "posthoc_rct": "post-hoc analysis of a trial",
    "single_arm": "single arm",
    "single_arm_escalation": "single arm, rising dose",
    "observational": "observational",
    "protocol": "protocol of a trial",
    "review": "review",
    "meta_analysis": "meta-analysis",
    "methodology": "methodology",
    "unknown": "design not read",
}
CONTROL = {
    "placebo": "placebo",
    "sham": "sham",
    "low_dose": "low dose or low stimulation",
    "usual_care": "usual care",
    "active": "another treatment",
    "none": "none",
    "": "not read",
}
ROLE = {
    "intervention": "treatment",
    "comparator": "comparator",
    "pooled": "several arms together",
    "single_arm": "only arm",
}
RESISTANT = {
    "explicit": "said so",
    "implied": "implied",
    "no": "no",
    "": "not read",
}
AGE = {
    "children": "children",
    "adolescents": "adolescents",
    "adults": "adults",
    "elderly": "older people",
    "mixed": "mixed ages",
    "": "not read",
}
BLINDING = {"double": "double-blind", "single": "single-blind", "open": "open", "": "not read"}
OMISSION = {
    "not_included": "its report is not included in this window",
    "design": "its design does not enter this analysis",
    "control": "no comparator of the kind this analysis takes",
    "therapy": "its treatment belongs to no group of this analysis",
    "outcome": "no result for everybody for this outcome",
    "counts": "events or totals of an arm are not printed",
    "impossible": "more events than people",
    "unverified": "not verified by a person",
    "overlap": "the same participants as another study, which is larger",
    "double_zero": "no event, or only events, in both arms",
}
DISAGREE = {
    "opposed": "The intervals of single studies lie on different sides of no effect.",
    "prediction": (
        "The average effect is clear, but the prediction interval holds no effect: a new study"
        " may well find none."
    ),
    "spread": "Half or more of the variation is between the studies and not chance.",
}
OUTCOME = {
    "RR25": "at least 25% fewer seizures",
    "RR50": "at least 50% fewer seizures",
    "RR75": "at least 75% fewer seizures",
    "RR90": "at least 90% fewer seizures",
    "SF": "free of seizures",
    "MPC": "median reduction of seizures",
    "MEANPC": "mean reduction of seizures",
    "PCRED": "reduction of seizures, statistic not stated",
    "PCPBO": "reduction over placebo",
    "FREQ": "seizure frequency",
    "AE": "any adverse event",
    "AEN": "number of adverse events",
    "AE34": "adverse events of grade 3 or 4",
    "SAE": "serious adverse events",
    "WDAE": "withdrawal because of adverse events",
    "WDLOE": "withdrawal for lack of effect",
    "WD": "any withdrawal",
    "COMP": "completed the trial",
    "LTFU": "lost to follow-up",
    "DEATH": "deaths",
    "RETENTION": "still on treatment",
    "RECUR": "recurrence",
    "FAIL": "treatment failure",
    "NOFAIL": "no treatment failure",
    "STOP": "seizure stopped",
    "QOLRESP": "better quality of life",
}
SEARCH = {
    "searched": "searched",
    "offline": "not searched: this run had no network",
    "unasked": "not searched in this run",
    "no_endpoint": "not searched: no endpoint configured",
}
FIELD = {
    "title": "title",
    "abstract": "abstract",
    "keywords": "keywords",
    "mesh": "MeSH",
    "MeSH": "MeSH",
    "fact": "reading",
    "read by a person": "read by a person",
    "year only": "only the year is known, taken as 1 January",
}
VERDICT = {
    "include": "included",
    "exclude": "excluded",
    "maybe": "undecided",
    "undecided": "undecided",
}
NOTE = {
    "no abstract at hand": "no abstract at hand",
    "no date": "no date",
    "none given": "none given",
    "explicit": "said so",
    "implied": "implied",
    "epilepsy": "epilepsy",
    "other": "another disease",
    "healthy": "healthy volunteers",
    "veterinary": "animals",
    "febrile_seizures": "febrile seizures",
}
METHOD = {
    "REML": "random effects (REML)",
    "DL": "random effects (DerSimonian-Laird)",
    "FE": "one common effect (inverse variance)",
    "EE": "one common effect (inverse variance)",
    "MH": "one common effect (Mantel-Haenszel)",
    "PETO": "one common effect (Peto)",
    "PM": "random effects (Paule-Mandel)",
    "SJ": "random effects (Sidik-Jonkman)",
    "ML": "random effects (maximum likelihood)",
}
TEST = {
    "knha": "Knapp-Hartung",
    "adhoc": "modified Knapp-Hartung",
    "z": "normal",
    "t": "t",
}
ZERO = {
    "only0": "0.5 added where needed",
    "only0, drop double zeros": "0.5 added where needed, empty studies dropped",
    "all": "0.5 added everywhere",
    "if0all": "0.5 added everywhere if needed anywhere",
    "none": "nothing added",
    "revman": "RevMan's rule",
}
CAUTION = {
    "kinds": (
        "The network mixes classes of therapy; whether their patients could have swapped places"
        " (transitivity) is doubtful."
    ),
    "ages": "It mixes studies of children and of adults.",
    "thin": "Some comparisons rest on a single study.",
    "loops": "No loop of direct evidence: whether direct and indirect agree cannot be tested.",
}
AGREEMENT = {
    "verdicts": "verdicts of people",
    "figures": "figures that people leave standing",
    "designs": "designs, by reader",
    "outcomes": "outcomes present, by reader",
    "values": "figures, by reader",
}
SIGN = {
    "registration": "registration",
    "name": "trial name",
    "sizes": "arm sizes",
    "randomized": "people randomized",
    "authors": "shared authors",
}
STAGE = {"title_abstract": "title and abstract", "full_text": "full report"}
STOPPING = {
    "hypergeometric certificate": "hypergeometric test of the recall reached",
    "audit sample": "random sample of the unread",
}
TABLES: tuple[dict[str, str], ...] = (
    *(DESIGN, CONTROL, ROLE, RESISTANT, AGE, BLINDING, OMISSION, DISAGREE, OUTCOME, SEARCH),
    *(FIELD, VERDICT, NOTE, METHOD, TEST, ZERO, CAUTION, AGREEMENT, STAGE, STOPPING),
)


class Words:
    """The words of one edition in one language."""

    def __init__(self, edition: Edition, lang: Language) -> None:
        self.edition = edition
        self.lang = lang
        self.criteria = {c.id: c for c in edition.protocol.criteria}

    def of(self, table: dict[str, str], code: str) -> str:
        """The word of a code; the code itself where nobody gave it one."""
        return self.lang.text(table[code]) if code in table else code

    def concept(self, name: str) -> str:
        """The label of a concept."""
        label = self.edition.labels.get(name)
        return label[self.lang.code] if label else name

    def node(self, name: str) -> str:
        """A treatment of a network: a concept, or a kind of comparator."""
        return self.of(CONTROL, name) if name in CONTROL else self.concept(name)

    def reason(self, code: str) -> str:
        """The reason of an exclusion, as the protocol words it."""
        criterion = self.criteria.get(code)
        return criterion.reason[self.lang.code] if criterion else code

    def note(self, note: str) -> list[tuple[str, str, str]]:
        """A decision's note as (criterion, field, what met it)."""
        found = []
        for part in note.split("; ") if note else []:
            name, equals, met = part.partition("=")
            if not equals:
                name, met = "", part
            field, colon, words = met.partition(": ")
            if not colon or field not in FIELD:
                field, words = "", met
            criterion = self.criteria.get(name)
            label = criterion.label[self.lang.code] if criterion else name
            words = self.of(DESIGN, words) if words in DESIGN else self.of(NOTE, words)
            found.append((label, self.of(FIELD, field) if field else "", words))
        return found
