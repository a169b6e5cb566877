//! What the guard looks for, for people: the answer of `ListDetectors`.

use super::kinds::PhiKind;

/// One detector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DetectorInfo {
    /// Its name, as in findings.
    pub name: &'static str,
    /// The kind it finds most; a fax cue or a label can change it.
    pub kind: PhiKind,
    /// What it recognises.
    pub detects: &'static str,
    /// What must stand beside it, or must not.
    pub cues: &'static str,
}

macro_rules! detectors {
    ($($name:literal $kind:ident $detects:literal $cues:literal;)+) => {
        /// Every detector, by kind.
        pub(super) const ALL: &[DetectorInfo] = &[$(DetectorInfo { name: $name, kind: PhiKind::$kind, detects: $detects, cues: $cues }),+];
    };
}

detectors! {
    "name.title" Name "a name after Mr., Ms., Dr. and their like" "a title; clinicians are included by policy";
    "name.label" Name "a name after patient, member, daughter, name:, called" "a person's label; small letters need a given name the dictionary knows";
    "name.shape" Name "given name and surname by dictionary and capitals" "not before syndrome, score, Inc.; one word needs a person's verb, an age or a preposition";
    "name.beside" Name "given names, surnames, initials that stand alone" "another identifier near; no eponym, drug or firm";
    "name.learned" Name "words that are likely part of a name" "all features of the word and its surroundings, weighed as labelled texts have taught; the score is the probability";
    "geo.street" Geography "house number, street name, street suffix" "an address cue lets small letters pass as a street";
    "geo.unit" Geography "apartment or suite number" "not in a payer's published address";
    "geo.post_box" Geography "post box" "not in a payer's published address";
    "geo.zip" Geography "ZIP and ZIP+4" "ZIP cue, or a state before it";
    "geo.zip3_restricted" Geography "three-digit ZIP prefix of a small area" "ZIP cue and the restricted list";
    "geo.coordinates" Geography "latitude and longitude" "three decimals or more";
    "geo.facility" Geography "named hospital, clinic, centre" "a proper name before it; generic kinds of facility pass";
    "geo.facility_cue" Geography "named facility without its noun" "seen at, admitted to, transferred to";
    "geo.county" Geography "named county, parish, borough" "a proper name before it";
    "geo.town_state" Geography "town and state" "a comma, or a known town";
    "geo.block" Geography "short lines below a line that is a name" "streets of any country, towns, post codes; a line with a code or an ordinary word ends the block";
    "geo.town" Geography "town" "from, in, lives in; a known town that is no other word";
    "geo.beside" Geography "towns and houses of care without a word of place" "another identifier near";
    "geo.learned" Geography "words that are likely part of a place or a house of care" "as name.learned";
    "date.personal" Date "dates with a day or month; days, months and holidays alone" "nearest cue: admitted, seen, born refuse; effective, revised, LCD, section pass, as does what a payer, a code or a list is said to do; without a cue a full date is refused, a part of one only beside words of care";
    "date.beside" Date "dates that the words around them leave open" "another identifier near; no word of documents right before";
    "date.learned" Date "dates that the rules leave open" "as name.learned; another identifier near";
    "age.over_89" AgeOver89 "ages over 89 in digits or words" "year-old, aged, yo; who is, a name or a relative beside the number; limits and 90 or older pass";
    "phone.number" Phone "telephone numbers" "form, or a phone cue; toll-free and payers' office numbers pass";
    "fax.number" Fax "fax numbers" "a fax cue beside the number";
    "email.address" Email "e-mail addresses" "office mailboxes (appeals@) pass";
    "ssn.form" Ssn "issued social security numbers and ITIN" "form and issuing rules; any nine digits after SSN";
    "id.label" Mrn "numbers after a label: MRN, member ID, account, licence, serial, plate, claim, study" "the label gives the kind; CPT, LCD, section, version pass";
    "id.prefix" Mrn "a number grown onto its label" "MRN, SSN, acct, member";
    "id.long_number" OtherUniqueId "long number without a label" "a person in the sentence; no NPI, no public code";
    "id.bare" OtherUniqueId "letters and digits as no public code has them, without a label" "no word of codes or documents near";
    "id.beside" OtherUniqueId "long numbers, also in groups, without a label" "another identifier near; no code, amount or document";
    "id.learned" OtherUniqueId "numbers that the rules leave open" "as name.learned; another identifier near";
    "id.spoken" OtherUniqueId "digits in words after their label" "another identifier near";
    "mbi.form" HealthPlanId "Medicare Beneficiary Identifiers" "form of 11 places";
    "card.check_digit" Account "payment cards" "issuer range and Luhn";
    "iban.check_digits" Account "IBAN" "the length of its country, remainder 97";
    "dea.check_digit" License "DEA registrations" "check digit";
    "vin.check_digit" Vehicle "vehicle identification numbers" "check digit";
    "imei.check_digit" Device "IMEI" "Luhn and a device cue";
    "cnp.check_digit" OtherUniqueId "Romanian CNP" "date inside and check digit";
    "cpf.check_digits" OtherUniqueId "Brazilian CPF" "two check digits";
    "aadhaar.check_digit" OtherUniqueId "Aadhaar" "Verhoeff";
    "url.address" Url "web addresses with a scheme" "public policy pages without a personal path pass";
    "url.host" Url "web addresses without a scheme" "www or a host's ending";
    "ip.address" Ip "IPv4 and IPv6" "not after version, section";
    "biometric.enrolled" Biometric "finger, voice, iris, face prints" "on file, template, matched; requirements of a policy pass";
    "photo.held" Photo "photographs of a face or of the patient" "attached, on file; requirements of a policy pass";
    "photo.file" Photo "image files" "file ending";
    "photo.image_data" Photo "images in base64" "magic bytes or data:image";
    "encoded.unread" OtherUniqueId "encoded text beyond what is decoded of one input" "readable base64 or hexadecimal";
    "input.too_long" OtherUniqueId "text beyond the longest input" "refused unread";
}
