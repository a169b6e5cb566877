//! Suspicion of substance-use-disorder origin (42 CFR Part 2): rows that raise it are held from every cross-tenant use until a person
//! has reviewed them. Codes decide by themselves; words decide in context, so that "opioid-naive" or "alcohol swab" raise nothing.

use std::fmt;

/// Why a text or its codes were suspected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SudReason {
    /// An ICD-10-CM category F10 to F19 (mental and behavioural disorders due to psychoactive substance use), the code as given.
    DiagnosisCode(String),
    /// A procedure code for SUD treatment (HCPCS H0001-H0050 range, G2067-G2080, drug codes), the code as given.
    ProcedureCode(String),
    /// A phrase of the list; the list's own wording, never the text's.
    Phrase(&'static str),
}

impl fmt::Display for SudReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DiagnosisCode(code) => write!(formatter, "diagnosis code {code}"),
            Self::ProcedureCode(code) => write!(formatter, "procedure code {code}"),
            Self::Phrase(phrase) => write!(formatter, "phrase \"{phrase}\""),
        }
    }
}

/// What [`sud_suspected`] found; empty means no suspicion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SudSuspicion {
    /// Every reason, codes first, then phrases in the order of the list.
    pub reasons: Vec<SudReason>,
}

impl SudSuspicion {
    /// Whether anything was found.
    #[must_use]
    pub fn is_suspected(&self) -> bool {
        !self.reasons.is_empty()
    }
}

/// Phrases that speak of SUD, its programmes or its treatment, whatever stands around them. A final `*` stands for any ending.
const PHRASES: &[&str] = &[
    "methadone",
    "opioid treatment program*",
    "narcotic treatment program*",
    "otp",
    "buprenorphine",
    "suboxone",
    "sublocade",
    "subutex",
    "zubsolv",
    "brixadi",
    "vivitrol",
    "naltrexone er",
    "lofexidine",
    "lucemyra",
    "disulfiram",
    "antabuse",
    "acamprosate",
    "medication assisted treatment",
    "medications for opioid use disorder",
    "moud",
    "medication for addiction treatment",
    "opioid use disorder*",
    "alcohol use disorder*",
    "cocaine use disorder*",
    "stimulant use disorder*",
    "cannabis use disorder*",
    "substance use disorder*",
    "substance abuse",
    "drug abuse",
    "alcohol abuse",
    "polysubstance",
    "substance misuse",
    "opioid misuse",
    "alcoholism",
    "alcoholic",
    "opioid dependence",
    "opiate dependence",
    "alcohol dependence",
    "drug dependence",
    "cocaine dependence",
    "chemical dependency",
    "heroin",
    "opioid addiction",
    "drug addiction",
    "alcohol addiction",
    "addiction treatment",
    "addiction medicine",
    "addiction counsel*",
    "addiction recovery",
    "detox*",
    "withdrawal management",
    "alcohol withdrawal",
    "opioid withdrawal",
    "drug rehab*",
    "alcohol rehab*",
    "residential rehab",
    "inpatient rehab for alcohol",
    "sober living",
    "sober home",
    "sobriety",
    "recovery house",
    "relapse prevention",
    "12 step",
    "twelve step",
    "alcoholics anonymous",
    "narcotics anonymous",
    "aa meetings",
    "na meetings",
    "part 2 program*",
    "42 cfr part 2",
    "sud treatment",
    "sud program*",
    "sud iop",
    "asam level*",
    "asam criteria",
    "asam placement",
    "intensive outpatient for substance",
    "methamphetamine use",
    "meth use disorder*",
    "fentanyl use disorder*",
    "intravenous drug use",
    "iv drug use",
    "ivdu",
    "opioid overdose",
    "heroin overdose",
    "fentanyl overdose",
    "drug overdose",
    "aud",
    "oud",
];

/// Words that raise suspicion only beside one of [`TREATMENT_WORDS`] within eight words.
const SUBSTANCES: &[&str] = &[
    "methadone",
    "alcohol",
    "opioid",
    "opioids",
    "opiate",
    "opiates",
    "cocaine",
    "cannabis",
    "marijuana",
    "substance",
    "substances",
    "drug",
    "drugs",
    "etoh",
    "meth",
    "sud",
    "methamphetamine",
];

/// What makes a substance a matter of treatment.
const TREATMENT_WORDS: &[&str] = &[
    "rehab",
    "addiction",
    "addicted",
    "dependence",
    "dependency",
    "dependent",
    "abuse",
    "abuser",
    "misuse",
    "recovery",
    "sober",
    "relapse",
    "relapsed",
    "detoxification",
    "abstinence",
    "abstinent",
    "maintenance",
    "craving",
    "cravings",
    "residential",
];

/// Words before a phrase that take it back: "no history of", "denies". In this trade "denied" and "not" speak of the claim.
const DENIALS: &[&str] = &[
    "no", "denies", "deny", "denying", "negative", "without", "never", "naive",
];

/// Words that may stand between a denial and its phrase.
const DENIAL_FILLERS: &[&str] = &[
    "any",
    "history",
    "of",
    "hx",
    "evidence",
    "sign",
    "signs",
    "known",
    "prior",
    "current",
    "active",
    "past",
    "significant",
    "for",
    "personal",
    "or",
    "and",
    "alcohol",
    "drug",
    "tobacco",
    "illicit",
];

/// Words after a phrase that take it back: "substance abuse: none".
const DENIALS_AFTER: &[&str] = &["none", "negative", "naive", "screening"];

/// Whether the text or the codes suggest that a record comes from SUD care, and why. Codes are ICD-10-CM, CPT or HCPCS in any case, with or
/// without a dot.
#[must_use]
pub fn sud_suspected<'c>(text: &str, codes: impl IntoIterator<Item = &'c str>) -> SudSuspicion {
    let words = words_of(text);
    let mut reasons: Vec<SudReason> = codes.into_iter().filter_map(code_reason).collect();
    reasons.extend(words.iter().filter_map(|word| code_reason(word)));
    reasons.extend(
        PHRASES
            .iter()
            .filter(|phrase| has_phrase(&words, phrase))
            .map(|phrase| SudReason::Phrase(phrase)),
    );
    if has_substance_in_treatment(&words) {
        reasons.push(SudReason::Phrase("a substance beside words of treatment"));
    }
    reasons.dedup();
    SudSuspicion { reasons }
}

/// The words in small letters; what isn't a letter, digit or dot inside a code separates. A full stop, `;` or `:` stays as a word of its own.
fn words_of(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let is_inner_dot = c == '.' && !word.is_empty() && characters.peek().is_some_and(|next| next.is_alphanumeric());
        if c.is_alphanumeric() || is_inner_dot {
            word.extend(c.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if matches!(c, '.' | ';' | ':' | '\n') {
            words.push(c.to_string());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn code_reason(code: &str) -> Option<SudReason> {
    let bare: String = code
        .trim()
        .chars()
        .filter(|c| *c != '.')
        .collect::<String>()
        .to_ascii_uppercase();
    let digits = bare.get(1..).filter(|rest| !rest.is_empty())?;
    let is_code = bare.len() >= 3 && bare.is_ascii() && digits.as_bytes().first().is_some_and(u8::is_ascii_digit);
    if !is_code {
        return None;
    }
    let number: Option<u32> = digits.parse().ok();
    match bare.as_bytes().first() {
        Some(b'F') if is_sud_diagnosis(&bare) => Some(SudReason::DiagnosisCode(bare)),
        Some(b'H') if bare.len() == 5 && number.is_some_and(is_sud_service) => Some(SudReason::ProcedureCode(bare)),
        Some(b'G') if bare.len() == 5 && number.is_some_and(|number| (2067..=2088).contains(&number)) => {
            Some(SudReason::ProcedureCode(bare))
        }
        Some(b'J')
            if matches!(
                bare.as_str(),
                "J0571" | "J0572" | "J0573" | "J0574" | "J0575" | "J0577" | "J0578" | "J2315"
            ) =>
        {
            Some(SudReason::ProcedureCode(bare))
        }
        _ => None,
    }
}

/// F10 to F19 with at most four further places. F17 (nicotine) is in the range, and so held.
fn is_sud_diagnosis(bare: &str) -> bool {
    bare.len() <= 7
        && bare
            .get(1..3)
            .and_then(|category| category.parse::<u32>().ok())
            .is_some_and(|category| (10..=19).contains(&category))
}

/// HCPCS H codes of alcohol and drug services.
fn is_sud_service(number: u32) -> bool {
    matches!(number, 1..=30 | 33 | 47 | 49 | 50 | 2034..=2036)
}

/// Whether a phrase stands in the text and nothing beside it takes it back.
fn has_phrase(words: &[String], phrase: &str) -> bool {
    let wanted: Vec<&str> = phrase.split(' ').collect();
    words.windows(wanted.len()).enumerate().any(|(at, window)| {
        window.iter().zip(&wanted).all(|(word, wanted)| matches(word, wanted))
            && !is_taken_back(words, at, at + wanted.len())
    })
}

fn matches(word: &str, wanted: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == wanted,
    }
}

/// A denial before it with nothing but fillers between, or right after it, in the same clause.
fn is_taken_back(words: &[String], start: usize, end: usize) -> bool {
    let before = words
        .iter()
        .take(start)
        .rev()
        .find(|word| !DENIAL_FILLERS.contains(&word.as_str()));
    let after = words.iter().skip(end).find(|word| *word != ":");
    before.is_some_and(|word| DENIALS.contains(&word.as_str()))
        || after.is_some_and(|word| DENIALS_AFTER.contains(&word.as_str()))
}

fn is_stop(word: &str) -> bool {
    matches!(word, "." | ";" | ":" | "\n" | "but")
}

/// "alcohol rehab", "in recovery from opioids": a substance and a word of treatment in one clause.
fn has_substance_in_treatment(words: &[String]) -> bool {
    const REACH: usize = 8;
    words
        .iter()
        .enumerate()
        .filter(|(_, word)| SUBSTANCES.contains(&word.as_str()))
        .any(|(at, _)| {
            let near = words
                .iter()
                .enumerate()
                .skip(at + 1)
                .take(REACH)
                .take_while(|(_, word)| !is_stop(word));
            let behind = words
                .iter()
                .enumerate()
                .take(at)
                .rev()
                .take(REACH)
                .take_while(|(_, word)| !is_stop(word));
            near.chain(behind).any(|(other, word)| {
                TREATMENT_WORDS.contains(&word.as_str())
                    && !is_taken_back(words, at.min(other), at.max(other) + 1)
                    && !is_taken_back(words, at, at + 1)
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suspected(text: &str) -> bool {
        sud_suspected(text, []).is_suspected()
    }

    #[test]
    fn treatment_words_are_suspected() {
        for text in [
            "Residential detox denied: does not meet ASAM criteria for level 3.7.",
            "Buprenorphine-naloxone film denied for quantity limit.",
            "Member with opioid use disorder requests methadone maintenance.",
            "IOP for alcohol dependence denied as not medically necessary.",
            "Records come from a Part 2 program and need consent.",
            "Patient in recovery from opioids; urine drug screens denied.",
            "Diagnosis F11.20, urine drug test 80307 denied.",
            "Vivitrol injection requires step therapy.",
            "Inpatient rehab stay for alcohol was cut to seven days.",
            "Denied opioid overdose admission as observation level of care.",
        ] {
            assert!(suspected(text), "{text}");
        }
    }

    #[test]
    fn other_care_is_not() {
        for text in [
            "Chronic pain, opioid-naive, requests extended release morphine.",
            "Patient denies alcohol abuse and drug use.",
            "No history of substance abuse.",
            "Cardiac rehab sessions beyond 36 denied.",
            "Inpatient rehabilitation facility stay after stroke denied.",
            "Alcohol swabs are not separately payable.",
            "Drug not on formulary; step therapy required.",
            "Opioid analgesic quantity limit exceeded.",
            "Substance abuse: none. Tobacco: never.",
            "The plan excludes drugs for weight loss.",
            "Recovery room time is bundled with anesthesia.",
            "F33.1 with CPT 90837 denied as too frequent.",
        ] {
            assert!(!suspected(text), "{text}: {:?}", sud_suspected(text, []));
        }
    }

    #[test]
    fn codes_decide_by_themselves() {
        for code in ["F10.10", "f1120", "F19.959", "H0015", "G2067", "J2315", "F17.210"] {
            assert!(sud_suspected("", [code]).is_suspected(), "{code}");
        }
        for code in ["F33.1", "F20.0", "G0480", "J1885", "99213", "H2019", "F1", ""] {
            assert!(!sud_suspected("", [code]).is_suspected(), "{code}");
        }
    }

    #[test]
    fn reasons_name_the_list_not_the_text() {
        let suspicion = sud_suspected("Maria Gonzalez on Suboxone", ["F11.20"]);
        assert_eq!(
            suspicion.reasons,
            [SudReason::DiagnosisCode("F1120".into()), SudReason::Phrase("suboxone")]
        );
        assert_eq!(
            suspicion.reasons.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["diagnosis code F1120", "phrase \"suboxone\""]
        );
    }
}
