//! Mailboxes and hosts that are nobody's own: offices, regulators, payers, journals.

use super::FieldContext;
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
pub(super) const PUBLIC_HOSTS: &[&str] = &[
    "gov",
    "mil",
    "edu",
    "who.int",
    "ama-assn.org",
    "x12.org",
    "wpc-edi.com",
    "hl7.org",
    "nccn.org",
    "asco.org",
    "acr.org",
    "aafp.org",
    "cochrane.org",
    "cochranelibrary.com",
    "nejm.org",
    "jamanetwork.com",
    "thelancet.com",
    "bmj.com",
    "nature.com",
    "sciencedirect.com",
    "springer.com",
    "wiley.com",
    "doi.org",
    "uptodate.com",
    "aetna.com",
    "cigna.com",
    "humana.com",
    "anthem.com",
    "uhc.com",
    "uhcprovider.com",
    "unitedhealthcare.com",
    "optum.com",
    "bcbs.com",
    "carefirst.com",
    "highmark.com",
    "kp.org",
    "kaiserpermanente.org",
    "molinahealthcare.com",
    "centene.com",
    "ambetterhealth.com",
    "wellcare.com",
    "evicore.com",
    "carelon.com",
    "carelonmedicalbenefitsmanagement.com",
    "mcg.com",
    "interqual.com",
    "availity.com",
    "noridianmedicare.com",
    "novitas-solutions.com",
    "palmettogba.com",
    "cgsmedicare.com",
    "ngsmedicare.com",
    "fcso.com",
    "wpsgha.com",
    "qualityforum.org",
    "ncqa.org",
    "diabetes.org",
    "heart.org",
    "acc.org",
    "aan.com",
    "aaos.org",
    "acog.org",
    "healthcare.gov",
    "federalregister.gov",
    "ecfr.gov",
    "kff.org",
    "express-scripts.com",
    "caremark.com",
    "optumrx.com",
    "hayesinc.com",
    "medicare.org",
    "naic.org",
    "apa.org",
    "psychiatry.org",
    "asam.org",
];

/// Parts of host names that only insurers and their plans use.
pub(super) const INSURER_WORDS: &[&str] = &[
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

/// Path words that tie a page to one person.
pub(super) const PERSONAL_PATH: &[&str] = &[
    "patient", "patients", "member", "members", "chart", "mychart", "mrn", "u", "user", "users", "profile", "account",
    "record", "portal",
];

/// Endings of a bare host ("clinic.com") that are hardly ever a missing blank after a full stop.
pub(super) const HOST_ENDINGS: &[&str] = &[
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
    let is_public = PUBLIC_HOSTS.iter().any(|public| {
        host.len() >= public.len()
            && host
                .get(host.len() - public.len()..)
                .is_some_and(|end| end.eq_ignore_ascii_case(public))
            && matches!(
                host.as_bytes().get(host.len().wrapping_sub(public.len() + 1)),
                None | Some(b'.')
            )
    });
    let lower = host.to_ascii_lowercase();
    let is_insurer = INSURER_WORDS.iter().any(|word| lower.contains(word))
        && !lower.contains("patient")
        && !lower.contains("mychart");
    (is_public || is_insurer) && !(path..=last).any(|at| page.word_is(at, PERSONAL_PATH))
}
