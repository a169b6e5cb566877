//! Full names in small letters, of which one word is an ordinary one or an initial: "vincent ford", "gurpreet sato", "m. smalls".

use super::super::key::{WordKey, words};
use super::super::lexicon::{PLACES, SURNAMES, cue, dict};
use super::super::near::is_clear_name;
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{self, class};
use super::context::{has_demographics_after, leads_record};
use super::parts::looks_clinical;
use super::phrases::{ends_clause, is_borne, is_listed, leads_age};
use super::things::leads_chart_number;

/// Without the rare ones, which are read by themselves.
const COMMON_GIVEN: u64 = dict::FIRST | dict::FIRST_ORDINARY;

/// First and last token of a full name in small letters that the token at `at` belongs to.
pub(super) fn lower_full(page: &Page, at: usize) -> Option<(usize, usize)> {
    if page.word(at).len() == 1 {
        return initial_and_surname(page, at);
    }
    rare_given(page, at)
        .or_else(|| given_and_ordinary(page, at))
        .or_else(|| rare_and_ordinary(page, at))
}

/// A word in small letters that may be a surname.
fn is_surname(page: &Page, at: usize) -> bool {
    const OTHERS: u64 = !(cue::FACILITY_NAME | cue::EPONYM | cue::PARTICLE | cue::HUMAN_VERB);
    page.token(at).is_some_and(|token| {
        let is_long = token.len() > 3 || is_clear_name(page.dictionary(at));
        token.shape == Shape::Lower && token.gap == Gap::Space && is_long && token.cues & OTHERS == 0
    }) && (is_borne(page, at, SURNAMES) || is_short_surname(page, at))
        && !looks_clinical(page, at)
}

/// "xu", "ng": a clear surname of two small letters, which counts only beside another part of a name.
pub(super) fn is_short_surname(page: &Page, at: usize) -> bool {
    page.token(at)
        .is_some_and(|token| token.shape == Shape::Lower && token.len() == 2 && token.cues == 0 && !token.taken)
        && is_clear_name(page.dictionary(at))
}

/// What follows a name where nothing is called by it: the end of a clause, or a word that leads on.
fn goes_on(page: &Page, last: usize) -> bool {
    const LEADS: u64 = cue::CONNECTOR
        | cue::PERSON_PREP
        | cue::PERSON_VERB
        | cue::HUMAN_VERB
        | cue::PLACE_PREP
        | cue::AGED
        | cue::MRN_HEAD;
    let is_joined = page.gap(last + 1) == Gap::Glued
        && matches!(
            page.token(last + 1).map(|next| next.mark),
            Some(b'-' | b'_' | b'@' | b'/')
        );
    let is_set_off =
        page.mark_is(last + 1, b'-') && page.gap(last + 1) == Gap::Space && page.gap(last + 2) == Gap::Space;
    !is_joined
        && (ends_clause(page, last)
            || is_set_off
            || page.has(last + 1, LEADS)
            || page.word_is(
                last + 1,
                words![
                    "hit",
                    "got",
                    "gets",
                    "paid",
                    "meets",
                    "please",
                    "pls",
                    "plz",
                    "today",
                    "tomorrow",
                    "yesterday",
                    "still",
                    "pending",
                    "again",
                    "denied",
                    "approved",
                    "dos",
                    "dob",
                    "mrn",
                    "seen",
                    "admitted",
                    "treated",
                    "after",
                    "following",
                ],
            )
            || leads_record(page, last)
            || leads_degree(page, last)
            || has_demographics_after(page, last))
}

/// "upheld by pell, md": a degree that is no other word.
pub(super) fn leads_degree(page: &Page, at: usize) -> bool {
    let degree = at + 1 + usize::from(page.mark_is(at + 1, b','));
    words::is(page, degree, class::DEGREE) && !page.word_is(degree, words!["do", "pa", "od", "dc"])
}

/// "about", "for", "pt", a mark, or the beginning: what a person's name follows.
fn is_led(page: &Page, first: usize) -> bool {
    let Some(before) = first.checked_sub(1) else {
        return true;
    };
    page.has(
        before,
        cue::PERSON_PREP | cue::PERSON | cue::TITLE | cue::PROVIDER_TITLE | cue::RELATIVE,
    ) || page.word_is(before, words!["on", "to", "from", "is", "w", "have"])
        || page
            .token(before)
            .is_some_and(|lead| matches!(lead.mark, b',' | b':' | b';' | b'(' | b'/'))
        || words::is(page, before, class::PERSON_ROLE | class::PERSON_MET)
}

/// "pt c. gray, opelousas", "following up on m. smalls:", "chase f. moore of", "r. t. tuiasosopo,".
fn initial_and_surname(page: &Page, initial: usize) -> Option<(usize, usize)> {
    let is_initial = |initial: usize| {
        page.token(initial)
            .is_some_and(|token| token.shape == Shape::Lower && token.len() == 1 && token.gap > Gap::Glued)
            && page.mark_is(initial + 1, b'.')
            && page.gap(initial + 1) == Gap::Glued
            && !page.word_is(initial, words!["v"])
    };
    let is_double = is_initial(initial) && is_initial(initial + 2);
    let surname = initial + if is_double { 4 } else { 2 };
    if !is_initial(initial) {
        return None;
    }
    let last = hyphenated_end(page, surname);
    let ends = goes_on(page, last);
    let before = initial.checked_sub(1);
    let given = before.filter(|given| ends && is_full(page, *given, surname));
    if given.is_some() || !is_surname(page, surname) {
        return given.map(|given| (given, last));
    }
    // "mrs. n. okafor"
    let title = before.map(|lead| lead.saturating_sub(usize::from(page.mark_is(lead, b'.'))));
    let is_person =
        title.is_some_and(|title| page.has(title, cue::PERSON | cue::TITLE | cue::PROVIDER_TITLE | cue::RELATIVE));
    let is_before = |words: &[WordKey]| before.is_some_and(|lead| page.word_is(lead, words));
    let is_clear = is_clear_name(page.dictionary(surname))
        && (leads_record(page, last)
            || leads_chart_number(page, last + 1)
            || is_before(words!["denied", "refused", "approved"]));
    let is_asked = is_before(words!["why", "if", "when", "that", "does", "did"]);
    let may_end = is_double && page.dictionary(surname) & dict::WORD == 0 || is_asked || is_led(page, initial);
    (is_person || is_clear || may_end && ends).then_some((initial, last))
}

/// "chase f. moore", "jianling q. huang", "rania f. obeidat": a given name and a surname around an initial, of which one may be a word that no
/// list knows.
fn is_full(page: &Page, given: usize, surname: usize) -> bool {
    let is_lower = page
        .token(given)
        .is_some_and(|token| token.shape == Shape::Lower && token.len() > 2);
    let is_given = is_lower && is_listed(page, given, dict::FIRST | dict::FIRST_ORDINARY | dict::FIRST_RARE);
    let is_clear = is_given && page.dictionary(given) & dict::WORD == 0;
    is_given && is_surname(page, surname)
        || is_clear && is_unlisted(page, surname) && !looks_clinical(page, surname)
        || is_unlisted(page, given) && is_surname(page, surname) && is_clear_name(page.dictionary(surname))
}

/// A word in small letters that no list knows, or only that of rare given names.
pub(super) fn is_unlisted(page: &Page, at: usize) -> bool {
    page.token(at).is_some_and(|token| {
        token.shape == Shape::Lower && token.cues == 0 && token.len() > 3 && !token.taken && token.gap > Gap::Glued
    }) && page.dictionary(at) & !PLACES == 0
}

/// "gurpreet sato": a clear surname after a given name that few bear; "surgeon dewei liang.": after one that no list knows, where persons are told of.
fn rare_given(page: &Page, surname: usize) -> Option<(usize, usize)> {
    let given = surname.checked_sub(1).filter(|given| is_unlisted(page, *given))?;
    let is_rare = page.dictionary(given) & dict::FIRST_RARE != 0;
    let is_told =
        || page.is_informal() && !looks_clinical(page, given) && is_led(page, given) && goes_on(page, surname);
    let is_clear = is_clear_name(page.dictionary(surname)) && is_surname(page, surname);
    (is_clear && (is_rare || is_told())).then_some((given, surname))
}

/// "for harpreet gill hit": a given name that few bear and a surname that is a word too.
fn rare_and_ordinary(page: &Page, given: usize) -> Option<(usize, usize)> {
    let surname = given + 1;
    let is_rare = page
        .token(given)
        .is_some_and(|token| token.shape == Shape::Lower && token.cues == 0 && token.len() > 4 && !token.taken);
    let known = page.dictionary(given);
    let is_name = is_rare && known & dict::FIRST_RARE != 0 && known & (dict::WORD | dict::CITY) == 0;
    (is_name && is_led_by_person(page, given) && is_surname(page, surname) && goes_on(page, surname))
        .then_some((given, surname))
}

/// "about vincent ford;", "for maria brown, residential": a given name and a surname that is a word too, led by what leads to persons.
fn given_and_ordinary(page: &Page, given: usize) -> Option<(usize, usize)> {
    let surname = given + 1 + usize::from(is_middle(page, given + 1));
    let known = page.dictionary(given);
    let is_given = page.token(given).is_some_and(|token| {
        let others = !(cue::EPONYM | cue::FACILITY_NAME | cue::STATE);
        token.shape == Shape::Lower && token.cues & others == 0 && token.len() > 2 && !token.taken
    });
    let is_eponym = page.has(given, cue::EPONYM) && page.has(surname, cue::EPONYM);
    let is_hyphenated = hyphenated_end(page, surname) > surname;
    if !is_given || is_eponym || known & COMMON_GIVEN == 0 || !(is_surname(page, surname) || is_hyphenated) {
        return None;
    }
    let last = hyphenated_end(page, surname);
    let is_clear = known & dict::FIRST != 0 && known & dict::WORD == 0;
    if !is_clear
        && (words::is(page, given, class::OF_FORM) || last == surname && words::is(page, surname, class::OF_FORM))
    {
        return None;
    }
    let leads = is_led_by_person(page, given) || is_clear && page.is_informal() && is_led(page, given);
    // "otto bock or equal"
    let is_choice = !is_led_by_person(page, given) && page.word_is(last + 1, words!["or", "and"]);
    let is_told = leads && goes_on(page, last) && !is_choice && !page.has(given, cue::STATE);
    let is_name = if is_clear {
        is_told
    } else if last > surname {
        is_told && !page.has(given.saturating_sub(1), cue::PERSON_PREP)
    } else {
        let ends = ends_clause(page, last);
        let is_person = given > 0 && page.has(given - 1, cue::PERSON | cue::RELATIVE | cue::TITLE);
        let is_clear_surname = last == surname && is_clear_name(page.dictionary(last));
        is_told
            && (known & dict::FIRST != 0 || ends || is_person || is_clear_surname || is_asked_for(page, given, last))
            || ends
                && is_led(page, given)
                && page.mark_is(last + 1, b',')
                && page.token(last + 2).is_some_and(Token::has_digit)
    };
    let is_name = is_name || is_recorded(page, given, last);
    is_name.then_some((given, last))
}

/// "ann" of "ruth ann miller": a clear given name before a surname.
fn is_middle(page: &Page, at: usize) -> bool {
    let is_given = page.token(at).is_some_and(|token| {
        token.shape == Shape::Lower && token.gap == Gap::Space && token.len() > 2 && token.cues == 0
    });
    is_given && page.dictionary(at) & (dict::FIRST | dict::WORD) == dict::FIRST && is_surname(page, at + 1)
}

/// "may-grant": the last part of a surname joined by a hyphen.
fn hyphenated_end(page: &Page, surname: usize) -> usize {
    let is_joined = page.mark_is(surname + 1, b'-')
        && page.gap(surname + 1) == Gap::Glued
        && page.gap(surname + 2) == Gap::Glued
        && page.dictionary(surname + 2) & SURNAMES != 0;
    if is_joined { surname + 2 } else { surname }
}

/// "auth for faith brooks please", "saw sue young today".
fn is_asked_for(page: &Page, given: usize, last: usize) -> bool {
    !page.word_is(given, words!["summer", "spring", "winter", "art", "bill"])
        && page.word_is(
            last + 1,
            words!["please", "pls", "plz", "today", "tomorrow", "yesterday"],
        )
}

/// "for", "about", "pt is", "patient": what leads to a person more than to a thing.
fn is_led_by_person(page: &Page, first: usize) -> bool {
    const PERSONS: u64 =
        cue::PERSON_PREP | cue::NAME_LABEL | cue::PERSON | cue::TITLE | cue::PROVIDER_TITLE | cue::RELATIVE;
    let Some(before) = first.checked_sub(1) else {
        return false;
    };
    let is_linked = page.word_is(before, words!["is", "was", "of"])
        && before > 0
        && page.has(before - 1, cue::PERSON | cue::RELATIVE);
    page.has(before, PERSONS)
        || is_linked
        || page.word_is(before, words!["saw", "seeing", "called", "met"])
        || words::is(page, before, class::PERSON_ROLE | class::DEGREE)
}

/// "for faith sweet dob", "pt is guy sharp, 58,", "misty moore needs": two words that are names too, with what a person has or does after them.
fn is_recorded(page: &Page, given: usize, last: usize) -> bool {
    let comma = usize::from(page.mark_is(last + 1, b','));
    let next = last + 1 + comma;
    let has_record = page.has(next, cue::AGED | cue::MRN_HEAD)
        || page.word_is(next, words!["dob", "dos", "mrn"])
        || leads_record(page, last) && !page.has(next, cue::OTHER_WORD | cue::PATIENT_DATE)
        || has_demographics_after(page, last)
        || leads_age(page, last);
    let opens = page.starts_sentence(given)
        || (1..=3).any(|back| {
            back <= given
                && page.starts_sentence(given - back)
                && page.word_is(given - back, words!["um", "so", "ok", "well", "hi"])
        });
    let acts =
        comma == 0 && (page.has(next, cue::HUMAN_VERB) || page.word_is(next, words!["needs", "has", "had", "was"]));
    has_record && (is_led_by_person(page, given) || opens) || opens && acts
}

/// "rose reed, tonsillectomy", "following chase parsons (": beside an identifier, two words that are names too and stand as a name does.
pub(super) fn lower_beside(page: &Page, given: usize) -> Option<usize> {
    let surname = given + 1;
    let is_given = page.token(given).is_some_and(|token| {
        let others = !(cue::EPONYM | cue::FACILITY_NAME | cue::STATE | cue::MONTH);
        token.shape == Shape::Lower && token.cues & others == 0 && token.len() > 2 && token.gap > Gap::Glued
    });
    let is_other =
        |index: usize| words::is(page, index, class::OF_FORM) || page.has(index, cue::EPONYM_HEAD | cue::ORG_SUFFIX);
    if !is_given
        || page.dictionary(given) & COMMON_GIVEN == 0
        || !is_surname(page, surname)
        || is_other(given)
        || is_other(surname)
    {
        return None;
    }
    let opens = page.starts_sentence(given) || is_led(page, given) || is_led_by_person(page, given);
    let ends = ends_clause(page, surname) || page.mark_is(surname + 1, b'(') || goes_on(page, surname);
    (opens && ends).then_some(surname)
}
