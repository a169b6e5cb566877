//! What makes a number a plan's where its label doesn't tell: the payer or the plan that is spoken of beside it.

use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Shape, Token};
use super::super::words::{class, is};

/// "ID W223017306" alone, where the text speaks of a payer or a plan near by, is a plan's.
pub(super) fn kind_of_bare_id(page: &Page, noun: usize, value: usize) -> PhiKind {
    const REACH: usize = 24;
    const REACH_OF_NAME: usize = 5;
    let is_anothers = |index: usize| {
        page.has(index, cue::PERSON)
            || page
                .token(index)
                .is_some_and(|token| token.shape == Shape::Upper && (3..=5).contains(&token.len()))
                && !page.has(index, cue::PROPER | cue::PLAN_WORD)
                && !is(page, index, class::INSTITUTION)
    };
    if noun.checked_sub(1).is_some_and(is_anothers) {
        return PhiKind::OtherUniqueId; // "client ID", "UNOS ID"
    }
    let names_payer = |index: usize| page.has(index, cue::PROPER);
    let tells_of_plan = |index: usize| {
        page.has(index, cue::PLAN_WORD | cue::PLAN_HEAD) && !page.has(index, cue::CODE_CUE | cue::MRN_WORD)
            || page.token(index).is_some_and(Token::is_word) && is(page, index, class::INSTITUTION)
            || page.word_is(
                index,
                words!["payer", "payor", "insurer", "formulary", "eligibility", "elig"],
            )
    };
    let follows_payer = (noun.saturating_sub(REACH_OF_NAME)..noun).any(names_payer);
    if follows_payer || (value.saturating_sub(REACH)..value + REACH / 2).any(tells_of_plan) {
        PhiKind::HealthPlanId
    } else {
        PhiKind::OtherUniqueId
    }
}

/// "insurance card", "old Molina card": and no bank's.
pub(super) fn is_of_plan(page: &Page, card: usize) -> bool {
    let is_plan = |index: usize| {
        is(page, index, class::INSTITUTION)
            || page.has(index, cue::PLAN_WORD | cue::PROPER)
            || page.word_is(index, words!["id", "rx", "insurance"])
    };
    let is_bank = |index: usize| {
        page.has(index, cue::ACCOUNT_WORD) || page.word_is(index, words!["discover", "gift", "payment", "hsa", "fsa"])
    };
    let before = || (1..=2).filter_map(|back| card.checked_sub(back));
    let is_read = page.word_is(card + 1, words!["id", "reads", "says"]);
    (is_read || before().any(is_plan)) && !before().any(is_bank)
}

/// "Payer: Blue Shield of California / 96810259953", "| Cigna | U4471120901 |": only marks stand between a payer and the number.
pub(super) fn kind_beside_payer(page: &Page, first: usize) -> Option<PhiKind> {
    const MARKS: usize = 3;
    const NAME: usize = 4;
    let is_mark = |index: &usize| {
        { page.token(*index) }.is_some_and(|token| matches!(token.mark, b'|' | b'/' | b':' | b'#' | b'('))
    };
    let marks = (1..=MARKS)
        .map_while(|back| first.checked_sub(back))
        .take_while(is_mark)
        .count();
    let is_payer = |index: usize| {
        is(page, index, class::INSTITUTION) || page.has(index, cue::PROPER | cue::PLAN_WORD | cue::PLAN_HEAD)
    };
    let name = (1..=NAME).map_while(|back| first.checked_sub(marks + back));
    let is_told = name
        .take_while(|index| page.token(*index).is_some_and(|token| token.is_word() && !token.taken))
        .any(is_payer);
    (marks > 0 && is_told).then_some(PhiKind::HealthPlanId)
}
