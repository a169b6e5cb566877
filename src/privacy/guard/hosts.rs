//! Mailboxes and hosts that are nobody's own: offices, regulators, payers, journals.

use super::FieldContext;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::key::{WordKey, words};
use super::page::Page;

/// Mailboxes of an office, not of a person.
pub(super) const OFFICE_MAILBOXES: &[&str] = &[
    "appeals",
    "appeal",
    "claims",
    "info",
    "support",
    "noreply",
    "no-reply",
    "help",
    "contact",
    "medicalpolicy",
    "compliance",
    "grievances",
    "benefits",
    "customerservice",
    "providerrelations",
    "providerservices",
    "webmaster",
    "privacy",
    "billing",
    "prior-auth",
    "priorauth",
    "um",
    "utilizationmanagement",
];

/// Hosts of public citations: regulators, payers' policy pages, guidelines, journals. A name matches itself and what ends in `.name`.
/// Sorted, to be searched in halves.
pub(super) const PUBLIC_HOSTS: &[&str] = &[
    "aafp.org",
    "aan.com",
    "aaos.org",
    "acc.org",
    "acog.org",
    "acr.org",
    "aetna.com",
    "ama-assn.org",
    "ambetterhealth.com",
    "anthem.com",
    "apa.org",
    "asam.org",
    "asco.org",
    "availity.com",
    "bcbs.com",
    "bmj.com",
    "carefirst.com",
    "carelon.com",
    "carelonmedicalbenefitsmanagement.com",
    "caremark.com",
    "centene.com",
    "cgsmedicare.com",
    "cigna.com",
    "cochrane.org",
    "cochranelibrary.com",
    "diabetes.org",
    "doi.org",
    "ecfr.gov",
    "edu",
    "evicore.com",
    "express-scripts.com",
    "fcso.com",
    "federalregister.gov",
    "gov",
    "hayesinc.com",
    "healthcare.gov",
    "heart.org",
    "highmark.com",
    "hl7.org",
    "humana.com",
    "interqual.com",
    "jamanetwork.com",
    "kaiserpermanente.org",
    "kff.org",
    "kp.org",
    "mcg.com",
    "medicare.org",
    "mil",
    "molinahealthcare.com",
    "naic.org",
    "nature.com",
    "nccn.org",
    "ncqa.org",
    "nejm.org",
    "ngsmedicare.com",
    "noridianmedicare.com",
    "novitas-solutions.com",
    "optum.com",
    "optumrx.com",
    "palmettogba.com",
    "psychiatry.org",
    "qualityforum.org",
    "sciencedirect.com",
    "springer.com",
    "thelancet.com",
    "uhc.com",
    "uhcprovider.com",
    "unitedhealthcare.com",
    "uptodate.com",
    "wellcare.com",
    "who.int",
    "wiley.com",
    "wpc-edi.com",
    "wpsgha.com",
    "x12.org",
];

/// Parts of host names that only insurers and their plans use.
const INSURER_WORDS: &[&str] = &[
    "bluecross",
    "blueshield",
    "empireblue",
    "floridablue",
    "azblue",
    "horizonblue",
    "anthemblue",
    "bcbs",
    "healthplan",
    "medicare",
    "medicaid",
    "insurance",
    "advantage",
    "healthnet",
    "premera",
    "regence",
    "aetna",
    "cigna",
    "humana",
    "anthem",
    "geisinger",
    "emblem",
    "amerigroup",
    "caresource",
    "fidelis",
    "excellus",
    "wellmark",
    "horizon",
    "healthpartners",
    "selecthealth",
    "priorityhealth",
    "moda",
    "devoted",
    "hioscar",
    "clover",
    "deltadental",
    "metlife",
    "guardianlife",
    "vsp",
    "sedgwick",
    "corvel",
    "umr",
    "meritain",
    "iehp",
    "lacare",
    "caloptima",
    "mvphealth",
    "connecticare",
    "point32",
    "tufts",
    "harvardpilgrim",
    "hcsc",
    "ibx",
    "guidewell",
    "medica",
    "magellan",
    "navitus",
    "multiplan",
    "sunshinehealth",
    "superiorhealth",
    "brighthealth",
    "alignment",
    "uhccommunity",
    "trustmark",
    "gallagher",
    "luminare",
    "homestate",
    "totalcare",
];

/// Finds all of them in one look at a host; `None` only if they were too many to build it of.
static INSURERS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(INSURER_WORDS).ok());

/// Path words that tie a page to one person.
pub(super) const PERSONAL_PATH: &[WordKey] = words![
    "patient", "patients", "member", "members", "chart", "mychart", "mrn", "u", "user", "users", "profile", "account",
    "record", "portal",
];

/// Endings of a bare host ("clinic.com") that are hardly ever a missing blank after a full stop.
pub(super) const HOST_ENDINGS: &[WordKey] = words![
    "com", "net", "org", "io", "info", "biz", "us", "health", "care", "clinic", "co", "app", "example", "ai", "me",
    "uk", "ca", "de", "ro",
];

/// A page of a regulator, payer, guideline or journal whose path names no person. Patient-linked fields have no citations.
pub(super) fn is_public_citation(page: &Page, first: usize, last: usize) -> bool {
    if page.context == FieldContext::PatientLinked {
        return false;
    }
    let path = (first..=last).find(|at| page.mark_is(*at, b'/')).unwrap_or(last + 1);
    let (Some(from), Some(to)) = (page.token(first), page.token(path.saturating_sub(1))) else {
        return false;
    };
    let host = page.text.get(from.start as usize..to.end as usize).unwrap_or("");
    let lower = host.to_ascii_lowercase();
    (is_public(&lower) || is_insurers(&lower)) && !(path..=last).any(|at| page.word_is(at, PERSONAL_PATH))
}

/// Whether a host, or a domain it belongs to, is listed.
fn is_public(host: &str) -> bool {
    let is_listed = |name: &str| PUBLIC_HOSTS.binary_search(&name).is_ok();
    is_listed(host)
        || memchr::memchr_iter(b'.', host.as_bytes())
            .filter_map(|stop| host.get(stop + 1..))
            .any(is_listed)
}

fn is_insurers(host: &str) -> bool {
    INSURERS.as_ref().is_some_and(|insurers| insurers.is_match(host))
        && !host.contains("patient")
        && !host.contains("mychart")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_hosts_are_sorted_and_found_by_themselves_and_their_ends() {
        assert!(PUBLIC_HOSTS.is_sorted());
        assert!(is_public("cms.gov") && is_public("gov") && is_public("pubs.who.int"));
        assert!(!is_public("who.int.example") && !is_public("notgov") && !is_public(""));
    }
}
