//! From a denial scenario to the set of features it is compared by.

use super::text;

/// The kinds of feature. Two features of different kinds never meet, whatever their text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespace {
    /// One payer of the registry.
    Payer,
    /// The family a payer belongs to.
    PayerFamily,
    /// Line of business: commercial, Medicare Advantage, Medicaid managed care …
    PlanKind,
    /// Product: HMO, PPO, EPO …
    Product,
    /// Denial type, such as `MEDICAL_NECESSITY`.
    DenialType,
    /// Claim adjustment group and reason code together, such as `CO-197`.
    Carc,
    /// Remittance advice remark code, such as `N706`.
    Rarc,
    /// Procedure code (CPT, HCPCS, CDT).
    Procedure,
    /// First three characters of a procedure code.
    ProcedureFamily,
    /// The part of the CPT number range that a procedure falls in.
    ProcedureSection,
    /// Diagnosis code (ICD-10-CM).
    Diagnosis,
    /// First three characters of a diagnosis code.
    DiagnosisCategory,
    /// Service category of the registry.
    ServiceCategory,
    /// Diagnosis group of the registry.
    DiagnosisGroup,
    /// How far the appeal has come.
    AppealLevel,
    /// A kind of evidence on hand or used.
    Evidence,
    /// Age band of the patient.
    AgeBand,
    /// Sex of the patient.
    Sex,
    /// A normalised word of the trigger text.
    Word,
    /// Two content words that follow each other in the trigger text.
    WordPair,
}

impl Namespace {
    /// Every namespace, in declaration order.
    pub const ALL: [Self; 20] = [
        Self::Payer,
        Self::PayerFamily,
        Self::PlanKind,
        Self::Product,
        Self::DenialType,
        Self::Carc,
        Self::Rarc,
        Self::Procedure,
        Self::ProcedureFamily,
        Self::ProcedureSection,
        Self::Diagnosis,
        Self::DiagnosisCategory,
        Self::ServiceCategory,
        Self::DiagnosisGroup,
        Self::AppealLevel,
        Self::Evidence,
        Self::AgeBand,
        Self::Sex,
        Self::Word,
        Self::WordPair,
    ];

    /// What stands before the colon of a feature's name.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::PayerFamily => "payer_family",
            Self::PlanKind => "plan_kind",
            Self::Product => "product",
            Self::DenialType => "denial_type",
            Self::Carc => "carc",
            Self::Rarc => "rarc",
            Self::Procedure => "procedure",
            Self::ProcedureFamily => "procedure_family",
            Self::ProcedureSection => "procedure_section",
            Self::Diagnosis => "diagnosis",
            Self::DiagnosisCategory => "diagnosis_category",
            Self::ServiceCategory => "service_category",
            Self::DiagnosisGroup => "diagnosis_group",
            Self::AppealLevel => "appeal_level",
            Self::Evidence => "evidence",
            Self::AgeBand => "age_band",
            Self::Sex => "sex",
            Self::Word => "word",
            Self::WordPair => "words",
        }
    }

    /// The namespace of a feature's name; `None` if no namespace has its prefix.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let (prefix, _) = name.split_once(':')?;
        Self::ALL.into_iter().find(|space| space.prefix() == prefix)
    }
}

/// What a scenario says, as plain text; absent parts stay `None` or empty.
///
/// Codes are taken as written by the caller's validated fields; upper and lower case make no difference.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    missing_docs,
    reason = "each field is the namespace of the same name; a payer's family is no part of what is said"
)]
pub struct FeatureSource<'a> {
    pub payer: Option<&'a str>,
    pub plan_kind: Option<&'a str>,
    pub product: Option<&'a str>,
    pub denial_types: &'a [&'a str],
    /// Group and reason code joined by a hyphen: `CO-197`.
    pub carcs: &'a [&'a str],
    pub rarcs: &'a [&'a str],
    pub procedure_codes: &'a [&'a str],
    pub diagnosis_codes: &'a [&'a str],
    pub service_categories: &'a [&'a str],
    pub diagnosis_groups: &'a [&'a str],
    pub appeal_level: Option<&'a str>,
    pub evidence_kinds: &'a [&'a str],
    pub age_band: Option<&'a str>,
    pub sex: Option<&'a str>,
    /// Free text: the denial's own words. PHI must have been refused before this point.
    pub trigger_text: &'a str,
}

/// Moves whenever the same scenario would give other features: rows that hold older ones are understood anew.
pub const FEATURES_VERSION: i32 = 1;

/// Stands between names. No name holds one: labels, codes and words are made without blanks but the plain one.
const SEPARATOR: char = '\n';

/// The features of one scenario by name, sorted, each once.
///
/// A name is its namespace's prefix, a colon and a normalised value: `carc:CO-197`, `word:migraine`. A set is
/// the very text that a row of the database holds, a name a line, so that reading one makes nothing new.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FeatureSet(Box<str>);

impl FeatureSet {
    /// The one way from a scenario to its features, for storing, searching, classifying and clustering alike.
    #[must_use]
    pub fn of(source: &FeatureSource<'_>) -> Self {
        let mut names = Names::default();
        names.labels(Namespace::Payer, source.payer.as_slice());
        names.labels(Namespace::PlanKind, source.plan_kind.as_slice());
        names.labels(Namespace::Product, source.product.as_slice());
        names.labels(Namespace::DenialType, source.denial_types);
        names.codes(Namespace::Carc, source.carcs);
        names.codes(Namespace::Rarc, source.rarcs);
        names.procedures(source.procedure_codes);
        names.diagnoses(source.diagnosis_codes);
        names.labels(Namespace::ServiceCategory, source.service_categories);
        names.labels(Namespace::DiagnosisGroup, source.diagnosis_groups);
        names.labels(Namespace::AppealLevel, source.appeal_level.as_slice());
        names.labels(Namespace::Evidence, source.evidence_kinds);
        names.labels(Namespace::AgeBand, source.age_band.as_slice());
        names.labels(Namespace::Sex, source.sex.as_slice());
        names.words(source.trigger_text);
        Self::from_names(names.iter())
    }

    /// Most features of a set; more are cut off, the last by name first. Texts within their limits stay far below.
    pub const MOST: usize = (1 << 14) - 1;

    /// A set of names that were features before; what can't be a name is left out.
    pub fn from_names<Name: AsRef<str>>(names: impl IntoIterator<Item = Name>) -> Self {
        let names: Vec<Name> = names.into_iter().collect();
        let is_name = |name: &&str| !name.is_empty() && !name.contains(SEPARATOR);
        let mut sorted: Vec<&str> = names.iter().map(AsRef::as_ref).filter(is_name).collect();
        sorted.sort_unstable();
        sorted.dedup();
        sorted.truncate(Self::MOST);
        let mut joined = String::with_capacity(sorted.iter().map(|name| name.len() + 1).sum());
        for (at, name) in sorted.into_iter().enumerate() {
            if at > 0 {
                joined.push(SEPARATOR);
            }
            joined.push_str(name);
        }
        Self(joined.into())
    }

    /// The set that was [`stored`](Self::stored).
    #[must_use]
    pub fn restore(stored: String) -> Self {
        Self(stored.into())
    }

    /// The set as a row holds it.
    #[must_use]
    pub fn stored(&self) -> &str {
        &self.0
    }

    /// As [`stored`](Self::stored), the set itself.
    #[must_use]
    pub fn into_stored(self) -> String {
        self.0.into()
    }

    /// The set with one more feature.
    #[must_use]
    pub fn with(self, space: Namespace, label: &str) -> Self {
        let mut more = Names::default();
        more.labels(space, &[label]);
        let Some(new) = more.iter().next() else { return self };
        let (mut at, mut is_there) = (0, false);
        for name in self.names().take_while(|name| *name <= new) {
            at += name.len() + 1;
            is_there = name == new;
        }
        if is_there || self.len() >= Self::MOST {
            return self;
        }
        let (before, after) = self.0.split_at_checked(at).unwrap_or((&self.0, ""));
        let parts = [before.trim_end_matches(SEPARATOR), new, after];
        let parts = parts.iter().filter(|part| !part.is_empty());
        let joined = parts.copied().collect::<Vec<_>>().join("\n");
        Self(joined.into())
    }

    /// The names, sorted.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> + Clone {
        self.0.split(SEPARATOR).filter(|name| !name.is_empty())
    }

    /// How many features there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let separators = self.0.bytes().filter(|byte| *byte == b'\n').count();
        separators + usize::from(!self.is_empty())
    }

    /// Whether the scenario said nothing that can be compared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Names being gathered, one after the other in one text.
#[derive(Default)]
struct Names {
    text: String,
    ends: Vec<usize>,
}

impl Names {
    fn push(&mut self, space: Namespace, value: &str) {
        self.push_parts(space, [value]);
    }

    /// A value of several words.
    fn push_parts<'a>(&mut self, space: Namespace, words: impl IntoIterator<Item = &'a str>) {
        let before = self.text.len();
        self.text.push_str(space.prefix());
        let mut joint = ':';
        let mut is_empty = true;
        for word in words {
            self.text.push(joint);
            self.text.push_str(word);
            joint = ' ';
            is_empty &= word.is_empty();
        }
        if is_empty {
            self.text.truncate(before);
        } else {
            self.ends.push(self.text.len());
        }
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(&0).chain(&self.ends);
        let name = |(start, end): (&usize, &usize)| self.text.get(*start..*end);
        starts.zip(&self.ends).filter_map(name)
    }

    /// Registry keys and category names: folded, runs of blanks made one.
    fn labels(&mut self, space: Namespace, labels: &[&str]) {
        for label in labels {
            self.push(space, &text::label(label));
        }
    }

    fn codes(&mut self, space: Namespace, codes: &[&str]) {
        for code in codes {
            self.push(space, &text::code(code));
        }
    }

    fn procedures(&mut self, codes: &[&str]) {
        for code in codes.iter().map(|code| text::code(code)) {
            self.push(Namespace::Procedure, &code);
            self.push(Namespace::ProcedureFamily, head(&code));
            if let Some(section) = procedure_section(&code) {
                self.push(Namespace::ProcedureSection, section);
            }
        }
    }

    /// The dot of an ICD-10-CM code is punctuation: `G43.709` and `G43709` are one code.
    fn diagnoses(&mut self, codes: &[&str]) {
        for code in codes.iter().map(|code| text::code(code).replace('.', "")) {
            self.push(Namespace::Diagnosis, &code);
            self.push(Namespace::DiagnosisCategory, head(&code));
        }
    }

    fn words(&mut self, trigger_text: &str) {
        for sentence in text::sentences(trigger_text) {
            for word in &sentence {
                self.push(Namespace::Word, word);
            }
            for pair in sentence.windows(2) {
                self.push_parts(Namespace::WordPair, pair.iter().map(String::as_str));
            }
        }
    }
}

/// The first three characters, or all of a shorter code.
fn head(code: &str) -> &str {
    code.char_indices()
        .nth(3)
        .map_or(code, |(end, _)| code.get(..end).unwrap_or(code))
}

/// The section of the CPT number range (the ranges are public facts), or `hcpcs-X` by the letter of a
/// HCPCS level II code.
fn procedure_section(code: &str) -> Option<&'static str> {
    const LETTERS: [(char, &str); 16] = [
        ('A', "hcpcs-a"),
        ('B', "hcpcs-b"),
        ('C', "hcpcs-c"),
        ('D', "dental"),
        ('E', "hcpcs-e"),
        ('G', "hcpcs-g"),
        ('H', "hcpcs-h"),
        ('J', "hcpcs-j"),
        ('K', "hcpcs-k"),
        ('L', "hcpcs-l"),
        ('M', "hcpcs-m"),
        ('P', "hcpcs-p"),
        ('Q', "hcpcs-q"),
        ('R', "hcpcs-r"),
        ('S', "hcpcs-s"),
        ('V', "hcpcs-v"),
    ];
    if code.len() != 5 {
        return None;
    }
    let Ok(number) = code.parse::<u32>() else {
        return LETTERS
            .into_iter()
            .find_map(|(letter, section)| code.starts_with(letter).then_some(section));
    };
    match number {
        100..=1999 => Some("anesthesia"),
        10_000..=69_999 => Some("surgery"),
        70_000..=79_999 => Some("radiology"),
        80_000..=89_999 => Some("laboratory"),
        99_202..=99_499 => Some("evaluation"),
        90_000..=99_999 => Some("medicine"),
        _ => None,
    }
}
