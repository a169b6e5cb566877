//! Names that a turn of phrase tells, whatever else the word may mean: "pt \"Earl\"", "the patient (Banks)", "our hospitalist Parsons",
//! "the Murphy case", "Knight v." a payer.

use super::super::key::{WordKey, words};
use super::super::lexicon::{GIVEN, SURNAMES, cue, dict, hash_word};
use super::super::near::is_clear_name;
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{self, class};
use super::parts::{NO_NAMES, WORDS_OF_GRAMMAR};
use super::weighed::is_found_name;

/// A free word in small letters or with a capital that some list of names has, and that stands for a person rather than for itself.
pub(super) fn is_listed(page: &Page, at: usize, names: u64) -> bool {
    is_borne(page, at, names) && !words::is(page, at, class::OF_FORM)
}

/// A free word in small letters or with a capital that some list of names has.
pub(super) fn is_borne(page: &Page, at: usize, names: u64) -> bool {
    const OTHERS: u64 = NO_NAMES | cue::STATE | cue::EPONYM_HEAD | cue::ORG_SUFFIX;
    let is_free = page.token(at).is_some_and(|token| {
        let is_month = token.has(cue::MONTH) && token.shape == Shape::Lower;
        let is_grammar = token.has(WORDS_OF_GRAMMAR & !cue::MONTH) || is_month;
        let has_shape = matches!(token.shape, Shape::Lower | Shape::Title);
        let is_short = token.len() == 2 && token.shape == Shape::Title && is_clear_name(page.dictionary(at));
        has_shape && !token.taken && (token.len() > 2 || is_short) && !token.has(OTHERS) && !is_grammar
    });
    is_free && page.dictionary(at) & names != 0 && !words::is(page, at, class::PERSON_ROLE)
}

/// ", 58," after a name.
pub(super) fn leads_age(page: &Page, last: usize) -> bool {
    page.mark_is(last + 1, b',')
        && page.gap(last + 2) == Gap::Space
        && page.word(last + 2).len() <= 3
        && page.number(last + 2).is_some_and(|age| age <= 125)
        && page.mark_is(last + 3, b',')
}

/// Whether a clause ends after a word: a mark, or the line.
pub(super) fn ends_clause(page: &Page, last: usize) -> bool {
    page.token(last + 1).is_none_or(|next| {
        next.gap >= Gap::Line
            || matches!(next.mark, b'.' | b',' | b';' | b':' | b'?' | b'!' | b')') && next.gap == Gap::Glued
    })
}

/// The last word of a name that begins at `at`.
pub(super) fn phrased(page: &Page, at: usize) -> Option<usize> {
    let token = page.token(at)?;
    if token.taken || !matches!(token.shape, Shape::Lower | Shape::Title) {
        return None;
    }
    if is_against_payer(page, at) {
        return Some(at);
    }
    let before = at.checked_sub(1)?;
    let lead = page.token(before)?;
    let is_told = match lead.mark {
        b'"' => is_quoted(page, at),
        b'(' => is_bracketed(page, at),
        b',' => is_apposed(page, at),
        b'/' => is_spelt_again(page, at),
        0 if page.dictionary(at) & (GIVEN | SURNAMES) == 0 => is_family(page, at),
        0 => {
            is_cases(page, at)
                || is_introduced(page, at)
                || is_of_team(page, at)
                || is_doctor(page, at)
                || is_same(page, at)
                || is_self(page, at)
                || is_of_degree(page, at)
                || is_of_kin(page, at)
                || is_named_again(page, at)
        }
        _ => false,
    };
    if is_told {
        return Some(at);
    }
    helped(page, at)
}

/// `pt "Earl" refused`, `verbal auth from "June"`.
fn is_quoted(page: &Page, at: usize) -> bool {
    const SPEAKERS: &[WordKey] = words!["from", "by", "with", "to"];
    let closes = page.mark_is(at + 1, b'"') && page.gap(at + 1) == Gap::Glued && page.gap(at) == Gap::Glued;
    let Some(lead) = at.checked_sub(2).filter(|_| closes) else {
        return false;
    };
    let is_person = page.has(lead, cue::PERSON | cue::RELATIVE)
        || words::is(page, lead, class::PERSON_ROLE)
        || page.word_is(lead, words!["agent"]);
    if is_person {
        return is_listed(page, at, GIVEN | SURNAMES);
    }
    let is_speaker = page.word_is(lead, SPEAKERS)
        && (1..=5).any(|back| back <= lead && words::is(page, lead - back, class::TALK_WORD));
    let is_month = page.has(at, cue::MONTH) && page.dictionary(at) & dict::FIRST != 0;
    is_speaker && (is_listed(page, at, GIVEN | SURNAMES) || is_month)
}

/// "the patient (Banks) was", "our surgeon (Stout)".
fn is_bracketed(page: &Page, at: usize) -> bool {
    let closes = page.mark_is(at + 1, b')') && page.gap(at + 1) == Gap::Glued;
    let calls = |lead: usize| {
        page.has(lead, cue::PERSON | cue::RELATIVE) && page.token(lead).is_some_and(|word| word.shape == Shape::Lower)
            || words::is(page, lead, class::PERSON_ROLE)
    };
    let is_capitalised = page.token(at).is_some_and(Token::is_capitalised);
    // "my doc (shapiro) says"
    let is_doctor = at > 1 && page.word_is(at - 2, words!["doc", "dr", "doctor", "provider"]);
    let is_clear = is_clear_name(page.dictionary(at)) && page.is_informal() && page.word(at).len() > 3;
    closes
        && (is_capitalised || is_clear)
        && at.checked_sub(2).is_some_and(|lead| calls(lead) || is_doctor)
        && is_listed(page, at, GIVEN | SURNAMES)
}

/// "my client wren (legal name …)": a word that is a name too, before another name of the same person.
fn is_named_again(page: &Page, at: usize) -> bool {
    page.has(at - 1, cue::PERSON | cue::RELATIVE)
        && page.gap(at) == Gap::Space
        && page.mark_is(at + 1, b'(')
        && page.word_is(
            at + 2,
            words![
                "legal",
                "legally",
                "aka",
                "formerly",
                "preferred",
                "goes",
                "born",
                "dob",
                "mrn",
            ],
        )
        && is_listed(page, at, GIVEN | SURNAMES)
}

/// "wellcare's nurse, shandiin, said": a word that is none between a calling and what persons do.
fn is_apposed(page: &Page, at: usize) -> bool {
    let is_called = at
        .checked_sub(2)
        .is_some_and(|lead| words::is(page, lead, class::PERSON_ROLE) && page.word(lead).len() > 2);
    let is_name = if page.token(at).is_some_and(Token::is_capitalised) {
        is_borne(page, at, GIVEN | SURNAMES)
    } else {
        page.dictionary(at) & dict::WORD == 0 && page.token(at).is_some_and(|token| token.len() > 3 && token.cues == 0)
    };
    is_called && page.mark_is(at + 1, b',') && page.has(at + 2, cue::HUMAN_VERB | cue::PERSON_VERB) && is_name
}

/// "the Murphy case", "the Wood denial": what is called by whom it concerns.
fn is_cases(page: &Page, at: usize) -> bool {
    let known = page.dictionary(at);
    let is_led = page.word_is(at - 1, words!["the"])
        || is_clear_name(known) && page.word(at).len() > 3 && page.word_is(at - 1, words!["of", "on", "for", "about"]);
    if !is_led || !words::is(page, at + 1, class::CASE_ONE) {
        return false;
    }
    let is_capitalised = page.token(at).is_some_and(Token::is_capitalised);
    let is_name = if is_capitalised {
        is_listed(page, at, SURNAMES) && known & dict::CITY == 0
    } else {
        known & SURNAMES != 0 && known & dict::WORD == 0 && is_listed(page, at, SURNAMES)
    };
    let is_eponym = page.has(at, cue::EPONYM) && page.word_is(at + 1, words!["chart", "file", "account"]);
    let names_thing = is_eponym || words::is(page, at, class::THING_NAME) && known & dict::FIRST == 0;
    is_name && !names_thing && goes_on_plain(page, at + 1)
}

/// No further noun and no number: "the Long chart", but not "the Page claim line".
fn goes_on_plain(page: &Page, last: usize) -> bool {
    const ENDS: u64 = cue::CONNECTOR | cue::PERSON_PREP | cue::PLACE_PREP | cue::PERSON_VERB | cue::NEGATION;
    ends_clause(page, last)
        || page
            .token(last + 1)
            .is_some_and(|next| next.shape == Shape::Lower && next.has(ENDS) || next.mark == b'-')
}

/// "the Hendersons": several of a clear surname.
fn is_family(page: &Page, at: usize) -> bool {
    let word = page.word(at);
    let is_plural = page.word_is(at - 1, words!["the"])
        && word.len() > 5
        && page.token(at).is_some_and(|token| token.shape == Shape::Title);
    let known = page.dictionary(at);
    let is_free = known & (dict::WORD | dict::CITY | dict::SURNAME | dict::FIRST) == 0
        && page.token(at).is_some_and(|token| token.cues == 0);
    let one = || {
        word.strip_suffix('s')
            .map_or(0, |one| page.lexicon.dictionary(hash_word(one)))
    };
    is_plural && is_free && one() & (dict::SURNAME | dict::WORD) == dict::SURNAME
}

/// "LPN Woods,", "CRNA Mosley": a surname after a calling in capitals.
fn is_of_degree(page: &Page, at: usize) -> bool {
    let before = at - 1;
    let is_calling = page.token(before).is_some_and(|token| token.shape == Shape::Upper)
        && (words::is(page, before, class::DEGREE) || page.word_is(before, words!["lpn", "cna", "slp"]))
        && !page.word_is(before, words!["pa", "do", "od", "dc"]);
    let is_capitalised = page
        .token(at)
        .is_some_and(|token| token.shape == Shape::Title && token.gap == Gap::Space);
    let goes_on = ends_clause(page, at) || page.has(at + 1, cue::HUMAN_VERB | cue::PERSON_VERB);
    is_calling && is_capitalised && goes_on && is_listed(page, at, SURNAMES)
}

/// "aunt woods is", "sister moore says".
fn is_of_kin(page: &Page, at: usize) -> bool {
    const OTHERS: u64 = class::PERSON_STATE | class::PERSON_BASE | class::PERSON_THING | class::PERSON_ROLE;
    let is_kin = page
        .token(at - 1)
        .is_some_and(|kin| kin.has(cue::RELATIVE) && !kin.possessive && kin.shape == Shape::Lower);
    is_kin
        && page.is_informal()
        && page.has(at + 1, cue::HUMAN_VERB | cue::PERSON_VERB)
        && is_listed(page, at, SURNAMES)
        && !words::is(page, at, OTHERS)
        && !page.word_is(at, words!["still", "now", "also", "just", "never"])
}

/// "Can Long appeal herself?"
fn is_self(page: &Page, at: usize) -> bool {
    let is_capitalised = page.token(at).is_some_and(Token::is_capitalised);
    is_capitalised
        && page.word_is(
            at - 1,
            words!["can", "could", "should", "may", "will", "would", "did", "does", "must"],
        )
        && (at + 2..at + 4).any(|index| page.word_is(index, words!["herself", "himself"]))
        && is_borne(page, at, GIVEN | SURNAMES)
}

/// "Vasquez/Vazquez": another spelling of the name before it.
fn is_spelt_again(page: &Page, at: usize) -> bool {
    let is_joined = page.gap(at) == Gap::Glued && page.gap(at - 1) == Gap::Glued;
    let first = |index: usize| page.token(index).map(|token| token.first);
    is_joined
        && is_clear_name(page.dictionary(at))
        && at > 1
        && first(at) == first(at - 2)
        && is_found_name(page, at - 2)
}

/// "it's Crystal from billing".
fn is_introduced(page: &Page, at: usize) -> bool {
    let before = at - 1;
    let says_who = page.word_is(before, words!["it's", "its"])
        || page.word_is(before, words!["is"]) && before > 0 && page.word_is(before - 1, words!["it", "this"]);
    let is_capitalised = page.token(at).is_some_and(|token| token.shape == Shape::Title);
    says_who
        && (is_capitalised || is_clear_name(page.dictionary(at)) && page.word(at).len() > 3)
        && (is_listed(page, at, GIVEN)
            && page.word_is(at + 1, words!["from", "with", "over", "calling", "again", "here"])
            || (is_borne(page, at, GIVEN | SURNAMES) || is_state_too(page, at)) && page.word_is(at + 1, words!["from"]))
}

/// "Our hospitalist Parsons documented", "biller Bell said".
fn is_of_team(page: &Page, at: usize) -> bool {
    const OWNERS: &[WordKey] = words!["our", "my", "her", "his", "their", "your", "the"];
    let role = at - 1;
    let is_called =
        words::is(page, role, class::PERSON_ROLE) && page.word(role).len() > 3 && page.gap(at) == Gap::Space;
    let is_capitalised = page.token(at).is_some_and(|token| token.shape == Shape::Title);
    if !is_called || !is_capitalised || !is_listed(page, at, GIVEN | SURNAMES) {
        return false;
    }
    let next = page.word(at + 1);
    let acts = page.has(at + 1, cue::HUMAN_VERB | cue::PERSON_VERB)
        || page.token(at + 1).is_some_and(|verb| verb.shape == Shape::Lower) && next.len() > 4 && next.ends_with("ed");
    let is_owned = role > 0 && page.word_is(role - 1, OWNERS);
    // "surgeon Waters op note"
    let has_paper = page.word_is(
        at + 1,
        words!["op", "note", "notes", "report", "letter", "consult", "clinic"],
    ) && page.dictionary(at) & SURNAMES != 0;
    acts || has_paper || is_owned && ends_clause(page, at)
}

/// "doc is miller, pt adeyemi": one of a row of persons.
fn is_doctor(page: &Page, at: usize) -> bool {
    if page.word_is(at - 1, words!["surname", "lastname"]) {
        return is_borne(page, at, SURNAMES) && ends_clause(page, at);
    }
    let Some(lead) = at.checked_sub(2).filter(|_| page.word_is(at - 1, words!["is", "was"])) else {
        return false;
    };
    let is_called =
        page.word_is(lead, words!["doc", "provider", "md", "dr"]) || words::is(page, lead, class::PERSON_ROLE);
    let is_kin = page.has(lead, cue::RELATIVE | cue::PERSON)
        && page.token(at).is_some_and(Token::is_capitalised)
        && ends_clause(page, at);
    if is_kin && is_listed(page, at, GIVEN | SURNAMES) {
        return true; // "kid is Sweet;"
    }
    let is_clear = is_clear_name(page.dictionary(at));
    let is_in_row = page.mark_is(at + 1, b',') && page.has(at + 2, cue::PERSON | cue::RELATIVE);
    is_called && is_listed(page, at, SURNAMES) && (is_in_row || is_clear && ends_clause(page, at))
}

/// "now same thing for Mensah, PET scan".
fn is_same(page: &Page, at: usize) -> bool {
    if !page.word_is(at - 1, words!["for"]) {
        return false;
    }
    const SAME: &[WordKey] = words!["same", "thing", "again", "ditto", "likewise"];
    let is_capitalised = page.token(at).is_some_and(Token::is_capitalised);
    let is_clear = page.dictionary(at) & dict::WORD == 0 && page.dictionary(at) & (dict::FIRST | dict::SURNAME) != 0;
    let is_name = (is_clear || is_capitalised) && is_listed(page, at, GIVEN | SURNAMES);
    let is_again = at >= 2 && page.word_is(at - 2, SAME);
    let is_covered = is_capitalised
        && at >= 2
        && page.word_is(at - 2, words!["covering", "cover"])
        && page.word_is(at + 1, words!["this", "today", "tomorrow", "tonight", "next", "while"]);
    if is_covered && is_listed(page, at, GIVEN | SURNAMES) {
        return true; // "I'm covering for Church this week"
    }
    is_again && is_name && ends_clause(page, at)
}

/// "thx for the help w/ Reed.", "help with Iron Cloud.": whom somebody was helped with.
fn helped(page: &Page, at: usize) -> Option<usize> {
    let with = at - 1;
    let verb = if page.mark_is(with, b'/') && with > 0 && page.word_is(with - 1, words!["w"]) {
        with.checked_sub(2)?
    } else if page.word_is(with, words!["with"]) {
        with.checked_sub(1)?
    } else {
        return None;
    };
    if !page.word_is(verb, words!["help", "helped", "helping"]) {
        return None;
    }
    let is_name = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Title && token.gap == Gap::Space)
            && is_listed(page, index, GIVEN | SURNAMES)
    };
    (at..=at + 1)
        .take_while(|index| is_name(*index))
        .find(|last| ends_clause(page, *last))
}

/// "Knight v. Priority Health": a person against a payer. What courts have published is no one's secret: "Jimmo v. Sebelius".
fn is_against_payer(page: &Page, at: usize) -> bool {
    const PUBLISHED: &[WordKey] = words!["doe", "roe", "wit", "jimmo"];
    if !page.word_is(at + 1, words!["v", "vs"]) || !is_listed(page, at, GIVEN | SURNAMES) || page.word_is(at, PUBLISHED)
    {
        return false;
    }
    let payer = at + 2 + usize::from(page.mark_is(at + 2, b'.'));
    let is_payer = page.has(payer, cue::PROPER)
        || page.word_is(payer, words!["plan", "payer", "insurer", "carrier"])
        || (payer + 1..payer + 3).any(|index| page.has(index, cue::ORG_SUFFIX) && page.gap(index) == Gap::Space);
    let is_told = |index: usize| {
        let is_asked_for = page.word_is(index - 1, words!["any"]); // "any precedent?"
        words::is(page, index, class::COURT_WORD) && !is_asked_for
            || page.mark_is(index, b'(') && page.is_digits(index + 1)
    };
    let before = page.token(at.wrapping_sub(1));
    let opens = page.starts_sentence(at) || before.is_some_and(|lead| lead.mark != 0) || at == 0;
    if at > 0 && page.word_is(at - 1, words!["vs", "versus"]) {
        return false; // "Anthem vs Oscar vs Molina"
    }
    if !opens && !is_clear_name(page.dictionary(at)) {
        return false; // "Excellus policy vs Centene"
    }
    // "Amara vs Adaeze Okoro"
    let is_other = page.word_is(at + 1, words!["vs"])
        && is_clear_name(page.dictionary(at))
        && page.dictionary(payer) & dict::FIRST != 0
        && page
            .token(payer + 1)
            .is_some_and(|token| token.shape == Shape::Title && token.gap == Gap::Space)
        && page.dictionary(payer + 1) & SURNAMES != 0
        && !page.has(at, cue::EPONYM);
    // "Firestone v. Bruch and Glenn v. MetLife": one beside another is cited.
    let is_versus = |index: usize| index != at + 1 && page.word_is(index, words!["v"]) && page.mark_is(index + 1, b'.');
    (is_payer || is_other)
        && page.word(payer).len() > 2
        && !(payer..payer + 12).any(is_told)
        && !(at.saturating_sub(6)..payer + 8).any(is_versus)
}

/// "Washington", "Georgia", where families are listed.
pub(super) fn is_state_too(page: &Page, at: usize) -> bool {
    page.has(at, cue::STATE) && page.dictionary(at) & dict::SURNAME != 0
}
