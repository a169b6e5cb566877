//! The sections of the lists in `data/`: what a word of each tells, a bit for each.

macro_rules! bits {
    ($(#[$doc:meta])* $module:ident, $sections:ident: $($name:ident = $section:literal),+ $(,)?) => {
        $(#[$doc])*
        pub(super) mod $module {
            #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants only number the constants below")]
            enum Index { $($name),+ }
            $(pub(in super::super) const $name: u64 = 1 << Index::$name as u64;)+
        }
        pub(super) const $sections: &[(&str, u64)] = &[$(($section, $module::$name)),+];
        const _: () = assert!($sections.len() <= 64);
    };
}

bits! {
    /// What the large dictionaries know of a word.
    dict, DICTIONARY_SECTIONS:
    FIRST = "first", FIRST_ORDINARY = "first_ordinary", SURNAME = "surname", SURNAME_ORDINARY = "surname_ordinary",
    WORD = "word", CITY = "city", TOWN = "town",
    HOUSE = "house", PRACTICE = "practice", CHAIN = "chain", SITE = "site", MOVE = "move", STAY = "stay", WAY = "way",
    FIRST_RARE = "first_rare",
}
const _: () = assert!(DICTIONARY_SECTIONS.len() <= 15);

bits! {
    /// What a word can be a cue for; the sections of `data/cues.txt`.
    cue, CUE_SECTIONS:
    TITLE = "title", PROVIDER_TITLE = "provider_title", PERSON = "person", RELATIVE = "relative", NAME_LABEL = "name_label",
    PERSON_VERB = "person_verb", PERSON_PREP = "person_prep", MONTH = "month", PATIENT_DATE = "patient_date",
    POLICY_DATE = "policy_date", UNIT = "unit", PHONE = "phone", FAX = "fax", ORG_CONTACT = "org_contact", ID_NOUN = "id_noun",
    SSN_HEAD = "ssn_head", MRN_HEAD = "mrn_head", MRN_WORD = "mrn_word", PLAN_HEAD = "plan_head", PLAN_WORD = "plan_word",
    ACCOUNT_HEAD = "account_head", ACCOUNT_WORD = "account_word", LICENSE_HEAD = "license_head", LICENSE_WORD = "license_word",
    VEHICLE_HEAD = "vehicle_head", VEHICLE_WORD = "vehicle_word", DEVICE_HEAD = "device_head", DEVICE_WORD = "device_word",
    OTHER_HEAD = "other_head", OTHER_WORD = "other_word", CODE_CUE = "code_cue", CONNECTOR = "connector", AGED = "ages",
    AGE_UNIT = "age_unit", EPONYM_HEAD = "eponym_head", ORG_SUFFIX = "org_suffix", FACILITY_HEAD = "facility_head",
    FACILITY_PAIR = "facility_pair", FACILITY_GENERIC = "facility_generic", FACILITY_NAME = "facility_name",
    FACILITY_VERB = "facility_verb", PLACE_PREP = "place_prep", PLACE_STRONG = "place_strong", PLACE_NOUN = "place_noun",
    PLACE_TAIL = "place_tail", STREET_SUFFIX = "street_suffix", STREET_SHORT = "street_short", UNIT_LABEL = "unit_label",
    ADDRESS_CUE = "address_cue", ZIP_CUE = "zip_cue", STATE = "state", STATE_ABBR = "state_abbr",
    PARTICLE = "particle", ORDINAL = "ordinal", BIOMETRIC = "biometric",
    MEDIA_USE = "media_use", PHOTO = "photo", FACE = "photo_face", NEGATION = "negation", PROPER = "proper", EPONYM = "eponym", AGE_WORD = "age_word", HUMAN_VERB = "human_verb",
}
const _: () = assert!(CUE_SECTIONS.len() <= 63);

/// Marks a cue that begins a phrase.
pub(super) const STARTS_PHRASE: u64 = 1 << 63;

bits! {
    /// What a word tells; the sections of the files.
    class, CLASS_SECTIONS:
    PRONOUN = "pronoun", PEOPLE = "people", CARE_VERB = "care_verb", CARE_NOUN = "care_noun", DOCUMENT_WORD = "document_word",
    OF_PEOPLE_TOO = "of_people_too", DOCUMENT_SUBJECT = "document_subject", PERMISSION = "permission",
    OF_PERMISSION = "of_permission", RULED = "ruled", WEEK_DAY = "week_day", COUNTED = "counted", SCALE = "scale",
    MEASURING = "measuring", TIME_WORD = "time_word", BUSINESS = "business", MONTH_LEAD = "month_lead",
    HOLIDAY_TAIL = "holiday_tail", MONTH_NAME = "month_name", OF_MANY_THINGS = "of_many_things", OF_BOTH = "of_both",
    MEASURE = "measure", CITING = "citing", STAMP = "stamp", DOCUMENT_NAME = "document_name", WARD = "ward", WORKS = "works",
    PREMISES = "premises", INSTITUTION = "institution", EMERGENCY = "emergency", PERSON_BASE = "person_base",
    PERSON_STATE = "person_state", PERSON_THING = "person_thing", PERSON_MET = "person_met", PERSON_GIVEN = "person_given",
    PERSON_ROLE = "person_role", ADDRESSED = "addressed", GREETING = "greeting", THING_NAME = "thing_name", CARE_HOUSE = "care_house",
    OF_FORM = "of_form", TALK_WORD = "talk_word", CASE_ONE = "case_one", CASE_MANY = "case_many", COURT_WORD = "court_word", DEGREE = "degree",
    CHIEFLY_TOWN = "chiefly_town", CARE_BRAND = "care_brand", BEGINS_PHRASE = "begins_phrase", PRACTICE_LEAD = "practice_lead",
}
