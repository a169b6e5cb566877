//! Numbers of payers' documents, which look like the numbers of people's policies.

use super::super::dates::stamps::ends_criterion;
use super::super::key::{WordKey, words};
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::words::{class, is};
use super::Run;

/// How near the word "policy" stands, and how far words go that tell whose it is.
const REACH: usize = 4;
const REACH_WORDS: usize = 8;

/// "policy number MP-1.23", "see policy LAB-0031", "UHC policy 2024T0535": what a payer published. A person's policy number is longer,
/// has no full stop, and somebody owns it.
pub(super) fn is_document_number(page: &Page, run: &Run) -> bool {
    if is_accession(run.text(page)) || is_numbered_by_publisher(page, run) || is_docket(page, run) {
        return true;
    }
    let Some(policy) = (1..=REACH)
        .filter_map(|step| run.first.checked_sub(step))
        .find(|index| page.word_is(*index, words!["policy", "policies"]))
    else {
        return false;
    };
    let text = run.text(page);
    if text.contains('.') {
        return true;
    }
    if is_dated(text) {
        return true;
    }
    let is_short = run.digits <= 5;
    // "Humana policy HCS-0461-018, revised": a payer's own, however long.
    let is_payers = run.letters > 0
        && policy.checked_sub(1).is_some_and(|payer| page.has(payer, cue::PROPER))
        && tells_of_rules(page, run.last);
    (is_short || is_payers) && !is_owned(page, policy) && (is_cited(page, policy) || tells_of_rules(page, run.last))
}

/// "her policy", "the member's policy", "auto policy".
fn is_owned(page: &Page, policy: usize) -> bool {
    (1..=3).filter_map(|step| policy.checked_sub(step)).any(|index| {
        page.has(index, cue::PERSON | cue::RELATIVE | cue::TITLE)
            || page.word_is(
                index,
                words![
                    "her",
                    "his",
                    "my",
                    "their",
                    "auto",
                    "life",
                    "insurance",
                    "group",
                    "secondary",
                    "primary",
                ],
            )
    })
}

/// "see policy", "per UHC policy", "under plan policy".
fn is_cited(page: &Page, policy: usize) -> bool {
    (1..=2)
        .filter_map(|step| policy.checked_sub(step))
        .any(|index| is(page, index, class::CITING) || page.has(index, cue::PROPER | cue::POLICY_DATE))
}

/// "(botulinum toxin), clinical policy bulletin", "v7", "states", "applies".
fn tells_of_rules(page: &Page, last: usize) -> bool {
    (last + 1..last + 1 + REACH_WORDS)
        .take_while(|index| !page.starts_sentence(*index))
        .any(|index| {
            page.has(index, cue::POLICY_DATE | cue::CODE_CUE)
                || page.word_is(
                    index,
                    words![
                        "states",
                        "applies",
                        "apply",
                        "requires",
                        "covers",
                        "clinical",
                        "criteria",
                        "investigational",
                    ],
                )
        })
}

/// "2024T0535": a year, a letter, a number.
fn is_dated(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes, [b'2', b'0', b'0'..=b'9', b'0'..=b'9', letter, rest @ ..] if letter.is_ascii_alphabetic() && (3..=6).contains(&rest.len()))
}

/// "2024T0535KK", "OEI-09-16-00410", "OIG A-03-17-00010", "5468-C 06-2025": payers' policies, reports of auditors, criteria of pharmacy
/// benefits, by their form.
fn is_numbered_by_publisher(page: &Page, run: &Run) -> bool {
    let text = run.text(page);
    let is_audited = || {
        const AUDITORS: &[WordKey] = words!["oig", "gao", "hhs", "audit", "audits"];
        let near = |back: usize| { run.first.checked_sub(back) }.is_some_and(|index| page.word_is(index, AUDITORS));
        (1..=REACH).any(near)
    };
    match text.as_bytes() {
        [b'2', b'0', _, _, b'T', rest @ ..] => {
            (4..=6).contains(&rest.len()) && rest.iter().take(4).all(u8::is_ascii_digit)
        }
        [b'O', b'E', b'I', b'-', ..] | [b'G', b'A', b'O', b'-', ..] => true,
        [letter, b'-', _, _, b'-', _, _, b'-', _, _, _, _, _] => letter.is_ascii_uppercase() && is_audited(),
        _ => {
            let is_dated = page.is_digits(run.last + 1) && page.mark_is(run.last + 2, b'-');
            is_dated && run.first + 2 == run.last && ends_criterion(page, run.last)
        }
    }
}

/// "Docket 18-1514, Becerra v. Empire Health": what courts published.
fn is_docket(page: &Page, run: &Run) -> bool {
    const REACH: usize = 10;
    let Some((year, _)) = run
        .text(page)
        .split_once('-')
        .filter(|(year, _)| (1..=2).contains(&year.len()))
    else {
        return false;
    };
    let is_versus = |index: usize| page.word_is(index, words!["v", "vs"]) && page.mark_is(index + 1, b'.');
    let before = (1..=REACH).filter_map(|back| run.first.checked_sub(back));
    year.bytes().all(|byte| byte.is_ascii_digit())
        && page
            .cue_before(run.first, REACH_WORDS, cue::OTHER_WORD | cue::ID_NOUN)
            .is_some()
        && before.chain(run.last + 1..run.last + REACH).any(is_versus)
}

/// "NM_007294.4": a sequence in a public data bank.
fn is_accession(text: &str) -> bool {
    matches!(text.as_bytes(), [first, second, b'_', digit, ..]
        if first.is_ascii_uppercase() && second.is_ascii_uppercase() && digit.is_ascii_digit())
}
