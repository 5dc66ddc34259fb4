"""What each review of the benchmark asks for, in our words.

The titles of the sets stand for published reviews; these lists were written from the question each
of them asks (drugs of the class, conditions, design), before any measurement and without looking
at which records were included.
"""

from __future__ import annotations

_TRIALS = ["randomized controlled trial", "randomized", "double-blind", "comparative study"]
_ACE = [
    "angiotensin-converting enzyme inhibitors",
    *[
        "benazepril",
        "captopril",
        "enalapril",
        "fosinopril",
        "lisinopril",
        "moexipril",
        "perindopril",
    ],
    *["quinapril", "ramipril", "trandolapril", "cilazapril"],
    *["hypertension", "heart failure", "myocardial infarction", "nephropathy", "mortality"],
    *_TRIALS,
]

TERMS: dict[str, list[str]] = {
    "Cohen_2006_ACEInhibitors": _ACE,
    "Ferdinands_sim_ace": _ACE,
    "Cohen_2006_Antihistamines": [
        "antihistamines",
        *["cetirizine", "loratadine", "desloratadine", "fexofenadine", "levocetirizine"],
        *["allergic rhinitis", "seasonal", "perennial", "urticaria", "sedation", "children"],
        *_TRIALS,
    ],
    "Cohen_2006_BetaBlockers": [
        *["beta blockers", "adrenergic beta-antagonists"],
        *[
            "acebutolol",
            "atenolol",
            "betaxolol",
            "bisoprolol",
            "carteolol",
            "carvedilol",
            "labetalol",
        ],
        *["metoprolol", "nadolol", "penbutolol", "pindolol", "propranolol", "timolol"],
        *["hypertension", "angina", "heart failure", "myocardial infarction"],
        *["atrial fibrillation", "migraine", "esophageal varices", "mortality"],
        *_TRIALS,
    ],
    "Cohen_2006_Estrogens": [
        *["estrogen replacement therapy", "hormone replacement therapy", "conjugated estrogens"],
        *["estradiol", "transdermal", "vaginal", "menopause", "postmenopausal women"],
        *["hot flashes", "vasomotor symptoms", "bone mineral density", "osteoporosis", "fracture"],
        *_TRIALS,
    ],
    "Cohen_2006_NSAIDS": [
        *["nonsteroidal anti-inflammatory drugs", "cyclooxygenase inhibitors"],
        *[
            "celecoxib",
            "rofecoxib",
            "valdecoxib",
            "etodolac",
            "meloxicam",
            "nabumetone",
            "diclofenac",
        ],
        *["ibuprofen", "naproxen", "salsalate", "oxaprozin", "piroxicam"],
        *["osteoarthritis", "rheumatoid arthritis", "pain", "gastrointestinal", "ulcer"],
        *["bleeding", "cardiovascular", "safety"],
        *_TRIALS,
    ],
    "Cohen_2006_OralHypoglycemics": [
        *["oral hypoglycemic agents", "sulfonylurea", "type 2 diabetes"],
        *[
            "glipizide",
            "glyburide",
            "glibenclamide",
            "glimepiride",
            "chlorpropamide",
            "tolbutamide",
        ],
        *["tolazamide", "nateglinide", "repaglinide", "gliclazide", "metformin"],
        *["HbA1c", "glycemic control", "hypoglycemia", "weight"],
        *_TRIALS,
    ],
    "Cohen_2006_ProtonPumpInhibitors": [
        "proton pump inhibitors",
        *["omeprazole", "lansoprazole", "pantoprazole", "rabeprazole", "esomeprazole"],
        *["gastroesophageal reflux disease", "esophagitis", "heartburn", "duodenal ulcer"],
        *["gastric ulcer", "Helicobacter pylori eradication", "healing"],
        *_TRIALS,
    ],
    "Cohen_2006_SkeletalMuscleRelaxants": [
        "muscle relaxants",
        *[
            "baclofen",
            "carisoprodol",
            "chlorzoxazone",
            "cyclobenzaprine",
            "dantrolene",
            "metaxalone",
        ],
        *["methocarbamol", "orphenadrine", "tizanidine"],
        *[
            "spasticity",
            "multiple sclerosis",
            "low back pain",
            "muscle spasm",
            "spinal cord injury",
        ],
        *_TRIALS,
    ],
    "Ferdinands_sim_virus": [
        *["virus", "metagenomics", "viral metagenomics", "virome", "next-generation sequencing"],
        *["high-throughput sequencing", "novel virus", "farm animals", "livestock"],
        *[
            "pigs",
            "swine",
            "cattle",
            "bovine",
            "chickens",
            "poultry",
            "ducks",
            "turkeys",
            "sheep",
            "goats",
            "horses",
        ],
        *["feces", "respiratory", "genome"],
    ],
    "Ferdinands_sim_nudging": [
        *["nudge", "nudging", "choice architecture", "behavioral economics"],
        *["healthcare professionals", "physicians", "nurses", "evidence-based medicine"],
        *["guideline adherence", "default", "reminder", "alert", "feedback", "peer comparison"],
        *["social norm", "framing", "prescribing", "hand hygiene", "intervention"],
    ],
    "Kitchenham_2010": [
        *["systematic literature review", "systematic review", "mapping study", "meta-analysis"],
        *["software engineering", "evidence-based software engineering", "empirical studies"],
        *["literature survey", "software development"],
    ],
    "Wallace_2010_proton_beam": [
        *["proton beam", "proton therapy", "charged particle", "carbon ion", "helium ion"],
        *["particle radiotherapy", "radiation therapy", "cancer", "tumor", "uveal melanoma"],
        *["chordoma", "chondrosarcoma", "prostate", "survival", "local control", "patients"],
    ],
}
