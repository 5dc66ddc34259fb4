# ruff: noqa: E501 - a pattern is read best on one line
"""What a figure counts: outcomes named in a sentence, and which of them each figure belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from sinteza.extraction import bars
from sinteza.extraction.guarded import LOWER, Guarded, lowered, standing
from sinteza.extraction.numbers import INT, PEOPLE, WORD, Value

# seizures as the outcome of freedom from them
_KIND = r"(?:seizures?|POS|FOS|[SF]?BTCS?|FBTCS|[SP]?GTCS?|convulsions|attacks|spasms|fits|absences|SZ_*)"
# "no seizure reduction" is not "no seizures"
_NONE_OF = rf"{_KIND}\b(?! (?:reduc|decreas|chang|improv|worsen|control|frequen|diar|free|aggrav|exacerb|increas|record|count))"
_SEIZURE = r"\b(?:seizures?|frequency|PCH|MSFRR|attacks?|episodes?|spasms?|convuls\w+|POS|FOS|GTCS?|FBTCS|PGTC|SF|MCSF|MPR|SZ_*|myoclonus|myoclonic jerks)\b"
_AE = (
    r"(?:(?:treatment[- ](?:emergent|related|associated) |drug[- ]related |adverse[- ]|any |clinical )*(?:adverse (?:drug )?(?:events?|effects?|reactions?|experiences?)"
    r"|side[- ]effects?|unwanted effects?)|\bTE?AEs?\b|\bAEs?\b|\bADRs?\b)"
)
_STOP = r"(?:discontinu\w+|withdr[ae]w\w*(?! (?:seizures?|periods?|phases?|symptoms?|syndromes?))|dropp(?:ed|ing)[- ]out|drop[- ]?outs?|stopp(?:ed|ing)|terminated|(?:left|leave|leaving|quit) the (?:study|trial)|prematurely|were dropped|(?:did|could) not complete|failed to complete)"
# from leaving to its reason, without another reason or a count that has its own
_OWN = rf"(?:(?!\b(?:due to|because of|owing to)\b|:|(?:[,(]|\b(?:and|including|with|of whom)) ?(?:and )?{INT}(?: (?:{PEOPLE}|of (?:them|whom|these)))? (?:due to|because of|owing to|for|did so)\b)[^.;%])"
_LINKED = r"(?:due to|because of|owing to)"
# what harmed the people who left, where no word says "adverse"
_SYMPTOM = (
    r"(?:rash(?:es)?|skin eruptions?|drowsiness|somnolence|sedation|ataxia|dizziness|vertigo|nausea|vomiting|diarrh\w+|headaches?|fatigue|tremors?|diplopia"
    r"|irritability|aggress\w+|agitation|hyperactivity|insomnia|depression|psychos[ie]s|psychotic \w+|anorexia|weight (?:loss|gain)|hepat(?:itis|otoxicity|ic failure)"
    r"|(?:raised|elevated|increase[sd]?|elevations?|rises?) (?:(?:in|of) )?(?:\w+ ){0,2}?(?:transaminases?|liver|enzymes?|creatinine|SGOT|SGPT|ALT|AST)|hyponatr\w+|\w*cytopenia|neutropenia|agranulocytosis"
    r"|pancreatitis|hypersensitivity|allerg\w+|behaviou?ral (?:\w+ )?(?:changes?|problems?|disturbances?|disorders?|deterioration)|confusion|hallucinations?|intoxication|toxicity|intoleran\w+|kidney stones?|nephrolithiasis|petech\w+|paresthesias?)"
)
_UNRELATED = (
    r"(?:resolv|return|disappear|revers|recover|improv|normali[sz])\w*[^.;%]{0,60}? (?:after|following|upon|on|with) (?:(?!\d)\w+ ){0,2}?(?:discontinu\w+|withdrawal|cessation)\b|(?:randomi[sz]ed|enrichment and|or|to)[- ]withdraw(?:al)?(?: \w+){0,2}? (?:to|from|design|study|trial)\b|withdrawal (?:assessment|scale|score)s?|(?:\bif|\buntil|\bunless|or earlier if) (?:\w+ ){0,2}?(?:withdrawn|discontinued)"
    r"|(?:withdr[ae]w\w*|discontinued|dropped out|excluded) (?:\w+ ){0,2}?(?:(?:before|prior to) (?:\w+ ){0,2}?(?:randomi[sz]ation|treatment|(?:receiving|taking|starting) \w+)|(?:during|in) (?:the )?(?:\w+ )?(?:baseline|screening|run-in))"
    r"|(?:alcohol|ethanol|AED|ASM|antiepileptic drug|benzodiazepine|opi(?:oid|ate)|steroid|nicotine)s?[- ]withdrawals?"
    r"|(?:recruitment|enrol?lment|accrual|\b(?:study|trial)) (?:\w+ ){0,2}?(?:was|were) (?:\w+ ){0,2}?(?:stopped|terminated|discontinued|halted|closed)"
    r"|\b(?:neither|none|not|no \w+)\b[^.;,]{0,30}?(?:requir|lead|led|result)\w*(?: to| in)? (?:\w+ )?(?:discontinu|withdraw)\w*"
    r"|(?:concomitant|background|comedication|benzodiazepines?|barbiturates?|AEDs?|ASMs?|antiepileptic drugs?|steroids?)\b (?:[\w()]+ ){0,4}?(?:was|were|could be) (?:\w+ ){0,2}?(?:discontinued|withdrawn|stopped)"
    r"|(?:discontinu|withdr[ae]w)\w* (?:of )?(?:all|one|their|at least one|concomitant|background|other)(?: or more)? (?:\w+ ){0,2}?(?:AEDs?|ASMs?|antiepileptic|anti-?seizure|drugs|medications)"
)
_REDUCED = r"(?:reduc\w+|decreas\w+|decline[ds]?|improvement|chang\w+|diminution|diminish\w+|cut\b|lower(?:ed|ing)\b|fewer|falls?\b|fell\b|drop (?:of|in)\b)"
_BY = r"(?:(?:of|by) )?(?:≥|≧|⩾|at least|more than|greater than(?: or equal to)?|over|exceeding|> ?or ?= ?|> ?/ ?= ?|>=?|of|by)"
_GE = r"(?:≥|≧|> ?or ?= ?|> ?/? ?=|>or=|>|(?:at least|more than|greater than(?: or equal to)?|over|exceeding)(?: an?)?|of|by|an?)"


@dataclass(slots=True)
class Named:
    """An outcome named at a place of a sentence."""

    start: int
    end: int
    code: str
    bar: bool = False


def _p(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


# in order: what is found first covers its words from the patterns after it
def _low(pattern: str, *words: str) -> Guarded:
    return Guarded(pattern, *words, low=True)


_PATTERNS: list[tuple[str, re.Pattern[str] | Guarded]] = [
    ("KIND", lowered(rf"\bdos(?:es?|ages?|ing)\b[^.;%,]{{0,25}}?\b(?:reduc\w+|decreas\w+|lowered|adjust\w+)[^.;%,]{{0,40}}?(?:due to|because of|owing to|for) (?:\w+ ){{0,3}}?{_AE}")),
    ("WDLOE", lowered(rf"(?:{_STOP}{_OWN}{{0,60}}?\b(?:due to|because of|for|owing to|from|attributed to)|due to|because of|owing to) (?:a |the )?(?:(?:lack|loss) of (?:efficacy|effect\w*|response|benefit|improvement)|inefficacy|insufficient (?:efficacy|effect|response)|treatment failure|inadequate (?:efficacy|response)|(?:inadequate|poor|insufficient|lack of|loss of|unsatisfactory) (?:seizure )?control|(?:an )?increased? (?:in )?(?:\w+ )?seizures?|worsen\w+ (?:of )?(?:seizures?|epilepsy)|(?:increased |worsening )?seizures?)\b(?![- ](?:free|reduc|control|frequen))")),
    ("WDLOE", lowered(r"\bfor (?:lack of (?:efficacy|effect\w*)|inefficacy|(?:insufficient|inadequate) (?:efficacy|effect|response|seizure control))\b")),
    ("WDLOE", lowered(rf"(?:lack of (?:efficacy|effect\w*)|inefficacy|(?:increased|worsening of) seizures?|treatment failure)[^.;%]{{0,40}}?\b(?:led to|leading to|resulting in|resulted in|caus(?:ed|ing)|requir\w+)\b[^.;%]{{0,40}}?\b{_STOP}")),
    ("WDLOE", lowered(rf"\bno (?:\w+ )?(?:improvement|benefit|effect|response)\b[^.;%]{{0,40}}?\band\b[^.;%]{{0,20}}?{_STOP}")),
    ("WDLOE", lowered(rf"{_STOP}{_OWN}{{0,60}}?\bbecause (?:\w+ )?seizures? (?:\w+ )?(?:worsened|increased)")),
    ("WDAE", lowered(rf"{_STOP}{_OWN}{{0,90}}?\b(?:due to|caused by|secondary to|resulting from|because of|for|owing to|from|attributed to|following|related to|as a result of|after|on account of|with) (?:\w+[- ]){{0,3}}?(?:{_AE}|adverse (?:\w+ ){{1,4}}?(?:signs?|symptoms?|events?|effects?|experiences?|reactions?))")),
    ("WDAE", lowered(rf"{_AE}(?:(?!adverse|AEs\b|neither|none|not\b)[^.;%]){{0,50}}?\b(?:led to|leading to|resulting in|resulted in|caus(?:ed|ing)|precipitated|prompt(?:ed|ing)|forc(?:ed|ing)|necessitat(?:ed|ing)|requiring|required|that led to)\b[^.;%]{{0,45}}?\b(?:{_STOP}|withdrawals?|early drop-outs?)(?: of \w+| of (?:study )?(?:drug|medication|treatment)|)")),
    ("WDAE", lowered(rf"{_AE}[^.;]{{0,130}}? led [^.;]{{0,60}}?to (?:withdraw|discontinue|stop)")),
    ("HARM", lowered(rf"(?:due to|because of|owing to|(?:\d\)?|%|%[\])]|\b{WORD}) for) (?:\w+[- ]){{0,3}}?{_AE}")),
    ("WDAE", lowered(rf"{_STOP}{_OWN}{{0,50}}?\b(?:due to|because of|for|owing to|from) (?:\w+[- ]){{0,3}}?(?:intolera\w+|toxicity|safety reasons)")),
    ("WDAE", lowered(rf"(?:treatment|dose)-limiting {_AE}")),
    ("WDAE", lowered(rf"{_STOP}{_OWN}{{0,60}}?\b(?:with|after|following|developing|from|due to|because of|for|owing to) (?:[\w-]+ ){{0,6}}?{_SYMPTOM}\b(?![^.;]*\d\s?%)")),
    ("WDAE", lowered(rf"{_SYMPTOM}\b[^.;%]{{0,80}}?\b(?:led to|leading to|causing|caused|resulting in|resulted in|requir\w+|necessitat\w+|cause (?:of|for)|reasons? for|and (?:was|were|had to be|therefore|subsequently))\b[^.;%]{{0,40}}?\b{_STOP}(?![^.;]*\d\s?%)")),
    ("HURT", lowered(rf"(?:{_LINKED}|(?:\b{WORD}|\d|\)) for) (?:[\w-]+ ){{0,3}}?{_SYMPTOM}\b(?![^.;]*\d\s?%)")),
    ("FAIL", lowered(r"(?:treatment|therapeutic) failures?\b(?: events?)?|(?:met|meeting|reached|fulfilled) (?:(?:the|predefined|protocol|any|an|one|of|specified) ){0,4}?(?:escape|exit|withdrawal|failure) criteri(?:a|on)|\b(?:had|experienc\w+|reach\w+|having) (?:an? |the |their )?(?:third|fourth|fifth|sixth|nth) seizure\b")),
    ("CONSENT", lowered(r"withdr\w+ (?:of )?(?:(?:their|informed) )?consent|consent (?:\w+ )?withdrawn")),
    ("DRAE", lowered(rf"(?:serious )?{_AE} (?:that (?:were|was) |(?:were|was) )?(?:(?:considered|judged|deemed|thought)(?: to be)?|possibly|probably|definitely) (?:\w+ ){{0,3}}?(?:\w+-)?(?:related|attributable)|{_AE}(?: \(\w+\))? related to (?:the )?(?:study |trial )?(?:treatment|drug|medication|therapy)")),
    ("DRAE", lowered(r"(?:drug|treatment)[- ]related (?:TEAEs?|AEs?|adverse \w+|treatment-emergent adverse \w+)")),
    ("SAE", lowered(r"serious (?:\w+[- ]){0,3}?(?:adverse (?:drug )?(?:events?|effects?|reactions?|experiences?)|side[- ]effects?|TE?AEs?|AEs?)|\bSAEs?\b")),
    ("AEN", lowered(
        r"\b(?:(?!(?:treatment|drug|medication|therapy|study|tolerability)-)\w+-(?:related|associated|induced)|\w+-limiting|(?<!mostly )(?<!mainly )(?<!generally )(?:(?:mild|moderate)(?:[- ](?:or|to|and)[- ]\w+)?|severe)|(?:neuro)?psychiatric|behaviou?ral|cognitive|cardiac|cardiovascular|neurolog\w+|CNS|central nervous system|gastrointestinal|hepatic|hepatobiliary|visual|dermatolog\w+|skin|h(?:a)?ematolog\w+|mood|suicid\w+|sexual|respiratory|metabolic|cosmetic|ocular|special (?:concern|interest)|\w+ system|aggressi\w+|hostil\w+|depressi\w+|anxiety|psychotic|allergic|cutaneous|renal|cerebell\w+|sleep|injury)(?:/\w+| and \w+| or \w+)? (?:treatment-emergent )?"
        rf"{_AE}"
    )),
    ("AEN", lowered(rf"(?:resolution|duration|proportion|severity) of (?:the |all |total )?(?:first )?(?:reported )?{_AE}|(?:patients|subjects|those|children|participants) with (?:an? |any )?{_AE}(?=(?: \(\w+\))?,)|\bmore than one {_AE}")),
    ("AEN", lowered(r"(?:rates?|incidences?|proportions?|occurrence) of (?:[\w-]+,? ){1,4}?complications")),
    ("KIND", lowered(rf"\bevents (?:leading to|resulting in|that led to) (?:\w+ ){{0,3}}?{_STOP}")),
    ("AEN", lowered(rf"{_AE}(?: (?:in|on|with) (?:the )?\w+(?: groups?)?)? (?:related to (?!(?:the |study |trial )*(?:treatment|drug|medication|therapy|device|stimulation))|of (?:special )?interest|consistent with|suggestive of|involv(?:ed|ing))")),
    ("NONE", _low(rf"(?:\bno|\bwithout|\bfree (?:of|from)) (?:[\w-]+ ){{0,2}}?{_AE}|{_AE}(?:(?! and )[^.;,%()]){{0,30}}? (?:disappeared|resolved|subsided|abated|diminished|vanished)\b|of (?:the )?total {_AE}|reported as (?:an? )?{_AE}", "reported as", "no ", "without ", "free ", "disappeared", "resolved", "subsided", "abated", "diminished", "vanished", "total ")),
    ("AE34", lowered(r"grades? (?:3|III)(?:\s?(?:/|or|-|and)\s?(?:4|IV))? (?:\w+ ){0,2}(?:adverse (?:events?|effects?|reactions?)|AEs?|TEAEs?|toxicit\w+)")),
    *[
        (code, lowered(rf"\b{bar}\s?%?\s?(?:-|to)\s?100\s?% (?:\w+ ){{0,3}}?(?:reduction|decrease|improvement)|(?:reduc\w+|decreas\w+|improv\w+) (?:by|of) {bar}\s?%?\s?(?:-|to)\s?100\s?%"))
        for code, bar in (("RR90", 90), ("RR75", 75), ("RR50", 50))
    ],
    ("REASON", lowered(r"\b\d\d\s?%?\s?(?:-|to)\s?\d\d\d?\s?% (?:\w+ )?(?:reduction|decrease|improvement)")),
    ("PCPBO", lowered(rf"{_REDUCED}\s(?:\w+[ -]){{0,4}}?(?:over|(?:relative|compared) (?:to|with)|from|versus|vs\.?|beyond|above) (?:the )?(?:placebo|PBO|PLC)\b(?! group)")),
    ("PCPBO", lowered(rf"{_REDUCED} by \d[\d.]*\s?% (?:\([^()]*\) )?(?:compared (?:to|with)|relative to|versus|over) (?:the )?(?:placebo|PBO)\b")),
    ("PCPBO", lowered(r"(?<=% )(?:\([^()]*\) )?(?:reduction|decrease)[^.;%]{0,70}? (?:versus|vs\.?|over|relative to|compared (?:with|to)) (?:the )?(?:placebo|PBO|PLC)\b(?! (?:group )?(?:\([^()]*)?\(?[+-]?\d)(?![^.;]{0,60}%)")),
    ("PCPBO", lowered(r"\d[\d.]*\s?% (?:\([^()]*\) )?greater (?:\w+ )?(?:reduction|decrease)")),
    ("PCPBO", lowered(rf"{_SEIZURE}[^.;%]{{0,40}}?(?:was|were)(?= \d[\d.]*\s?% (?:\([^()]*\) )?(?:lower|less|fewer)\b[^.;]{{0,60}}?(?:than|compared)[^.;]{{0,20}}? (?:placebo|PBO)\b)")),
    ("PCPBO", lowered(r"\bnet (?:\w+ ){0,3}?(?:reductions?|decreases?)")),
    ("PCPBO", lowered(r"(?:over|superiority to) (?:placebo|PBO)\b|placebo-(?:adjusted|corrected|subtracted)")),
    *[
        # ">=50% (68%/46%) or >=75% (57%/36%) reduction": the share stands inside
        (code, lowered(rf"(?:≥|≧|>=?|> ?or ?= ?|at least )\s?{bar}\s?%(?=\s*\([^()]{{1,60}}%[^()]{{0,30}}\)[^.;()]{{0,30}}(?:\([^()]{{1,60}}\)[^.;()]{{0,20}})?(?:reduction|decrease))"))
        for code, bar in (("RR90", 90), ("RR75", 75), ("RR50", 50))
    ],
    ("RR90", lowered(rf"(?:{_GE}\s*)?90\s?%? ?(?:or (?:more|greater|higher) )?-?(?:(?!me(?:di)?an)\w+ ){{0,3}}?(?:responder|response|reduction|decrease|improvement|fewer)|reductions? (?:\w+ ){{0,6}}?(?:≥|of at least|of more than|> ?=? ?)\s*90\s?%|\bS?R{{1,2}}90\b")),
    ("RR75", lowered(rf"(?:{_GE}\s*)?75\s?%? ?(?:or (?:more|greater|higher) )?-?(?:(?!me(?:di)?an)\w+ ){{0,3}}?(?:responder|response|reduction|decrease|improvement|fewer)|reductions? (?:\w+ ){{0,6}}?(?:≥|of at least|of more than|> ?=? ?)\s*75\s?%|\bS?R{{1,2}}75\b|(?:(?:reduc|decreas|improv)\w+\s(?:\w+[- ]){{0,9}}?|\bby )(?<!of ){_BY}\s*75\s?%")),
    ("RR25", _low(rf"(?:{_GE}\s*)?25\s?%? ?(?:or (?:more|greater|higher) )?-?(?:(?!me(?:di)?an)\w+ ){{0,3}}?(?:responder|response|reduction|decrease|improvement|fewer)|\bS?RR?25\b", "respon", "reduc", "decreas", "improve", "fewer", "r25")),
    ("SF", lowered(
        # "12 seizure-free patients discontinued" tells of something else
        rf"\b(?:{_KIND}|absence|attack|convulsion|spasm)[- ]free(?!\s?(?:days?|interval|period|months?|weeks|time))(?! {PEOPLE} (?:~|discontinued|withdrew|dropped|reported|experienced))(?:dom)?(?:(?: rates?| status))?"
        rf"|(?<!days )(?<!day )\b(?:free (?:of|from)|freedom from) (?:\w+[- ]){{0,5}}?{_KIND}\b"
        rf"|\bno (?:further|more|additional|subsequent) {_NONE_OF}|without (?:any |further )?(?:\w+ ){{0,2}}{_NONE_OF}|(?:had|having|experienc\w+|with|reported|showed) (?:no|zero) (?:\w+ ){{0,2}}{_NONE_OF}|(?:did|do|had) not (?:have|had|experienced?|suffer|show) (?:from )?(?:any |a )?(?:\w+ ){{0,2}}{_NONE_OF}"
        rf"|absence of (?:\w+ ){{0,2}}{_KIND}(?! (?:\w+ )?(?:medic|drug|onset))|(?<![-\d<])(?<!< )100\s?% (?:seizure )?(?:reduction|responders?|response|control)|\bS?R{{1,2}}100\b"
        rf"|(?:complete(?:ly)?|total(?:ly)?|full) (?:\w+ )?(?:control(?:led)?\b|cessation)|(?:complete|total|full) seizure suppression|(?<!partial )\bremissions?\b|\bno {_KIND} (?:was |were )?(?:reported|observed|seen|recorded|noted|occurred)|{_KIND} (?:\w+ ){{0,2}}?(?:disappeared|abolished|eliminated|resolved|ceased|stopped (?:completely|entirely))\b|\bspasms (?:\w+ ){{0,2}}?stopped\b|\(no {_KIND}|control (?:was|were) (?:complete|total)\b|(?:cessation|disappearance|elimination|abolition|stopping) of (?:all )?(?:\w+ ){{0,2}}?{_KIND}|\b(?:ceased|stopped|lost) (?:having|all) (?:\w+ )?{_KIND}|complete freedom"
    )),
    ("RR50", lowered(
        rf"(?:{_GE}\s*)?(?:50|fifty)(?: ?%| ?percent| per cent)?\)? ?(?:(?:or (?:more|greater|higher|better)|responders?\b|respon\w+ rates?)[^.;%()]{{0,50}}?(?:reduc\w+|decreas\w+|improve\w+)?|-?(?:responders?|respon(?:\w+ rates?|se\b)|RR\b)|(?:(?!me(?:di)?an)\w+ ){{0,4}}?(?:reduction|decrease|improvement|fewer)\b)"
        rf"|(?:reduc\w+|decreas\w+|improv\w+)\s(?:\w+[- ]){{0,9}}?{_BY}\s*(?:50|fifty)\s?(?:%|percent)(?: or (?:more|greater))?"
        rf"|(?:seizures?|frequency|attacks?|fits)[^.;%]{{0,40}}?\b(?:halved|reduced by (?:at least |more than )?(?:a )?half)|\bhal(?:ving of|ves|ved|ve) (?:\w+ ){{0,3}}?{_SEIZURE}"
        rf"|(?:reduction|decrease|improvement)s?(?: in (?:\w+ ){{0,3}}?(?:seizures|frequency))? \({_BY}\s*50\s?%\)"
        r"|respond(?:er|ing) rates?|\bresponse (?:was|were) (?:seen|observed|noted|achieved|obtained|found|present|reported) (?:in|by)\b|(?<!non)(?<!non-)responders?\b|response rates?|\bS?RR?50\b|\b50RR\b|\bRR\b(?= (?:was|of|were))|(?<!who had )(?<!who )(?<!had )responded\b"
    )),
    ("REASON", lowered(r"partial remission|(?:partial|incomplete) (?:seizure )?control")),
    ("REASON", lowered(r"(?:median |mean )?(?:treatment )?differences? (?:from|versus|vs\.?|over|to|compared with) (?:the )?(?:placebo|PBO)\b")),
    ("MPC", lowered(rf"median (?:\([^()]*\) )?(?:\w+[- ,]){{0,6}}?(?:%|percent\w*|rate|relative|{_REDUCED})(?:[^.;%~]{{0,60}}?{_REDUCED})?(?:[^.;%~]{{0,40}}?{_SEIZURE})?|{_SEIZURE} (?:\w+ ){{0,2}}?(?:was|were) reduced by a median|median (?:PCH|PR|MPR|POS-frequency)\b(?:[^.;%~]{{0,30}}?{_REDUCED})?|\bMSFRR\b|\bMPR\b")),
    ("MPC", lowered(rf"{_REDUCED} (?:in |of )?(?:the )?(?:\w+ ){{0,2}}?median (?:\w+[- ]){{0,5}}?(?:frequency|rate|number|seizures)")),
    ("MPC", lowered(rf"{_REDUCED} (?:in|of|from)\s[^.;%()]{{0,70}}?\(medians?\b")),
    ("MEANPC", lowered(rf"(?:\bmean|least[- ]squares?(?: mean)?|LS[- ]means?|average) (?:\([^()]*\) )?(?:\w+[- ,]){{0,5}}?(?:%|percent\w*|{_REDUCED})(?:[^.;%~]{{0,60}}?{_REDUCED})?(?:[^.;%~]{{0,40}}?{_SEIZURE})?")),
    ("NONE", lowered(r"\b(?:(?:did|does|do) not respond|non-?responders?|non-?response|need for|intubat\w+|repeat(?:ed|ing) (?:doses?|\w+am)|worsened|worsening|unchanged|no change|entered(?! completed)|enrolled(?! completed)|enter|continued into|screened|ongoing|were exposed|eligible|not discontinu\w+|reached the (?:daily )?dose|(?:improvement|improved) (?:on|in (?:the )?(?:overall|global|condition|quality|patient|subject)))|\b(?:global|overall) (?:clinical )?(?:impression|evaluation|assessment|condition|rating)")),
    ("DEATH", lowered(r"\bdied\b|\bpassed away\b|\bdeaths?\b|mortality")),
    ("LTFU", lowered(r"lost (?:to|from) (?:the )?(?:follow[- ]?up|study|trial)\b")),
    ("RETENTION", lowered(r"(?:treatment|therapy)(?: with [\w-]+)? (?:was|were) (?:being |still )*continued (?:in|by)\b|\b(?:remained|remaining) on (?!(?:the |a |an )?(?:stable|fixed|constant|same|unchanged|their|baseline|concomitant|background|mono\w*|placebo|double-blind|average|waiting|study)\b)[a-z]\w+|retention(?: rates?)?|\b(?:remained|remaining|continu(?:ed|ing)) (?:on |in |with )?(?:the )?(?:(?:\w+ )?treatment|therapy|study|trial|drug|medication|OLEx?\b|extension|open[- ]label|\w+am\b)|probabilit\w+ of (?:treatment )?continu\w+|\bstill (?:on|receiving|taking)\b(?! \w+ (?:had|report|achiev|experienc|show))")),
    ("COMP", lowered(r"(?:study|trial|treatment|protocol|phase|period)s? (?:was|were) completed (?:by|in)\b")),
    ("COMP", lowered(r"(?<!-)(?<!not )(?<!to )(?<!was )(?<!were )(?<!be )(?<!who )(?<!who had )(?<!that )(?<!which )(?<!having )(?<!after )(?<!before )(?<!\bat )(?<!following )(?<!upon )(?<!of the )(?<!All patients )(?<!all patients )(?<!-)\b(?:(?<!% of )completed|(?<!% of )(?<!% of patients )(?<!percent of patients )(?<!% of subjects )complet(?:ion|ers?|ing))\b(?! (?:by|the (?:study|trial) (?:complained|reported|had|showed|experienced)|(?:the )?(?:\w+ )?with (?:an? )?(?:\w+ )?(?:reduction|decrease|improvement|~)|of (?:surgery|titration|infusion|enrol\w+|recruitment)|(?:the |an? )?(?:\w+ )?(?:questionnaires?|diar(?:y|ies)|surveys?|interviews?|forms?|titration)|trials\b|studies\b|(?:the |an? )?(?:[\w-]+ ){0,2}?(?:baseline|run-in|screening|original|parent|preceding)\b|prior|before|seizure|remission|control|the (?:randomized|double-blind) (?:trial|study)))(?: rates?)?(?! questionnaire)")),
    ("COMP", lowered(r"(?<!who )\bfinish(?:ed|ing) (?:the )?(?:\w+ )?(?:study|trial|protocol|treatment)\b")),
    ("RECUR", lowered(r"(?:seizure )?recurr\w+|relaps\w+(?! (?:to|into)\b)")),
    ("STOP", lowered(r"(?:seizures?|status|convulsions?|SE) (?:\w+ ){0,3}?(?:stopped|terminat\w+|ceased|cessation|aborted|controlled)|(?:cessation|termination) of (?:\w+ ){0,3}?(?:seizures?|status|convulsions?)|\b(?:stopped|terminated|aborted|controlled) (?:\w+ ){0,2}?(?:seizures|status epilepticus|convulsions)\b")),
    ("WD", lowered(_STOP)),
    ("AE", lowered(rf"{_AE}")),
    ("PCRED", lowered(rf"(?:percent\w*|\breductions?|\bdecreases?|\bchanges?\b|reduced|decreased)(?: of)?(?:[^.;%~]{{0,50}}?{_SEIZURE})(?:[^.;%~]{{0,30}}?{_REDUCED})?|{_SEIZURE} (?:\w+ ){{0,6}}?(?:was|were) (?:significantly )?(?:reduced|decreased)(?: by)?|{_SEIZURE} (?:\w+ )?(?:reductions?|decreases?|fell|declined|dropped)\b|{_SEIZURE} (?:\w+ )?decreased|{_SEIZURE} (?:(?!free)\w+ ){{0,4}}?(?:(?:changed|increased)(?= by)|(?:rose|fell|declined|decreased|increased)(?= \d))|\bimprovements? in (?:\w+ ){{0,2}}?{_SEIZURE}|(?<=\d% )fewer (?:\w+ ){{0,2}}?{_SEIZURE}|percent\w* (?:of )?(?:change|reduction)\w*(?: from baseline)?")),
]  # fmt: skip
# without one of these no pattern of the code can match: most are never tried
_SICK = ("adverse", "ae", "side effect", "side-effect", "unwanted", "adr")
_LEFT = (
    "complet",
    "discontin",
    "withdr",
    "drop",
    "stopp",
    "terminat",
    "left the",
    "leave the",
    "leaving the",
    "quit the",
    "premature",
    "halt",
    "closed",
)
_NEEDS = {
    "WDLOE": (
        "efficac",
        "effect",
        "failure",
        "response",
        "seizure",
        "control",
        "epilep",
        "benefit",
        "improvement",
    ),
    "WDAE": (*_SICK, "intoler", "toxicity", "safety reason", *_LEFT),
    "DRAE": ("related", "attributable"),
    "FAIL": ("failure", "criteri", "third", "fourth", "fifth", "sixth", "nth"),
    "CONSENT": ("consent",),
    "SAE": ("serious", "sae"),
    "AEN": (*_SICK, "complications"),
    "KIND": ("events", *_SICK),
    "HARM": _SICK,
    "REASON": (
        "partial",
        "incomplete",
        "failure",
        "difference",
        "reduction",
        "decrease",
        "improvement",
    ),
    "AE34": ("grade",),
    "PCPBO": ("placebo", "pbo", "plc", "greater", "net "),
    "RR90": ("90",),
    "RR75": ("75",),
    "RR25": ("25",),
    "SF": (
        "free",
        "100",
        "no ",
        "zero ",
        "without",
        " not ",
        "absence",
        "complete",
        "total",
        "full",
        "cessation",
        "disappear",
        "eliminat",
        "aboli",
        "ceased",
        "resolved",
        "stopped",
        "stopping",
        "lost",
        "remission",
    ),
    "RR50": ("50", "fifty", "respon", "rr", "halv", "half"),
    "MPC": ("median", "reduced", "msfrr", "mpr"),
    "MEANPC": ("mean", "average", "least"),
    "DEATH": ("died", "death", "mortal", "passed away"),
    "LTFU": ("lost",),
    "RETENTION": ("retention", "remain", "continu", "still"),
    "COMP": ("complet", "finish"),
    "RECUR": ("recur", "relaps"),
    "STOP": ("stop", "terminat", "ceas", "cessation", "abort", "controlled"),
    "WD": _LEFT,
    "AE": _SICK,
    "PCRED": (
        "reduc",
        "decreas",
        "increas",
        "chang",
        "percent",
        "fell",
        "declin",
        "dropped",
        "rose",
        "improve",
        "fewer",
    ),
}
# words of which each match holds one as well
_NEEDS_TOO = {
    "WDLOE": (
        *_LEFT,
        *("due to", "because of", "owing to", "for lack", "for ineff", "for insuff", "for inadeq"),
    ),
}
_WHY = ("reason", "most", "mainly", "primarily")
_WORDS = frozenset(
    word for words in (*_NEEDS.values(), *_NEEDS_TOO.values(), _LEFT, _WHY) for word in words
)
_BESIDE = _p(_UNRELATED)
# "psychiatric and cognitive serious adverse events" are not the serious ones
_OF_A_KIND = _p(
    r"\b(?:(?:neuro)?psychiatric|behaviou?ral|cognitive|cardiac|cardiovascular|neurolog\w+|CNS|gastrointestinal|hepatic|dermatolog\w+|skin|suicid\w+|aggressi\w+|hostil\w+)(?:(?: and| or|/)\s?\w+)? (?:(?:treatment-emergent|serious) )*$"
)
_HARMED = _p(
    r"[^.;,%]{0,60}?\b(?:because of|due to|owing to|attributed to) (?!(?:the |an? )?(?:lack|ineff|insuff|inadeq|increas|consent|default|dispens|admin|person|protocol|seizure|non|poor|pregnan|withdraw|other|variety|different|various|reason|any|study|sponsor|loss|lost|family|patient|move|death|perceived|unsatisf|worsen|decision|limited|slow|COVID))"
)
# of the adverse events that are not any, these are counted where a report tells of no others
_OF_MOMENT = _p(
    r"^(?!.*severe)(?:mild|moderate|more than one)|special (?:concern|interest)|complications"
)
_MOSTLY = _p(r"\b(?:mostly|mainly|generally|usually) (?:mild(?:,| or| to| and)? )?$")
# why people left: each reason is an outcome of its own, or of none
_REASONS = _p(
    rf"reasons? (?:for|of|to) (?:\w+ ){{0,3}}?{_STOP}|{_STOP}(?: of \w+)? reasons?\b|{_STOP}[^.;%]{{0,90}}?\b(?:most (?:commonly|frequently|often)|mainly|primarily|mostly)\b(?! (?:used|prescribed|taken))|{_STOP}[^.]{{0,40}}?; (?:the )?most (?:common|frequent)\w* reasons?\b"
)
# "37 discontinued due to lack of efficacy (13), adverse events (10), or pregnancy (1)"
_EACH_REASON = _p(
    rf"(?:\d|\b{WORD}\b)[^.;]{{0,60}}?(?P<left>{_STOP})[^.;%:]{{0,60}}?(?:\b(?:due to|because of|for|owing to)(?: either)?|:) [^;.()\[\]]{{3,90}}[(\[](?:n ?= ?)?\d+[^()]{{0,20}}[)\]](?:,? (?:and|or)|,) [^;.()]{{3,60}}[(\[](?:n ?= ?)?\d"
)
_NO_EFFECT = _p(
    r"(?:lack|loss) of (?:efficacy|effect\w*|response)|inefficacy|(?:insufficient|inadequate) (?:efficacy|effect|response|seizure control)|(?:increased|worsening(?: of)?|poor) seizure(?:s\b| frequency| control)"
)
_NO_BENEFIT = {"WDLOE": _NO_EFFECT, "WDAE": _p(rf"{_AE}|\b(?:drug )?intoleran\w+")}
_OTHERS = r"withdrawal by (?:the )?(?:patient|subject|parent|caregiver|physician)|physician decision|(?:patient|subject|parent|guardian|caregiver|consent|voluntary)(?:'s)? (?:withdr\w+|decision|request|choice)|withdr\w+ (?:of |their )?consent|protocol (?:violations?|deviations?)|administrative|non-?compliance|other reasons?|loss of contact|personal reasons?"
_NOT_COUNTED = _p(_OTHERS)
_BECAUSE_OF_OTHERS = _p(rf"(?:because of|due to|owing to|for) (?:an? )?(?:{_OTHERS})")
_ANY_FIGURE = _p(rf"\d|\b{WORD}\b")
_EFFICACY = {"RR25", "RR50", "RR75", "RR90", "SF", "MPC", "MEANPC", "PCRED", "PCPBO"}
_ASIDE = re.compile(r"\([^()]*\)")
_OTHER = _p(
    r"most (?:common|frequent)\w*\b(?! (?:\w+ )?(?:reasons?|causes?)| (?:used|prescribed|taken|concomitant)| (?:due to|because of|owing to|for)\b)|common(?:ly)?\b(?! due| because| owing) (?:\w+[- ]){0,3}?(?:adverse|AEs|TEAEs|side)|including(?! (?:[^.;,]|\.\d){0,40}?\b(?:for|due to|because of|who)\b)|such as|frequently reported|included\b(?! in| \d| (?:one|two|three|four|five|six|seven|eight|nine|ten|patients|subjects|children|participants|adults))|"
    r"(?:dizziness|somnolence|headache|fatigue|nausea|diplopia|drowsiness|ataxia|rash|irritability|vomiting|diarrh\w+|weight (?:gain|loss|increase)|anorexia|nasopharyngitis|insomnia|paresthesia|pneumonia|stomatitis|decreased appetite)\b"
)
_INCIDENCE = _p(
    r"incidence|onset|complain|develop|suffer|(?:more|less) (?:common|frequent)|reported|experienc|occurr|frequency of|proportion|rates?\b|\bhad\b|patients with|one or more|at least one|any|≥ ?1|=1|similar|\(TE?AEs?\)|were (?:seen|observed|noted)|[:(]\s*\w+,? \d|overall"
)
# "the mean and median reductions were A and B"
_BOTH = _p(
    r"\b(?:mean|median)(?= (?:and|or) (?:the )?(?:mean|median) (?:\w+ ){0,2}?(?:percent|%|reduc|decreas|chang))"
)
# "seizures were reduced by a median of 31%", "a median 31% reduction"
_AVERAGE_OF = _p(r"\b(mean|median)(?: of)?(?= [+-]?\d[\d.]*\s?%)")
_OUT_OF = _p(r"\bof (?:the |these |all )?\d+ $")
_CHANCE = _p(r"\b(?:risks?|odds|likelihood)\b")
_REDUCES = _p(_REDUCED)
_AVERAGES = {"mean": "MEANPC", "median": "MPC"}
_ABOUT_SEIZURES = _p(rf"{_SEIZURE}|percent\w* (?:of )?chang\w+ from baseline")
# in a report on epilepsy a change of nothing named is one of seizures
_PLAIN_CHANGE = _p(
    r"(?:median|mean) (?:percent\w*|%) (?:reductions?|changes?|decreases?)(?: from baseline)? (?:was|were|of|for)\b"
)
_MASK_SEIZURES = _p(r"migraine|headache days|hot flash|pain (?:score|intensity)|binge|manic|tremor")


@dataclass(slots=True)
class Reading:
    """Figures of one outcome in one sentence, in order."""

    code: str
    values: list[Value]
    scope: tuple[int, int]
    named: Named
    notes: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a report fixed beforehand: its primary endpoint, what was treated, its own words.

    ``change`` is the kind of reduction its endpoints are; ``responses`` the code of "response", by
    the adjective before it; ``short_codes`` are the abbreviations of outcomes, ``short_seizures``
    those of seizures.
    """

    primary: str | None = None
    change: str | None = None
    prevention: bool = False
    seizures: bool = False
    status: bool = False
    responses: tuple[tuple[str, str], ...] = ()
    short_codes: tuple[tuple[re.Pattern[str], str], ...] = ()
    short_seizures: re.Pattern[str] | None = None


PRIMARY = _p(
    r"\b(?:primary|main)(?: (?:efficacy|study|treatment))?(?: (?:and|or) (?:key )?secondary)? (?:analysis (?=was based on)|end ?-?points?|outcomes?(?: measures?| variables?)?|(?:efficacy )?(?:criteri(?:on|a)|variables?|parameters?|measures?))\b"
)
ADJECTIVE = r"(?:major|complete|full|excellent|super|marked|partial|early|good|sustained)"
_RESPONSE = _p(
    rf"\b(?:had|have|having|achiev\w+|show\w+|experienc\w+|with|attain\w+|obtain\w+)(?: an?| the)? (?:{ADJECTIVE} )?(?:treatment |clinical |therapeutic )?respon(?:se|ders?)\b(?! rates?)"
)
_KIND_OF_RESPONSE = _p(
    rf"({ADJECTIVE})[- ](?:(?:treatment|clinical|therapeutic|seizure) )?(?:respon\w+(?: rates?)?)?$"
)
_EVENT = r"(?:seizures?|convulsions?|fits?|epilepsy|eclampsia|PTE|PTS)\b(?![- ](?:free|frequen|control|activit|burden|reduc))"
_SEIZED = _p(
    rf"(?:experienc|had|develop|suffer|having|exhibit|present)\w* (?:(?!that |which |who |with |history|reduc|fewer|less )[\w-]+ ){{0,5}}?{_EVENT}(?: recurrences?)?"
    rf"|(?:seizures?|convulsions?|fits?|epilepsy) (?:[\w-]+ ){{0,3}}?(?:occurr\w*|(?:was|were) (?:observed|reported|seen|noted|detected|recorded|documented|diagnosed|identified|present)|developed|appeared)"
    rf"|(?:occurrence|incidence|risk|rate|probability|proportion|number)s? of (?:(?!reduc|free)[\w-]+ ){{0,5}}?{_EVENT}|(?:seizure|epilepsy) (?:risk|incidence|occurrence|rate)s?\b"
)
_SPARED = _p(r"\b(?:not|never|without)(?: \w+)? $")
# a seizure that is told as one of its own comes back in any trial
_AGAIN = _p(
    r"\b(?:second|another|further|subsequent|breakthrough) (?:(?!-)\w+ ){0,2}?(?:seizures?|convulsions?|fits?)\b"
)
# what seizures are prevented in, or who is expected to have none
_PREVENTED = _p(
    r"prophyla|prevent|\b(?:first|second|single|early|acute|symptomatic|neonatal|provoked|post-?traumatic|post-?operative|eclamptic|new-onset|alcohol\S*) (?:\w+ ){0,2}?(?:seizures?|convulsions?|epilepsy)"
    r"|benign convulsions|malaria|h(?:a)?emorrhage|\bstroke|tumou?rs?\b|craniotomy|(?:head|brain) (?:injur|trauma)|eclampsia|asphyxia|hypoxic|mening|gastroenteritis|(?:discontinu\w+|withdrawal|withholding|stopping|cessation) (?:of )?(?:\w+ ){0,3}?(?:antiepileptic|antiseizure|anticonvuls|AEDs?|ASMs?|drug|medication|treatment|maintenance|phenobarb|valpro)"
)


def prevention(title: str) -> bool:
    """True if the title speaks of people whose seizures, if any, are the events counted."""
    return bool(_PREVENTED.search(title))


def named(sentence: str, setting: Setting = Setting()) -> list[Named]:
    """The outcomes a sentence names, in order."""
    if setting.short_seizures:
        # the report's own short form of seizures, as one that the patterns know
        sentence = setting.short_seizures.sub(lambda m: "SZ".ljust(len(m[0]), "_"), sentence)
    # "AED", a drug, is no "AE"
    words = standing(_WORDS, sentence.replace("AED", ""))
    text = sentence
    if not words.isdisjoint(_LEFT):
        text = _BESIDE.sub(lambda match: "~" * len(match[0]), sentence)
    found: list[Named] = []
    for match in _BECAUSE_OF_OTHERS.finditer(text):
        found.append(Named(match.start(), match.end(), "REASON"))
    for item in found:
        text = _cover(text, item.start, item.end)
    reasons = None if words.isdisjoint(_WHY) else _REASONS.search(text)
    each = None if words.isdisjoint(_LEFT) else _EACH_REASON.search(text)
    if why := reasons or each:
        for match in _NOT_COUNTED.finditer(text):
            found.append(Named(match.start(), match.end(), "REASON"))
        text = _NOT_COUNTED.sub(lambda match: "~" * len(match[0]), text)
        low = text.rfind(";", 0, why.start()) + 1
        for code, reason in _NO_BENEFIT.items():
            for match in reason.finditer(text, low):
                found.append(Named(match.start(), match.end(), code))
                text = _cover(text, match.start(), match.end())
    speaks = bool(words & {"respon", "reduc", "decreas", "improve"})
    for number, band in enumerate(bars.bands(text) if speaks else ()):
        found.append(Named(*band, f"BAND{number}", bar=True))
        text = _cover(text, *band)
    for members in bars.lists(text) if speaks else ():
        found += [Named(*member, bar=True) for member in members]
        text = _cover(text, members[0][0], members[-1][1])
    for match in _BOTH.finditer(text) if "median" in words else ():
        found.append(Named(match.start(), match.end(), _AVERAGES[match[0].lower()]))
    if words & {"median", "mean"} and _REDUCES.search(text) and _ABOUT_SEIZURES.search(text):
        for match in _AVERAGE_OF.finditer(text):
            found.append(Named(match.start(), match.end(), _AVERAGES[match[1].lower()]))
    low_text = text.translate(LOWER)
    for code, pattern in _PATTERNS:
        if code in _NEEDS and words.isdisjoint(_NEEDS[code]):
            continue
        if code in _NEEDS_TOO and words.isdisjoint(_NEEDS_TOO[code]):
            continue
        # harm is a reason only where somebody left
        if code == "HURT" and words.isdisjoint(_LEFT):
            continue
        for match in pattern.finditer(low_text):
            if match.end() == match.start() or low_text[match.start()] != match[0][0]:
                # nothing, or the abbreviation of what was found just before
                continue
            # an outcome and the abbreviation it is given are one
            told = re.match(r"\s*\((?:[A-Z][\w-]{1,9})\)", text[match.end() :])
            end = match.end() + (told.end() if told else 0)
            if code in ("MPC", "MEANPC", "PCRED"):
                if not re.search(
                    rf"{_REDUCED}|increased|rose|PCH|MSFRR|MPR|\bPR\b", match[0], re.I
                ):
                    continue
                about = _ABOUT_SEIZURES.search(sentence) or (
                    setting.seizures and _PLAIN_CHANGE.search(sentence)
                )
                if not about or _MASK_SEIZURES.search(sentence) or _CHANCE.search(match[0]):
                    continue
            if code in ("SF", "PCPBO") and _MASK_SEIZURES.search(sentence):
                continue
            if match[0].lower() in ("completers", "responders") and _OUT_OF.search(
                text, 0, match.start()
            ):
                # "two of the 18 completers were ...": whom they were taken from
                text = _cover(text, match.start(), match.end())
                low_text = _cover(low_text, match.start(), match.end())
                continue
            if code == "SF" and "remission" in match[0].lower() and not setting.seizures:
                continue
            if code in ("AE", "WD", "WDAE", "WDLOE") and "not discontinu" in sentence:
                continue
            if code == "AE" and not _INCIDENCE.search(sentence):
                continue
            if code in ("AE", "SAE", "WDAE", "AE34") and _OF_A_KIND.search(
                text, max(0, match.start() - 60), match.start()
            ):
                found.append(Named(match.start(), end, "KIND"))
                text = _cover(text, match.start(), end)
                low_text = _cover(low_text, match.start(), end)
                continue
            said = "WDAE" if code == "HURT" else code
            if code == "HARM":
                # a dose may be reduced because of adverse events as well
                said = "KIND" if words.isdisjoint(_LEFT) else "WDAE"
            if code == "AEN" and _MOSTLY.search(text, max(0, match.start() - 40), match.start()):
                # "reported mostly mild or moderate adverse effects" tells of any
                said = "AE"
            elif code == "AEN" and not _OF_MOMENT.search(match[0]):
                said = "KIND"
            if setting.status and code == "SF" and _STOPPED.search(match[0]):
                said = "STOP"
            elif code in _BARS and _BELOW.search(text, max(0, match.start() - 30), match.start()):
                # "a reduction of less than 50 %" is no response
                said = "NONE"
            elif code == "RR50" and not _HALF.search(match[0]):
                said = _response(text, match, setting)
            if code == "WD" and not each and _HARMED.match(text, match.end()):
                # "withdrew because of somnolence": what it was is named instead
                said = "WDAE"
            found.append(Named(match.start(), end, said))
            text = _cover(text, match.start(), end)
            low_text = _cover(low_text, match.start(), end)
    if any(
        item.code in _BARS
        or item.code.startswith(("BAND", "REASON"))
        or (item.code == "SF" and "100" in sentence[item.start : item.end])
        for item in found
    ):
        for member in bars.lone(sentence):
            if "~" not in text[member[0] : member[1]]:
                found.append(Named(*member, bar=True))
                text = _cover(text, *member[:2])
    for pattern in (_RESPONSE,) if setting.responses else ():
        for match in pattern.finditer(text):
            found.append(Named(match.start(), match.end(), _response(text, match, setting)))
            text = _cover(text, match.start(), match.end())
    for pattern, code in setting.short_codes:
        found += [Named(m.start(), m.end(), code) for m in pattern.finditer(text)]
    if setting.prevention:
        for match in _SEIZED.finditer(text):
            spared = _SPARED.search(text, max(0, match.start() - 20), match.start())
            found.append(Named(match.start(), match.end(), "SF" if spared else "RECUR"))
    if "seizure" in words:
        spans = [(item.start, item.end) for item in found]
        for match in _AGAIN.finditer(text):
            if not any(a < match.end() and match.start() < b for a, b in spans):
                found.append(Named(match.start(), match.end(), "RECUR"))
    if setting.primary and not {item.code for item in found} - {"NONE"}:
        found += [Named(m.start(), m.end(), setting.primary) for m in PRIMARY.finditer(text)]
    found.sort(key=lambda item: item.start)
    return _merged(sentence, found)


_BARS = {"RR25", "RR50", "RR75", "RR90"}
_BELOW = _p(r"(?:<|less than|fewer than|below|under|up to|not (?:reach|achiev)\w*)(?: an?)?\s*$")
_STOPPED = _p(r"cessation|control|stopped|ceased|absence of")
_HALF = _p("50|fifty|hal[fv]")


def _response(text: str, match: re.Match[str], setting: Setting) -> str:
    """What a "response" is in this report; half the seizures where it does not say."""
    means = dict(setting.responses)
    kind = _KIND_OF_RESPONSE.search(text, max(0, match.start() - 40), match.end())
    if kind and kind[1].lower() in means:
        return means[kind[1].lower()]
    said = means.get("", "RR50")
    # who responds in status epilepticus stops seizing
    return "STOP" if setting.status and said in ("SF", "RR50") else said


_SO_FAR = _p(r"(?: in (?:\w+[- ]){1,3})?\s*(?:by|of|to|was|were)?\s*\(?")


def _merged(sentence: str, found: list[Named]) -> list[Named]:
    """A reduction whose kind is told before it in the sentence is of that kind."""
    out: list[Named] = []
    for item in found:
        if out and _explained(sentence, out[-1], item):
            continue
        if item.code == "RR50" and out and out[-1].code in _LADDER and out[-1].code != "RR50":
            # "100% (9% vs 2%) responder rates"
            gap = sentence[out[-1].end : item.start]
            if (
                _ASIDE.search(gap)
                and not _ASIDE.sub("", gap).strip()
                and not _HALF.search(sentence, item.start, item.end)
            ):
                continue
        if item.code == "PCRED" and out:
            last = out[-1]
            # ">=75% (57% vs 36%) reduction in frequency" names one outcome
            gap = _ASIDE.sub("", sentence[last.end : item.start])
            if last.code.startswith("RR") and len(gap) < 8:
                continue
            if last.code in ("MPC", "MEANPC", "PCPBO"):
                item = Named(item.start, item.end, last.code)
        elif (
            (item.code in _BARS or item.bar)
            and out
            and out[-1].code == "PCRED"
            and _SO_FAR.fullmatch(sentence, out[-1].end, item.start)
        ):
            # "seizure frequency fell by 50% or more" names one outcome
            item = Named(out.pop().start, item.end, item.code, item.bar)
        elif item.code in ("PCPBO", "MPC", "MEANPC") and out and out[-1].code == "PCRED":
            between = sentence[out[-1].end : item.start]
            if ";" not in between and (item.code == "PCPBO" or len(between) < 60):
                out[-1] = Named(out[-1].start, out[-1].end, item.code)
        elif item.code == "WD" and out and out[-1].code == "WDAE" and item.start - out[-1].end < 60:
            # "(discontinuation incidences for ... were ...)": the reason is still the same
            item = Named(item.start, item.end, "WDAE")
        out.append(item)
    return out


def _explained(sentence: str, item: Named, inner: Named) -> bool:
    """True for what stands in ``treatment failures (patients who withdrew)``: it says what a name means."""
    opened = sentence.find("(", item.end)
    if not item.end <= opened < item.end + 2 or opened > inner.start:
        return False
    if (item.code, inner.code) == ("WDAE", "WD"):
        # the same people, told again
        return False
    closed = sentence.find(")", opened)
    return inner.end <= closed and not _ANY_FIGURE.search(sentence, opened, closed)


def _cover(text: str, start: int, end: int) -> str:
    return text[:start] + "~" * (end - start) + text[end:]


def specific(sentence: str, outcomes: list[Named]) -> list[tuple[int, int]]:
    """Stretches of a sentence that list single adverse events, not any of them."""
    spans = []
    for match in _OTHER.finditer(sentence):
        if any(
            o.start < match.end() and match.start() < o.end and o.code != "AE" for o in outcomes
        ):
            continue
        before = [o for o in outcomes if o.end <= match.start()]
        if match[0].lower() in ("including", "included", "such as") and (
            before and before[-1].code in _EFFICACY
        ):
            # "a responder rate of 41%, including 45% of those on ...": no events are listed
            continue
        if re.search(r"\b(?:was|were)(?: among)?(?: the)? $", sentence[: match.start()]):
            # "rash (2%) and fever (1%) were the most common": the list stands before
            opened = sentence.rfind("(", 0, match.start())
            if opened <= sentence.rfind(")", 0, match.start()):
                opened = 0
            told = [o.end for o in outcomes if o.code == "AE" and o.end < match.start()]
            spans.append(
                (max(opened, sentence.rfind(";", 0, match.start()), *told, 0), match.start())
            )
        stop = _closing(sentence, match.end())
        later = [
            o.start
            for o in outcomes
            if o.start > match.end() + 15 and o.code not in ("AE", "PCRED")
        ]
        # "adverse events, mostly fatigue and ataxia, occurred in 59.2%"
        aside = re.search(
            r", (?:occurred|(?:were|was) (?:reported|seen|observed|(?:\w+ )?(?:more|less) (?:common|frequent)))",
            sentence[match.end() :],
        )
        after = match.end() + aside.start() if aside else -1
        ends = [e for e in (stop, after, *later) if e >= 0]
        spans.append((match.start(), min(ends) if ends else len(sentence)))
    return spans


def _closing(sentence: str, at: int) -> int:
    """Where a list ends: at the end of the parenthesis it stands in, or the next semicolon; or -1."""
    depth = 0
    for place in range(at, len(sentence)):
        char = sentence[place]
        depth += (char in "([") - (char in ")]")
        if depth < 0 or (char == ";" and depth == 0):
            return place
    return -1


def _semicolon(sentence: str, at: int) -> int:
    """The next semicolon outside the parenthesis it may stand in, or -1."""
    depth = 0
    for place in range(at, len(sentence)):
        char = sentence[place]
        depth += (char in "([") - (char in ")]")
        if char == ";" and depth <= 0:
            return place
    return -1


_LEAVING = {"WDAE", "WDLOE", "LTFU", "DEATH", "REASON"}
# "13 % discontinued": the outcome stands right behind its figure
_OF_PEOPLE = _p(
    r"^[\])\s]*(?:of )?(?:the |all |these )?(?:patients?|subjects?|children|participants?|infants?|adults?|dogs?|cases?)?[\])\s]*"
    r"(?:(?:who )?(?:had|have|having|were|was|being|became|becoming|remain\w+|achiev\w+|attain\w+|reach\w+|experienc\w+|show\w+|report\w+|develop\w+|demonstrat\w+|obtain\w+|gain\w+|benefit\w+|with|to be))?(?: by| from)?(?: an?)?\s?$"
)


_CLOSED = _p(r"^[^()]*\)[,;]?\s(?:but|whereas|while|although)\b")


def assign(sentence: str, outcomes: list[Named], values: list[Value]) -> list[Reading]:
    """Give every figure its outcome.

    Usually the outcome comes first and its figures follow. Where the first figure comes before any
    outcome, each figure belongs to the next outcome, except the second half of a comparison
    ("41 % ... compared with 22 %"). Several outcomes before as many figures are taken in order.
    """
    if not outcomes or not values:
        return []
    readings: list[Reading] = []
    pairs: list[tuple[Value, Named]] = []
    for low, high in _segments(sentence, outcomes, values):
        here = [v for v in values if low <= v.start < high]
        local = [o for o in outcomes if low <= o.start < high]
        before = [o for o in outcomes if o.start < low]
        if not here:
            continue
        if not local:
            if before:
                pairs.extend((v, before[-1]) for v in here)
            continue
        listed = _in_turns(sentence, local, here) or _in_order(sentence, local, here)
        pairs.extend(listed)
        taken = {id(v) for v, _ in listed}
        here = [v for v in here if id(v) not in taken]
        if not here:
            continue
        forward = here[0].start < local[0].start
        for number, value in enumerate(here):
            earlier = [o for o in local if o.start < value.start]
            later = [o for o in local if o.start >= value.start]
            if not forward:
                chosen = earlier[-1] if earlier else later[0]
                following = later[0] if later else None
                if following is not None:
                    free = not any(value.end <= v.start < following.start for v in here)
                    gap = sentence[value.end : following.start]
                    if free and (chosen.code == "NONE" or _OF_PEOPLE.match(gap)):
                        chosen = following
                pairs.append((value, chosen))
                continue
            chosen_next = later[0] if later else None
            if (
                not earlier
                and chosen_next is not None
                and sentence.rfind("(", 0, value.start) > sentence.rfind(")", 0, value.start)
                and _CLOSED.search(sentence[value.end : chosen_next.start])
            ):
                # "(18% vs 46% had seizures) but mortality ...": told of what stands before it
                continue
            if earlier and chosen_next is not None:
                opened = sentence.rfind("(", earlier[-1].end, value.start)
                if (
                    opened >= 0
                    and sentence.find(")", opened, value.start) < 0
                    and (
                        value.start - opened > 1
                        or (earlier[-1].code in _LEAVING and opened - earlier[-1].end < 2)
                    )
                ):
                    chosen_next = earlier[-1]
                # the second half of a comparison keeps the outcome of the first
                previous = here[number - 1].end if number else 0
                gap = sentence[max(previous, earlier[-1].end) : value.start]
                follow = sentence[value.end : chosen_next.start]
                if not (follow.strip("]) ") and _OF_PEOPLE.match(follow)) and (
                    re.search(r"compared|versus|\bvs\b|than|against|whereas", gap, re.I)
                    or ("," in follow and "and" in follow)
                ):
                    chosen_next = earlier[-1]
            pairs.append((value, chosen_next or earlier[-1]))
    last: Named | None = None
    for value, outcome in pairs:
        if readings and (
            outcome is last or (last and outcome.code == last.code and value.start < outcome.start)
        ):
            readings[-1].values.append(value)
        else:
            readings.append(Reading(outcome.code, [value], (0, len(sentence)), outcome))
            last = outcome
    for reading in readings:
        reading.code = _over_placebo(sentence, reading)
    readings = [part for reading in readings for part in _by_parentheses(sentence, reading)]
    _scopes(sentence, readings)
    return readings


_PLACEBO = r"(?:the |that of |those on |that on |that with |those with )?(?:placebo|PBO|PLC)\b"
_RELATIVE = _p(
    rf"(?:(?:relative|compared|(?:in )?comparison) (?:to|with)|as compared (?:to|with)|versus|\bvs\.?|over|than) {_PLACEBO}(?!(?:-treated)?(?: (?:groups?|arms?|patients|subjects|children))?[ (:,]{{1,3}}(?:(?:mean|median|average)\b[ ,:=]*)?[+-]?\d)(?! \(n ?=[^()]*\d ?%)"
)
_REDUCED_BY = _p(
    r"^(?!.*(?:baseline|percent|%)).*\b(?:was|were) (?:\w+ )?(?:reduced|decreased|lowered) by\b"
)
_PLACEBOS = _p(r"\b(?:placebo|PBO|PLC)\b")
# "22% greater with X than with placebo"; "a reduction of 22% was greater than ..." is X's own
_BY_SO_MUCH = _p(
    r"\d\s?%\)? (?:greater|larger|lower|higher|more|less|fewer)\b[^.;]{0,80}?\bthan (?:\w+ ){0,2}?(?:placebo|PBO|PLC)\b"
)
_ITS_OWN = _p(rf"\d\s?%\)? (?:for|in|with|on|during) {_PLACEBO}")


def _over_placebo(sentence: str, reading: Reading) -> str:
    """The code of a reduction held against the placebo: of no arm, unless the placebo has a figure."""
    if reading.code == "MPC" and len(reading.values) == 1:
        # "the median frequency was reduced by 30% on X compared with placebo"
        value = reading.values[0]
        told = sentence[reading.named.start : value.start]
        stop = _semicolon(sentence, value.end)
        against = _RELATIVE.search(sentence, value.end, stop if stop > 0 else len(sentence))
        return "PCPBO" if against and _REDUCED_BY.search(told) else "MPC"
    if reading.code not in ("PCRED", "PCPBO"):
        return reading.code
    low = min(reading.named.start, reading.values[0].start)
    high = max(reading.named.end, reading.values[-1].end)
    low = max(0, sentence.rfind(";", 0, low))
    if reading.code == "PCPBO":
        # "reduced compared with placebo, by 35% for X versus 11% for placebo"
        return "PCRED" if _ITS_OWN.search(sentence, low, high + 25) else "PCPBO"
    if any(_VERSUS.search(sentence, a.end, b.start) for a, b in pairwise(reading.values)):
        return "PCRED"
    if len(reading.values) == 1 and _BY_SO_MUCH.search(sentence, low):
        return "PCPBO"
    stop = _semicolon(sentence, high)
    part = sentence[low : stop if stop > 0 else len(sentence)]
    rest, held = _RELATIVE.subn("~", part)
    return "PCPBO" if held and not _PLACEBOS.search(rest) else "PCRED"


def _by_parentheses(sentence: str, reading: Reading) -> list[Reading]:
    """Figures that share a parenthesis belong together: (A vs B) of one subset, (C vs D) of another."""
    depth, number, place = 0, 0, {}
    for at, char in enumerate(sentence):
        if char in "([":
            depth += 1
            number += depth == 1
        place[at] = number if depth else 0
        if char in ")]":
            depth = max(0, depth - 1)
    groups: dict[int, list[Value]] = {}
    for value in reading.values:
        groups.setdefault(place[value.start], []).append(value)
    if len(groups) < 2 or 0 in groups or any(len(group) < 2 for group in groups.values()):
        return [reading]
    return [Reading(reading.code, group, reading.scope, reading.named) for group in groups.values()]


def _segments(sentence: str, outcomes: list[Named], values: list[Value]) -> list[tuple[int, int]]:
    """Parts of a sentence that stand for themselves: between semicolons that divide outcomes."""
    depth = 0
    cuts = [0]
    for at, char in enumerate(sentence):
        depth += (char in "([") - (char in ")]")
        if char == ";" and depth <= 0 and any(o.start > at for o in outcomes):
            told = any(cuts[-1] <= v.start < at for v in values)
            if told or any(cuts[-1] <= o.start < at for o in outcomes):
                cuts.append(at + 1)
    return list(zip(cuts, [*cuts[1:], len(sentence)], strict=True))


_LADDER = ("RR25", "RR50", "RR75", "RR90", "SF")
_AGAINST = _p(r"\b(?:vs|versus|compared|against|while|whereas)\b")
_BUT = _p(r"\b(?:but|whereas|although|while)\b")
_VERSUS = re.compile(r"\b(?:vs|versus|compared)\b|^%?\s?/\s?$", re.I)


def _in_turns(
    sentence: str, outcomes: list[Named], values: list[Value]
) -> list[tuple[Value, Named]]:
    """Each outcome beside its figure, then as many figures once more: "compared with 18% and 2%"."""
    count = len(outcomes)
    if count < 2 or len(values) != 2 * count or len({o.code for o in outcomes}) != count:
        return []
    first, second = values[:count], values[count:]
    told_to = max(first[-1].end, outcomes[-1].end)
    if not _AGAINST.search(sentence, told_to, second[0].start):
        return []
    told = sorted([*((v.start, 0) for v in first), *((o.start, 1) for o in outcomes)])
    turns = [kind for _, kind in told]
    if turns not in ([0, 1] * count, [1, 0] * count) or second[0].start < told[-1][0]:
        return []
    return [pair for n, o in enumerate(outcomes) for pair in ((first[n], o), (second[n], o))]


def _falls_by_block(row: list[Named], values: list[Value]) -> bool:
    """True where shares fall from bar to bar only if each bar has its figures in a row.

    Nobody has three quarters fewer seizures who has not half: of "48%, 20%, 25%, and 8%" for the
    bars 50 and 75, the first two are of 50.
    """
    if any(item.code not in _LADDER for item in row):
        return False
    order = sorted(range(len(row)), key=lambda n: _LADDER.index(row[n].code))
    shares = [value.percent for value in values]
    size = len(shares) // len(row)

    def falls(arms: list[list[float | None]]) -> bool:
        told = [[arm[n] for n in order] for arm in arms]
        return all(
            a is not None and b is not None and a >= b for arm in told for a, b in pairwise(arm)
        )

    in_turns = [shares[n : n + len(row)] for n in range(0, len(shares), len(row))]
    in_blocks = [shares[n::size] for n in range(size)]
    return falls(in_blocks) and not falls(in_turns)


def _in_order(
    sentence: str, outcomes: list[Named], values: list[Value]
) -> list[tuple[Value, Named]]:
    """Several outcomes in a row before as many figures, or rows of figures of that length."""
    pairs: list[tuple[Value, Named]] = []
    at = 0
    while at < len(outcomes):
        row = [outcomes[at]]
        while at + len(row) < len(outcomes):
            following = outcomes[at + len(row)]
            gap = (row[-1].end, following.start)
            if (
                gap[1] - gap[0] >= 45
                or _BUT.search(sentence, *gap)
                or any(gap[0] <= v.start < gap[1] for v in values)
            ):
                break
            if following.code != row[-1].code:
                row.append(following)
            else:
                row[-1] = following
                at += 1
        at += len(row)
        stop = outcomes[at].start if at < len(outcomes) else 10**9
        distinct = len({o.code for o in row}) == len(row) > 1 and "NONE" not in {
            o.code for o in row
        }
        ahead = [v for v in values if row[0].start - 60 < v.end <= row[0].start]
        leaving = any(o.code in _LEAVING or o.code in ("WD", "COMP") for o in row)
        if distinct and len(ahead) == len(row) and not pairs and not leaving:
            behind = [v for v in values if row[-1].end <= v.start < stop]
            if len(ahead) + len(behind) == len(values) and not len(behind) % len(row):
                # "38% and 17% had a 50% and a 75% reduction": as many before as outcomes
                turns = [(value, n % len(row)) for n, value in enumerate(values)]
                pairs.extend((value, o) for k, o in enumerate(row) for value, n in turns if n == k)
                continue
        after = [v for v in values if row[-1].end <= v.start < stop]
        if len({o.code for o in row}) < 2 or len({o.code for o in row}) != len(row):
            continue
        if "NONE" in {o.code for o in row} or not after or len(after) % len(row):
            continue
        if any(v.start < row[0].start for v in values) and len(row) != len(after):
            continue
        size = len(after) // len(row)
        inner = [sentence[a.end : b.start] for a, b in pairwise(after)]
        against = [bool(_VERSUS.search(gap)) for gap in inner]
        blocks = [(n + 1) % size != 0 for n in range(len(inner))]
        if size > 1 and (against == blocks or _falls_by_block(row, after)):
            # "A and B (1 vs 2 and 3 vs 4)": each outcome has a comparison of its own
            pairs.extend((value, row[n // size]) for n, value in enumerate(after))
        else:
            pairs.extend((value, row[n % len(row)]) for n, value in enumerate(after))
    return pairs


def _scopes(sentence: str, readings: list[Reading]) -> None:
    """Where the arms of each group of figures are to be looked for."""
    for number, reading in enumerate(readings):
        low = 0
        if number and reading.named is readings[number - 1].named:
            # one outcome told in several parentheses: its arms stand before the first
            low = readings[number - 1].scope[0]
        elif number:
            low = readings[number - 1].values[-1].end
            if low <= reading.named.start < reading.values[0].start:
                low = reading.named.start
        high = len(sentence)
        if number + 1 < len(readings):
            following = readings[number + 1]
            high = following.values[0].start
            between = (
                [following.named.start]
                if reading.values[-1].end < following.named.start < high
                else []
            )
            high = min([high, *between])
            if high < reading.values[-1].end:
                # figures in turns, as the outcomes: the arms may stand anywhere
                low, high = 0, len(sentence)
        elif number and low > reading.values[0].start:
            low = 0
        reading.scope = (low, high)
