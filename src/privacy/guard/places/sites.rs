//! Places known by what stands beside a name and by nothing else: wards, works and schools, houses with an article, villages no list
//! knows, lakes and roads.

use super::super::dates::context::is_about_person;
use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{class, is};

/// Words that no site is named with.
const OTHER_MATTER: u64 =
    cue::PROPER | cue::CODE_CUE | cue::MONTH | cue::TITLE | cue::PROVIDER_TITLE | cue::PERSON | cue::RELATIVE;

/// A site that begins with a capitalised word. Nearly all of them follow a small word or a comma, which is asked for first.
pub(super) fn site(page: &mut Page, at: usize) -> Option<usize> {
    const LEADS: u64 = cue::PLACE_PREP | cue::CONNECTOR | cue::PERSON_PREP | cue::PLACE_STRONG;
    let (token, next) = (page.tokens.get(at)?, page.tokens.get(at + 1));
    let leads = |before: &Token| {
        before.shape != Shape::Upper
            && (before.has(LEADS) || matches!(before.mark, b',' | b'(') || before.first == b'o' && before.len() == 3)
    };
    let is_led = !token.starts_sentence
        && !token.has(OTHER_MATTER)
        && page.before(at).is_some_and(leads)
        && !is_bearer_of_role(page, at);
    let last = if is_led {
        led_site(page, at)
    } else if next.is_some_and(|next| next.mark == b'-') {
        hyphened_town(page, at)
    } else if token.shape == Shape::Upper && token.len() <= 5 {
        land(page, at)
    } else {
        None
    }?;
    page.report(at, last, PhiKind::Geography, 0.7, "geo.facility_cue");
    Some(last)
}

/// "the registrar, Boateng, in her absence": who has the role is no place.
fn is_bearer_of_role(page: &Page, at: usize) -> bool {
    at >= 2 && page.mark_is(at - 1, b',') && is(page, at - 2, class::PERSON_ROLE) && page.mark_is(at + 1, b',')
}

fn led_site(page: &Page, at: usize) -> Option<usize> {
    hyphened_town(page, at)
        .or_else(|| noted_site(page, at))
        .or_else(|| house_with_article(page, at))
        .or_else(|| shortened_house(page, at))
        .or_else(|| land(page, at))
        .or_else(|| road(page, at))
        .or_else(|| unlisted_town(page, at))
        .or_else(|| home_of_two_words(page, at))
        .or_else(|| shop(page, at))
        .or_else(|| caller(page, at))
        .or_else(|| heading(page, at))
}

fn is_title(page: &Page, index: usize) -> bool {
    page.token(index)
        .is_some_and(|token| token.shape == Shape::Title && token.gap == Gap::Space)
}

fn follows(page: &Page, at: usize, words: &[WordKey]) -> bool {
    !page.starts_sentence(at) && at.checked_sub(1).is_some_and(|before| page.word_is(before, words))
}

/// "Stoke-on-Trent", "Tir-y-Berth", "Ashby-de-la-Zouch": a name and another joined by small words.
fn hyphened_town(page: &Page, at: usize) -> Option<usize> {
    const LINKS: &[WordKey] = words![
        "on", "in", "by", "upon", "under", "le", "la", "de", "y", "yr", "the", "sur", "en", "am", "cum", "next",
    ];
    let joined = |index: usize| page.gap(index) == Gap::Glued;
    let mut last = at;
    let mut links = 0;
    while links < 3
        && page.mark_is(last + 1, b'-')
        && joined(last + 1)
        && joined(last + 2)
        && page.word_is(last + 2, LINKS)
    {
        last += 2;
        links += 1;
    }
    let end = last + 2;
    let is_name = page
        .token(end)
        .is_some_and(|token| token.shape == Shape::Title && token.len() > 2)
        && (page.dictionary(end) & dict::WORD == 0
            || page.word_is(last, words!["y", "yr", "upon", "le", "la", "de", "sur", "cum"])
            || page.word_is(end, words!["sea", "water", "hill", "marsh", "wold"]));
    let begins = page
        .token(at)
        .is_some_and(|token| token.shape == Shape::Title && token.len() > 2);
    (links > 0 && begins && page.mark_is(last + 1, b'-') && joined(last + 1) && joined(end) && is_name).then_some(end)
}

/// "Nightingale ward", "Bay 3, Cedar Unit", "the Solihull Rover site", "Little Acorns Nursery".
fn noted_site(page: &Page, at: usize) -> Option<usize> {
    let noun = (at + 1..=at + 4)
        .take_while(|index| page.gap(*index) == Gap::Space)
        .find(|index| is(page, *index, class::WARD | class::WORKS))?;
    let is_name = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Title && !token.possessive && !token.has(OTHER_MATTER))
    };
    const LEADS: &[WordKey] = words![
        "on", "in", "to", "from", "at", "the", "of", "near", "off", "by", "a", "an", "his", "her", "my", "our",
    ];
    let follows_mark = page.before(at).is_some_and(|before| matches!(before.mark, b',' | b'('));
    let is_led = follows(page, at, LEADS) || follows_mark;
    let closes = !page.has(noun + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) && !is_title(page, noun + 1)
        || page.gap(noun + 1) > Gap::Space;
    if !is_led || !closes || !(at..noun).all(is_name) {
        return None;
    }
    let is_generic = |index: usize| page.has(index, cue::FACILITY_GENERIC | cue::UNIT);
    let tells = |index: usize| {
        let known = page.dictionary(index);
        let is_word = known & dict::WORD != 0;
        !is_generic(index)
            && !page.has(index, cue::EPONYM)
            && known & (dict::PRACTICE | dict::SITE) == 0
            && (!is_word || page.has(index, cue::FACILITY_NAME))
            && page.word(index).len() > 3
    };
    let is_ward = is(page, noun, class::WARD);
    let is_titled = !is_ward && is_title(page, noun) && noun > at + 1 && !(at..noun).all(is_generic);
    // Wards are called after persons, whatever else their names mean.
    let is_eponymous = page.word_is(noun, words!["ward"])
        && noun == at + 1
        && !is_generic(at)
        && (page.has(at, cue::EPONYM) || page.dictionary(at) & (dict::SURNAME | dict::SURNAME_ORDINARY) != 0);
    ((at..noun).any(tells) || is_titled || is_eponymous).then_some(noun)
}

/// "moved to The Larches", "at The Gables": homes are called so, and the article is a part of the name.
fn house_with_article(page: &Page, at: usize) -> Option<usize> {
    let name = at + 1;
    let lead = at.checked_sub(1)?;
    let is_article = page.word_is(at, words!["the"]) && !page.starts_sentence(at) && is_title(page, name);
    if !is_article || page.has(name, OTHER_MATTER | cue::EPONYM) || page.word(name).len() < 4 {
        return None;
    }
    let is_moved = (1..=4)
        .filter_map(|back| lead.checked_sub(back))
        .any(|index| page.dictionary(index) & (dict::MOVE | dict::STAY) != 0 || is(page, index, class::CARE_VERB))
        || at >= 3 && page.word_is(lead - 1, words!["her", "him", "mum", "mom", "dad"]);
    let is_led = page.word_is(lead, words!["at"]) || page.word_is(lead, words!["to", "from", "in"]) && is_moved;
    let last = if is_title(page, name + 1) { name + 1 } else { name };
    let is_house = last == name || page.dictionary(last) & dict::HOUSE != 0;
    (is_led && is_house && !is_title(page, last + 1)).then_some(last)
}

/// "on Ward 17 at the Vic", "seen at the Royal": what a town calls its hospital.
fn shortened_house(page: &Page, at: usize) -> Option<usize> {
    const SHORT: &[WordKey] = words![
        "royal",
        "general",
        "infirmary",
        "vic",
        "western",
        "northern",
        "southern",
        "county",
        "cottage",
        "freeman",
        "alfred",
        "radcliffe",
        "women's",
        "children's",
    ];
    let article = { at.checked_sub(1) }.filter(|article| page.word_is(*article, words!["the"]))?;
    let is_led = follows(page, article, words!["at", "in", "to", "from"]);
    let is_ward = (2..=5)
        .filter_map(|back| at.checked_sub(back))
        .any(|index| is(page, index, class::WARD) || page.word_is(index, words!["bed", "theatre", "clinic"]));
    let closes = page.token(at + 1).is_none_or(|next| {
        next.gap >= Gap::Line
            || next.mark != 0 && next.mark != b'-'
            || next.has(cue::CONNECTOR | cue::PERSON_VERB | cue::PERSON_PREP)
            || is(page, at + 1, class::TIME_WORD)
            || page.word_is(at + 1, words!["waiting", "yesterday", "today", "overnight"])
    });
    let is_name = page
        .token(at)
        .is_some_and(|token| token.shape == Shape::Title && !token.has(OTHER_MATTER));
    if !(is_led && is_name && closes) {
        return None;
    }
    let is_told = is_ward || is_about_person(page, at, at) && !page.word_is(at, words!["general", "county"]);
    let is_short = page.word_is(at, SHORT) && is_told;
    (is_short || is_ward && page.dictionary(at) & dict::WORD == 0).then_some(at)
}

/// "near Lake Pontchartrain", "at Mount Wenlock": a word of the land and a name.
fn land(page: &Page, at: usize) -> Option<usize> {
    const LANDS: &[WordKey] = words![
        "lake", "loch", "lough", "mount", "bayou", "glen", "cape", "isle", "strath", "camp",
    ];
    let name = at + 1;
    let is_name = is_title(page, name)
        && page.dictionary(name) & dict::WORD == 0
        && !page.has(name, OTHER_MATTER | cue::EPONYM)
        && !page.has(name + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX)
        && (!is_title(page, name + 1) || page.dictionary(name + 1) & dict::HOUSE != 0);
    if page.word_is(at, words!["hmp", "hmyoi", "raf"]) && is_name {
        return Some(name);
    }
    (page.word_is(at, LANDS)
        && is_name
        && follows(
            page,
            at,
            words!["near", "at", "on", "in", "by", "from", "to", "around", "of"],
        ))
    .then_some(name)
}

/// "on Highway 61", "off Route 9".
fn road(page: &Page, at: usize) -> Option<usize> {
    let is_country_road = page.word_is(at, words!["county", "forest", "farm", "ranch", "state"])
        && page.word_is(at + 1, words!["road", "rd", "route", "highway", "hwy"]);
    let road = if is_country_road { at + 1 } else { at };
    let is_number = page.is_digits(road + 1) && page.gap(road + 1) == Gap::Space && page.word(road + 1).len() <= 4;
    let is_road = is_country_road || page.word_is(at, words!["highway", "hwy", "interstate", "freeway"]);
    let is_led = follows(
        page,
        at,
        words!["on", "off", "near", "along", "by", "from", "state", "county", "us"],
    );
    (is_road && is_number && is_led).then_some(road + 1)
}

/// "hit on I-80": an interstate by its letter.
pub(super) fn interstate(page: &mut Page, at: usize) -> Option<usize> {
    let number = at + 2;
    let is_number = page.mark_is(at + 1, b'-')
        && page.is_digits(number)
        && page.gap(number) == Gap::Glued
        && page.word(number).len() == 2;
    let is_led = follows(page, at, words!["on", "off", "along", "near"]);
    if !(page.word_is(at, words!["i"]) && is_number && is_led) || page.has(number + 1, cue::CODE_CUE | cue::UNIT) {
        return None;
    }
    page.report(at, number, PhiKind::Geography, 0.7, "geo.street");
    Some(number)
}

/// "the wound clinic in Yass", "Hamish from Drumnadrochit", "over in Ballinasloe": no list knows the village, but what stands before
/// "in" is found in villages only.
fn unlisted_town(page: &Page, at: usize) -> Option<usize> {
    let token = page.token(at)?;
    let known = page.dictionary(at);
    let is_name = token.shape == Shape::Title
        && !token.mixes_case
        && token.len() > 3
        && token.cues == 0
        && !token.possessive
        && (known == 0 || known & (dict::TOWN | dict::CITY) != 0 && known & (dict::WORD | dict::FIRST) == 0);
    let preposition = at.checked_sub(1)?;
    if !is_name || leads_other(page, at + 1) {
        return None;
    }
    let is_head =
        page.starts_sentence(preposition) && page.word_is(at + 1, words!["there", "we", "our", "where", "i", "they"]);
    if is_head && page.word_is(preposition, words!["in", "here"]) {
        return Some(at);
    }
    let before = preposition.checked_sub(1)?;
    let is_of_man = follows(page, at, words!["of"])
        && before >= 1
        && (1..=2).any(|back| before >= back && page.has(before - back, cue::TITLE));
    if is_of_man {
        return Some(at);
    }
    if !follows(page, at, words!["in", "from", "near", "outside"]) {
        return None;
    }
    let is_adverb = page.word_is(before, words!["out", "over", "down", "up", "back"])
        && !before.checked_sub(1).is_some_and(|verb| {
            page.word_is(
                verb,
                words!["follow", "end", "ended", "ends", "-", "show", "showed", "built"],
            )
        })
        && is_about_person(page, at, at);
    let is_premises = is(page, before, class::PREMISES) && !page.has(before, cue::PROPER);
    const NAMES: u64 = dict::FIRST | dict::FIRST_ORDINARY | dict::SURNAME | dict::SURNAME_ORDINARY;
    let is_given_name = !page.starts_sentence(before) && page.dictionary(before) & NAMES != 0;
    let is_somebody = page
        .token(before)
        .is_some_and(|name| name.shape == Shape::Title && !name.has(OTHER_MATTER) && !name.mixes_case)
        && (is_given_name || page.dictionary(before) & dict::WORD == 0)
        && (page.dictionary(before) & (dict::FIRST | dict::SURNAME) != 0 || page.word_is(preposition, words!["from"]))
        && (is_given_name || page.word_is(preposition, words!["from"]) || is_about_person(page, at, at));
    (is_adverb || is_premises || is_somebody).then_some(at)
}

/// What follows belongs to the name and makes it something else.
fn leads_other(page: &Page, next: usize) -> bool {
    page.gap(next) <= Gap::Space
        && (page.has(next, cue::EPONYM_HEAD | cue::ORG_SUFFIX) || page.token(next).is_some_and(Token::is_capitalised))
}

/// "his sister's flat in Moss Side": two words with capitals after a dwelling.
fn home_of_two_words(page: &Page, at: usize) -> Option<usize> {
    const DWELLINGS: &[WordKey] = words![
        "flat", "house", "farm", "hostel", "bungalow", "caravan", "cabin", "ranch", "trailer", "bedsit", "croft",
        "cottage", "home", "village", "pub", "shop",
    ];
    let is_word = |index: usize| {
        page.token(index).is_some_and(|token| {
            token.shape == Shape::Title
                && !token.has(OTHER_MATTER | cue::UNIT | cue::ORG_SUFFIX | cue::FACILITY_PAIR | cue::FACILITY_GENERIC)
        })
    };
    let is_pair = is_word(at) && is_title(page, at + 1) && is_word(at + 1) && !is_title(page, at + 2);
    let is_led = follows(page, at, words!["in", "near", "outside"]) && at >= 2 && page.word_is(at - 2, DWELLINGS);
    (is_pair && is_led).then_some(at + 1)
}

/// "at Lidl, Naas", "at Boots, Truro": a shop and its town.
fn shop(page: &Page, at: usize) -> Option<usize> {
    let town = at + 2;
    let is_name = |index: usize| {
        page.token(index).is_some_and(|token| {
            token.shape == Shape::Title && !token.mixes_case && !token.has(OTHER_MATTER | cue::STATE)
        })
    };
    let closes = page
        .token(town + 1)
        .is_none_or(|next| next.gap >= Gap::Line || matches!(next.mark, b',' | b'.' | b')' | b';'));
    let is_town = page.dictionary(town) & dict::WORD == 0 && page.dictionary(town) & dict::FIRST == 0;
    (follows(page, at, words!["at", "outside"])
        && page.mark_is(at + 1, b',')
        && is_name(at)
        && is_name(town)
        && is_town
        && closes)
        .then_some(town)
}

/// "SNF called from Whispering Pines II": who calls, calls from a house.
fn caller(page: &Page, at: usize) -> Option<usize> {
    const CALLING: &[WordKey] = words![
        "called", "calling", "rang", "phoned", "calls", "ringing", "phoning", "writing", "rings",
    ];
    let is_word = |index: usize| {
        page.token(index).is_some_and(|token| {
            token.shape == Shape::Title && !token.has(OTHER_MATTER | cue::ORG_CONTACT | cue::ORG_SUFFIX)
        })
    };
    let comes = |index: usize| {
        page.word_is(
            index,
            words![
                "ambulance",
                "flown",
                "drove",
                "driven",
                "airlifted",
                "helicopter",
                "flew",
                "train",
            ],
        )
    };
    let is_led = follows(page, at, words!["from"])
        && at >= 2
        && (page.word_is(at - 2, CALLING) || (2..=4).filter_map(|back| at.checked_sub(back)).any(comes));
    (is_led && is_word(at) && is_title(page, at + 1) && is_word(at + 1)).then_some(at + 1)
}

/// "Physician assistant, Fort Peck: we have …": who writes, and where, at the head of a text.
fn heading(page: &Page, at: usize) -> Option<usize> {
    let comma = at.checked_sub(1).filter(|comma| page.mark_is(*comma, b','))?;
    let last = (at..at + 3)
        .take_while(|index| {
            page.token(*index)
                .is_some_and(|token| token.shape == Shape::Title && !token.has(OTHER_MATTER | cue::STATE))
        })
        .last()?;
    let is_closed = (page.mark_is(last + 1, b':') || page.mark_is(last + 1, b',')) && page.gap(last + 1) == Gap::Glued;
    let tells = (at..=last).any(|index| page.dictionary(index) & dict::WORD == 0)
        || last > at && page.word_is(at, words!["fort", "port", "mount", "lake", "new", "saint", "st"]);
    let is_role = (1..=4).filter_map(|back| comma.checked_sub(back)).any(|index| {
        is(page, index, class::PREMISES)
            || page.dictionary(index) & dict::STAY != 0
            || page.word_is(
                index,
                words!["assistant", "rn", "therapist", "locum", "medic", "np", "midwifery"],
            )
    });
    (is_closed && tells && is_role && comma <= 6).then_some(last)
}
