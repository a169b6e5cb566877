//! Which words may belong to a name.

use super::super::lexicon::{KNOWN_STARTS_PHRASE, Lexicon, PLACES, cue, dict};
use super::super::names::parts::NO_NAMES;
use super::super::token::{Gap, Shape};
use super::Near;

impl Near<'_> {
    /// Where a word in small letters may be anybody's name: `"earl"`, "c. gray", "denials: wood, …", "nurse, shandiin, said", "berry v.",
    /// "doc is miller,".
    #[inline]
    pub(super) fn is_in_phrase(&self, lexicon: &Lexicon) -> bool {
        let (token, next, after) = (self.token(), self.after(1), self.after(2));
        let before = self.before();
        match next.mark {
            b'.' => token.len() == 1 && next.gap == Gap::Glued && after.shape == Shape::Lower,
            b',' => {
                let is_apposed = before.mark == b',' && after.has(cue::HUMAN_VERB | cue::PERSON_VERB);
                is_apposed
                    || before.mark == b':'
                    || before.has(cue::NAME_LABEL)
                    || before.len() == 2 && before.has(cue::PERSON_VERB | cue::CONNECTOR)
            }
            b'"' => before.mark == b'"',
            b'(' => before.has(cue::PERSON | cue::RELATIVE),
            0 => {
                let is_the = before.first == b't' && before.len() == 3;
                let may_be_given = token.cues & !(cue::EPONYM | cue::FACILITY_NAME | cue::STATE) == 0
                    && next.shape == Shape::Lower
                    && (matches!(after.mark, b',' | b'-' | b':' | b'(' | b'.' | b';' | b'?')
                        || before.has(cue::PERSON_PREP | cue::PERSON | cue::RELATIVE)
                        || after.has(cue::AGED | cue::MRN_HEAD | cue::PERSON_VERB | cue::HUMAN_VERB));
                next.len() <= 2 && next.first == b'v'
                    || before.has(cue::RELATIVE) && next.has(cue::PERSON_VERB | cue::HUMAN_VERB)
                    || is_the && next.has(cue::OTHER_WORD | cue::PATIENT_DATE)
                    || may_be_given
                        && lexicon.dictionary(token.hash) & (dict::FIRST | dict::FIRST_ORDINARY | dict::FIRST_RARE) != 0
            }
            _ => false,
        }
    }

    /// Whether a capitalised word may be a part of a name, by itself.
    #[inline]
    pub(super) fn may_be_name(&self) -> bool {
        const NAMES: u64 = dict::FIRST | dict::FIRST_ORDINARY | dict::SURNAME | dict::SURNAME_ORDINARY;
        let token = self.token();
        let known = u64::from(token.known & !KNOWN_STARTS_PHRASE);
        let is_title = token.shape == Shape::Title;
        let (next, after) = (self.after(1), self.after(2));
        let leads_number = next.has_digit() || next.mark == b'-' && after.has_digit();
        if leads_number && !is_title && token.len() <= 3 {
            return false; // "CO-50"
        }
        let is_clear = known & !PLACES == 0 && is_title && !token.has(cue::CONNECTOR)
            || known & dict::FIRST != 0
            || known & (dict::SURNAME | dict::WORD) == dict::SURNAME
            || token.len() == 1
            || token.has(cue::STATE);
        let goes_on = next.is_capitalised()
            || matches!(next.mark, b'-' | b'"' | b'\'' | b'(' | b',')
            || next.has(cue::PARTICLE | cue::HUMAN_VERB | cue::PERSON_VERB)
            || token.possessive;
        if token.has(cue::MONTH) && self.lists_months() {
            return false;
        }
        // "let Grace know", "the carer Precious": a given name that is a word too, with a capital that no sentence gives it.
        let is_inside = is_title
            && !token.starts_sentence
            && (known & dict::FIRST_ORDINARY != 0 || known & dict::SURNAME_ORDINARY != 0 && known & dict::WORD == 0);
        let may_be_part = is_clear
            || is_inside
            || known & (NAMES | dict::FIRST_RARE) != 0 && (goes_on || self.is_capital_in_phrase());
        !token.has(NO_NAMES) && (may_be_part || is_title && next.mark == b'-')
    }

    /// "Knight v.", "our hospitalist Parsons documented", "help w/ Reed.", "(Banks)": where a word of any kind may be a name.
    fn is_capital_in_phrase(&self) -> bool {
        const CASES: u64 =
            cue::OTHER_WORD | cue::PATIENT_DATE | cue::MRN_WORD | cue::ACCOUNT_WORD | cue::PLAN_WORD | cue::EPONYM_HEAD;
        let (token, next) = (self.token(), self.after(1));
        let before = self.before();
        let is_versus = next.len() <= 2 && next.first == b'v';
        // "the Wood denial", "can Long appeal", "Crystal from", "for Church this"
        let is_led = before.shape == Shape::Lower
            && (next.mark != 0 && before.len() <= 4
                || before.len() == 3 && before.first == b't' && next.has(CASES)
                || before.len() > 4 && next.len() > 6 && next.shape == Shape::Lower
                || before.len() > 4 && next.len() == 2 && matches!(next.first, b'o')
                || next.len() == 4 && matches!(next.first, b'f' | b'w' | b't'));
        let has_chart = before.mark == b',' && next.has(cue::MRN_HEAD | cue::MRN_WORD);
        let is_set_off =
            is_led || has_chart || before.has(cue::PERSON_VERB) || matches!(before.mark, b'"' | b'(' | b'/' | b':');
        let is_rare = u64::from(token.known) & dict::FIRST_RARE != 0 && next.shape == Shape::Upper && next.len() > 1;
        match token.shape {
            Shape::Title => is_versus || is_set_off && !token.starts_sentence,
            Shape::Upper => is_rare,
            Shape::Lower | Shape::Digits | Shape::Mixed | Shape::Mark => false,
        }
    }

    /// "in January, April and July".
    fn lists_months(&self) -> bool {
        let leads = self.after(1).mark == b',' && self.after(2).has(cue::MONTH);
        leads || self.back(2).has(cue::MONTH)
    }
}
