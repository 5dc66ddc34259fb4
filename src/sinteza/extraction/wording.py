# ruff: noqa: E501 - a pattern is read best on one line
"""The words by which abstracts name outcomes: one pattern a wording, in the order they are tried."""

from __future__ import annotations

import re

from sinteza.extraction.guarded import Guarded, lowered
from sinteza.extraction.numbers import INT, PEOPLE, WORD

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
REDUCED = r"(?:reduc\w+|decreas\w+|decline[ds]?|improvement|chang\w+|diminution|diminish\w+|cut\b|lower(?:ed|ing)\b|fewer|falls?\b|fell\b|drop (?:of|in)\b)"
_BY = r"(?:(?:of|by) )?(?:≥|≧|⩾|at least|more than|greater than(?: or equal to)?|over|exceeding|> ?or ?= ?|> ?/ ?= ?|>=?|of|by)"
_GE = r"(?:≥|≧|> ?or ?= ?|> ?/? ?=|>or=|>|(?:at least|more than|greater than(?: or equal to)?|over|exceeding)(?: an?)?|of|by|an?)"


def _p(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


# in order: what is found first covers its words from the patterns after it
def _low(pattern: str, *words: str) -> Guarded:
    return Guarded(pattern, *words, low=True)


PATTERNS: list[tuple[str, re.Pattern[str] | Guarded]] = [
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
    ("PCPBO", lowered(rf"{REDUCED}\s(?:\w+[ -]){{0,4}}?(?:over|(?:relative|compared) (?:to|with)|from|versus|vs\.?|beyond|above) (?:the )?(?:placebo|PBO|PLC)\b(?! group)")),
    ("PCPBO", lowered(rf"{REDUCED} by \d[\d.]*\s?% (?:\([^()]*\) )?(?:compared (?:to|with)|relative to|versus|over) (?:the )?(?:placebo|PBO)\b")),
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
    ("MPC", lowered(rf"median (?:\([^()]*\) )?(?:\w+[- ,]){{0,6}}?(?:%|percent\w*|rate|relative|{REDUCED})(?:[^.;%~]{{0,60}}?{REDUCED})?(?:[^.;%~]{{0,40}}?{_SEIZURE})?|{_SEIZURE} (?:\w+ ){{0,2}}?(?:was|were) reduced by a median|median (?:PCH|PR|MPR|POS-frequency)\b(?:[^.;%~]{{0,30}}?{REDUCED})?|\bMSFRR\b|\bMPR\b")),
    ("MPC", lowered(rf"{REDUCED} (?:in |of )?(?:the )?(?:\w+ ){{0,2}}?median (?:\w+[- ]){{0,5}}?(?:frequency|rate|number|seizures)")),
    ("MPC", lowered(rf"{REDUCED} (?:in|of|from)\s[^.;%()]{{0,70}}?\(medians?\b")),
    ("MEANPC", lowered(rf"(?:\bmean|least[- ]squares?(?: mean)?|LS[- ]means?|average) (?:\([^()]*\) )?(?:\w+[- ,]){{0,5}}?(?:%|percent\w*|{REDUCED})(?:[^.;%~]{{0,60}}?{REDUCED})?(?:[^.;%~]{{0,40}}?{_SEIZURE})?")),
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
    ("PCRED", lowered(rf"(?:percent\w*|\breductions?|\bdecreases?|\bchanges?\b|reduced|decreased)(?: of)?(?:[^.;%~]{{0,50}}?{_SEIZURE})(?:[^.;%~]{{0,30}}?{REDUCED})?|{_SEIZURE} (?:\w+ ){{0,6}}?(?:was|were) (?:significantly )?(?:reduced|decreased)(?: by)?|{_SEIZURE} (?:\w+ )?(?:reductions?|decreases?|fell|declined|dropped)\b|{_SEIZURE} (?:\w+ )?decreased|{_SEIZURE} (?:(?!free)\w+ ){{0,4}}?(?:(?:changed|increased)(?= by)|(?:rose|fell|declined|decreased|increased)(?= \d))|\bimprovements? in (?:\w+ ){{0,2}}?{_SEIZURE}|(?<=\d% )fewer (?:\w+ ){{0,2}}?{_SEIZURE}|percent\w* (?:of )?(?:change|reduction)\w*(?: from baseline)?")),
]  # fmt: skip
# without one of these no pattern of the code can match: most are never tried
_SICK = ("adverse", "ae", "side effect", "side-effect", "unwanted", "adr")
LEFT = (
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
NEEDS = {
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
    "WDAE": (*_SICK, "intoler", "toxicity", "safety reason", *LEFT),
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
    "WD": LEFT,
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
NEEDS_TOO = {
    "WDLOE": (
        *LEFT,
        *("due to", "because of", "owing to", "for lack", "for ineff", "for insuff", "for inadeq"),
    ),
}
WHY = ("reason", "most", "mainly", "primarily")
WORDS = frozenset(
    word for words in (*NEEDS.values(), *NEEDS_TOO.values(), LEFT, WHY) for word in words
)
BESIDE = _p(_UNRELATED)
# "psychiatric and cognitive serious adverse events" are not the serious ones
OF_A_KIND = _p(
    r"\b(?:(?:neuro)?psychiatric|behaviou?ral|cognitive|cardiac|cardiovascular|neurolog\w+|CNS|gastrointestinal|hepatic|dermatolog\w+|skin|suicid\w+|aggressi\w+|hostil\w+)(?:(?: and| or|/)\s?\w+)? (?:(?:treatment-emergent|serious) )*$"
)
HARMED = _p(
    r"[^.;,%]{0,60}?\b(?:because of|due to|owing to|attributed to) (?!(?:the |an? )?(?:lack|ineff|insuff|inadeq|increas|consent|default|dispens|admin|person|protocol|seizure|non|poor|pregnan|withdraw|other|variety|different|various|reason|any|study|sponsor|loss|lost|family|patient|move|death|perceived|unsatisf|worsen|decision|limited|slow|COVID))"
)
# of the adverse events that are not any, these are counted where a report tells of no others
OF_MOMENT = _p(
    r"^(?!.*severe)(?:mild|moderate|more than one)|special (?:concern|interest)|complications"
)
MOSTLY = _p(r"\b(?:mostly|mainly|generally|usually) (?:mild(?:,| or| to| and)? )?$")
# why people left: each reason is an outcome of its own, or of none
REASONS = _p(
    rf"reasons? (?:for|of|to) (?:\w+ ){{0,3}}?{_STOP}|{_STOP}(?: of \w+)? reasons?\b|{_STOP}[^.;%]{{0,90}}?\b(?:most (?:commonly|frequently|often)|mainly|primarily|mostly)\b(?! (?:used|prescribed|taken))|{_STOP}[^.]{{0,40}}?; (?:the )?most (?:common|frequent)\w* reasons?\b"
)
# "37 discontinued due to lack of efficacy (13), adverse events (10), or pregnancy (1)"
EACH_REASON = _p(
    rf"(?:\d|\b{WORD}\b)[^.;]{{0,60}}?(?P<left>{_STOP})[^.;%:]{{0,60}}?(?:\b(?:due to|because of|for|owing to)(?: either)?|:) [^;.()\[\]]{{3,90}}[(\[](?:n ?= ?)?\d+[^()]{{0,20}}[)\]](?:,? (?:and|or)|,) [^;.()]{{3,60}}[(\[](?:n ?= ?)?\d"
)
_NO_EFFECT = _p(
    r"(?:lack|loss) of (?:efficacy|effect\w*|response)|inefficacy|(?:insufficient|inadequate) (?:efficacy|effect|response|seizure control)|(?:increased|worsening(?: of)?|poor) seizure(?:s\b| frequency| control)"
)
NO_BENEFIT = {"WDLOE": _NO_EFFECT, "WDAE": _p(rf"{_AE}|\b(?:drug )?intoleran\w+")}
_OTHERS = r"withdrawal by (?:the )?(?:patient|subject|parent|caregiver|physician)|physician decision|(?:patient|subject|parent|guardian|caregiver|consent|voluntary)(?:'s)? (?:withdr\w+|decision|request|choice)|withdr\w+ (?:of |their )?consent|protocol (?:violations?|deviations?)|administrative|non-?compliance|other reasons?|loss of contact|personal reasons?"
NOT_COUNTED = _p(_OTHERS)
BECAUSE_OF_OTHERS = _p(rf"(?:because of|due to|owing to|for) (?:an? )?(?:{_OTHERS})")
ANY_FIGURE = _p(rf"\d|\b{WORD}\b")
EFFICACY = {"RR25", "RR50", "RR75", "RR90", "SF", "MPC", "MEANPC", "PCRED", "PCPBO"}
ASIDE = re.compile(r"\([^()]*\)")
OTHER = _p(
    r"most (?:common|frequent)\w*\b(?! (?:\w+ )?(?:reasons?|causes?)| (?:used|prescribed|taken|concomitant)| (?:due to|because of|owing to|for)\b)|common(?:ly)?\b(?! due| because| owing) (?:\w+[- ]){0,3}?(?:adverse|AEs|TEAEs|side)|including(?! (?:[^.;,]|\.\d){0,40}?\b(?:for|due to|because of|who)\b)|such as|frequently reported|included\b(?! in| \d| (?:one|two|three|four|five|six|seven|eight|nine|ten|patients|subjects|children|participants|adults))|"
    r"(?:dizziness|somnolence|headache|fatigue|nausea|diplopia|drowsiness|ataxia|rash|irritability|vomiting|diarrh\w+|weight (?:gain|loss|increase)|anorexia|nasopharyngitis|insomnia|paresthesia|pneumonia|stomatitis|decreased appetite)\b"
)
INCIDENCE = _p(
    r"incidence|onset|complain|develop|suffer|(?:more|less) (?:common|frequent)|reported|experienc|occurr|frequency of|proportion|rates?\b|\bhad\b|patients with|one or more|at least one|any|≥ ?1|=1|similar|\(TE?AEs?\)|were (?:seen|observed|noted)|[:(]\s*\w+,? \d|overall"
)
# "the mean and median reductions were A and B"
BOTH = _p(
    r"\b(?:mean|median)(?= (?:and|or) (?:the )?(?:mean|median) (?:\w+ ){0,2}?(?:percent|%|reduc|decreas|chang))"
)
# "seizures were reduced by a median of 31%", "a median 31% reduction"
AVERAGE_OF = _p(r"\b(mean|median)(?: of)?(?= [+-]?\d[\d.]*\s?%)")
OUT_OF = _p(r"\bof (?:the |these |all )?\d+ $")
CHANCE = _p(r"\b(?:risks?|odds|likelihood)\b")
REDUCES = _p(REDUCED)
AVERAGES = {"mean": "MEANPC", "median": "MPC"}
ABOUT_SEIZURES = _p(rf"{_SEIZURE}|percent\w* (?:of )?chang\w+ from baseline")
# in a report on epilepsy a change of nothing named is one of seizures
PLAIN_CHANGE = _p(
    r"(?:median|mean) (?:percent\w*|%) (?:reductions?|changes?|decreases?)(?: from baseline)? (?:was|were|of|for)\b"
)
MASK_SEIZURES = _p(r"migraine|headache days|hot flash|pain (?:score|intensity)|binge|manic|tremor")
