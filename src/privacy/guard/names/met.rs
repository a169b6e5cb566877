//! Who meets, treats and tells of a possible name: "saw Delacroix", "the referral for Ochoa", "switch Okafor to", "nurse Rochelle".

use super::super::key::{WordKey, words};
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::super::words::{self, class};
use super::evidence::{Evidence, is_lower};

/// What may stand after a name that is an object: the end of a clause, or a word that holds a sentence together.
fn ends_object(page: &Page, last: usize) -> bool {
    let Some(next) = page.token(last + 1) else { return true };
    let ends = next.gap >= Gap::Line
        || next.gap == Gap::Space && matches!(next.mark, b'-' | b'/')
        || matches!(next.mark, b'.' | b',' | b';' | b':' | b'?' | b'!' | b')' | b'(' | b'"');
    let goes_on = next.shape == Shape::Lower
        && (next.has(
            cue::CONNECTOR | cue::PERSON_VERB | cue::PERSON_PREP | cue::PLACE_PREP | cue::HUMAN_VERB | cue::PERSON,
        ) || page.word_is(
            last + 1,
            words![
                "today",
                "yesterday",
                "tonight",
                "tomorrow",
                "again",
                "back",
                "last",
                "before",
                "after",
                "at",
                "off",
                "because",
                "while",
                "until",
                "still",
                "explaining",
                "telling",
                "asking",
                "came",
                "off",
                "since",
                "first",
                "twice",
                "who",
                "during",
                "per",
                "now",
                "home",
                "once",
                "saying",
            ],
        ));
    let verb = page.word(last + 1);
    ends || goes_on || next.shape == Shape::Lower && verb.len() > 4 && verb.ends_with("ed") // "auth for Ochoa expired"
}

/// "saw Delacroix", "refer to Fujimoto", "consulted on Fairweather", "switch Okafor to", "NP Littlefeather".
pub(super) fn follows_meeting(page: &Page, first: usize, last: usize) -> Evidence {
    let Some(before) = first.checked_sub(1) else {
        return Evidence::None;
    };
    let is_owner = page.token(last).is_some_and(|token| token.possessive);
    let names_thing = page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) && page.gap(last + 1) <= Gap::Space;
    if page.starts_sentence(first) || is_owner || names_thing || page.gap(first) > Gap::Line {
        return Evidence::None;
    }
    let called = follows_calling(page, before, last);
    if called > Evidence::None {
        return called;
    }
    if page.token(before).is_some_and(|token| token.mark != 0) {
        return follows_mark(page, before, last);
    }
    if is_aged(page, before) {
        return Evidence::Strong;
    }
    let is_told = page.word_is(before, words!["is", "was"]) && is_named_on(page, before)
        || page.word_is(before, words!["was"]) && page.word_is(last + 1, words!["who"]);
    let ends = ends_object(page, last);
    Evidence::Strong
        .when(is_told)
        .max(is_met(page, before, ends))
        .max(is_had(page, before, last))
        .max(Evidence::Some.when(is_given(page, before, last) || ends && is_object(page, before)))
}

/// "Name on the wristband: Szalai", "new consult: Caffee, pancreatitis", "my 9am, Haigler, has".
fn follows_mark(page: &Page, mark: usize, last: usize) -> Evidence {
    if page.mark_is(mark, b':') {
        // "scribe: jaya;"
        let is_called = mark > 0
            && (words::is(page, mark - 1, class::PERSON_ROLE)
                || page.word_is(mark - 1, words!["rendering", "referring", "ordering", "supervising"]));
        let is_role = is_called && ends_object(page, last);
        let is_announced = is_role
            || mark
                .checked_sub(1)
                .is_some_and(|lead| words::is(page, lead, class::PERSON_MET))
                && page.mark_is(last + 1, b',');
        return Evidence::Strong
            .when(is_named_on(page, mark))
            .max(Evidence::Some.when(is_announced));
    }
    let is_apposed = page.mark_is(mark, b',') && page.mark_is(last + 1, b',');
    let has_verb = page.word_is(
        last + 2,
        words!["has", "had", "is", "was", "wants", "needs", "says", "came", "refuses"],
    );
    Evidence::Some.when(is_apposed && has_verb)
}

/// "72M Tilghman", "a 72 M Tilghman", "42 yo f ruzicka".
fn is_aged(page: &Page, before: usize) -> bool {
    let word = page.word(before);
    let age = word.strip_suffix(['M', 'F', 'm', 'f', 'y']).unwrap_or(word);
    let is_years = |age: &str| matches!(age.len(), 1..=3) && age.bytes().all(|byte| byte.is_ascii_digit());
    let unit = before.saturating_sub(1);
    let years = unit.saturating_sub(usize::from(page.word_is(unit, words!["yo", "y"])));
    word.len() > age.len() && (is_years(age) || age.is_empty() && before > 0 && page.is_digits(years))
}

/// "nurse Rochelle", "the PCP (Ostrowski,", "our fellow, Xiomara,", "his partner Tyler".
fn follows_calling(page: &Page, before: usize, last: usize) -> Evidence {
    let is_marked = |index: usize, marks: &[u8]| page.token(index).is_some_and(|token| marks.contains(&token.mark));
    let is_apposed = is_marked(before, b",(") && (page.token(last + 1).is_none() || is_marked(last + 1, b",)."));
    let Some(role) = (if is_apposed {
        before.checked_sub(1)
    } else {
        Some(before)
    }) else {
        return Evidence::None;
    };
    let Some(calling) = page.token(role) else {
        return Evidence::None;
    };
    let is_long = calling.len() > 2;
    if words::is(page, role, class::PERSON_ROLE) && (is_long || !is_apposed) {
        return if is_long { Evidence::Strong } else { Evidence::Some };
    }
    Evidence::Some.when(role == before && calling.has(cue::RELATIVE) && !calling.possessive && is_lower(page, role))
}

/// "saw Delacroix", "the referral for Ochoa", "spoke to Kunayak".
fn is_met(page: &Page, before: usize, ends: bool) -> Evidence {
    let is_about = page.word_is(before, words!["re", "regarding"]);
    let is_link = is_about
        || page.word_is(
            before,
            words!["for", "on", "to", "with", "about", "of", "from", "by", "up"],
        );
    let lead = if is_link { before.checked_sub(1) } else { Some(before) };
    let meets = lead.is_some_and(|lead| page.gap(lead) != Gap::Glued && words::is(page, lead, class::PERSON_MET));
    if !(meets || is_about && ends) {
        return Evidence::None;
    }
    // "note by", "questions of": what is made by persons and by others.
    let is_loose = page.word_is(before, words!["by", "of", "to", "from"])
        && !lead.is_some_and(|lead| {
            page.word_is(
                lead,
                words!["letter", "message", "refer", "referred", "spoke", "talked", "note"],
            )
        });
    // "saw Hazel in clinic", "saw Cash today"
    let is_seen = page.word_is(before, words!["saw"])
        && page.token(before + 1).is_some_and(|name| name.shape == Shape::Title)
        && page.word_is(before + 2, words!["in", "today", "yesterday", "again", "this", "last"]);
    Evidence::Some
        .max(Evidence::Strong.when(ends && !is_loose))
        .max(Evidence::Decisive.when(is_seen))
}

/// "I have Wanjikuru in clinic tomorrow".
fn is_had(page: &Page, before: usize, last: usize) -> Evidence {
    let has = page.word_is(before, words!["have", "had", "got"])
        && page.word_is(last + 1, words!["in", "on", "here", "coming"]);
    let is_placed = page.word_is(last + 2, words!["clinic", "bed", "room", "icu", "triage", "in"]);
    Evidence::Some.when(has).max(Evidence::Strong.when(has && is_placed))
}

/// "give Oyelaran toradol", "switch Okafor to", "wean Rivera off".
fn is_given(page: &Page, before: usize, last: usize) -> bool {
    const AFTER: &[WordKey] = words![
        "on", "off", "to", "from", "back", "home", "a", "an", "her", "his", "the", "iv", "po", "with", "up", "two",
    ];
    words::is(page, before, class::PERSON_GIVEN)
        && (page.word_is(last + 1, AFTER)
            || page.word_is(before, words!["give", "gave", "giving", "given"]) && is_lower(page, last + 1))
}

/// "for Ochoa", "than Ochoa", "weaning Rivera", "swabbed Brandes", "handing off Terranova": the object of a preposition or of what is done to persons.
fn is_object(page: &Page, before: usize) -> bool {
    const LINKS: &[WordKey] = words![
        "for", "on", "with", "about", "in", "than", "per", "says", "said", "asked", "told", "let", "between",
    ];
    // Ways of doing something by a method, which an eponym names.
    const METHODS: &[WordKey] = words![
        "using",
        "modified",
        "called",
        "including",
        "repeated",
        "revised",
        "adjusted",
        "based",
        "taking",
        "taken",
    ];
    const DONE_BY: &[WordKey] = words![
        "out",
        "off",
        "over",
        "ordered",
        "signed",
        "noted",
        "seen",
        "written",
        "cosigned",
        "placed",
        "called",
        "faxed",
        "sent",
        "dictated",
        "submitted",
        "entered",
    ];
    const HANDED: &[WordKey] = words![
        "handing", "hand", "handed", "signing", "belongs", "belong", "due", "happened", "look", "looked", "looking",
    ];
    let verb = page.word(before);
    let is_done = verb.len() > 5 && (verb.ends_with("ing") || verb.ends_with("ed")) && !page.word_is(before, METHODS);
    let opens = page.starts_sentence(before) && page.dictionary(before) & dict::WORD != 0;
    let is_handed = page.word_is(before, words!["off", "to", "at"])
        && before.checked_sub(1).is_some_and(|lead| page.word_is(lead, HANDED));
    let is_by =
        page.word_is(before, words!["by"]) && before.checked_sub(1).is_some_and(|lead| page.word_is(lead, DONE_BY));
    page.word_is(before, LINKS) || is_done && (is_lower(page, before) || opens) || is_handed || is_by
}

/// "the name on the slip is", "Name on the wristband:".
fn is_named_on(page: &Page, at: usize) -> bool {
    page.cue_before(at, 6, cue::NAME_LABEL).is_some_and(|label| {
        page.word_is(label, words!["name", "surname"]) && page.word_is(label + 1, words!["on", "in", "is", "was"])
    }) || at.checked_sub(1).is_some_and(|before| page.has(before, cue::PERSON))
}

/// "a note to Takahashi": a surname that no large town has, after what is written to persons.
pub(in super::super) fn is_addressee(page: &Page, at: usize) -> bool {
    const WRITTEN: &[WordKey] = words![
        "note", "letter", "message", "email", "text", "copy", "fax", "call", "reply", "memo", "reminder",
    ];
    let known = page.dictionary(at);
    known & (dict::FIRST | dict::SURNAME) != 0
        && known & (dict::CITY | dict::WORD) == 0
        && at >= 2
        && page.word_is(at - 1, words!["to"])
        && page.word_is(at - 2, WRITTEN)
}
