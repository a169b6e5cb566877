//! Whether a record hints at substance use, so that it is held until somebody says what it is.

use crate::privacy::sud::sud_suspected;
use crate::proto::v1::{Precedent, Scenario};

/// The diagnosis group of substance use, by its registry id.
const SUBSTANCE_USE: &str = "substance_use";

/// Whether the words or codes of a precedent point to substance use records.
#[must_use]
pub fn is_sud_suspected(precedent: &Precedent) -> bool {
    let words = format!("{}\n{}\n{}", precedent.title, precedent.notes, precedent.tags.join(" "));
    sud_suspected(&words, []).is_suspected() || precedent.scenario.as_ref().is_some_and(is_scenario_sud_suspected)
}

/// The same of a denial: what is said of it when it is asked about is what holds it when it is stored.
#[must_use]
pub fn is_scenario_sud_suspected(scenario: &Scenario) -> bool {
    let of_lines = scenario.lines.iter().map(|line| &line.procedure_code);
    let codes = scenario.diagnosis_codes.iter().chain(&scenario.procedure_codes);
    let codes = codes.chain(of_lines).map(String::as_str);
    scenario.diagnosis_group == SUBSTANCE_USE || sud_suspected(&scenario.denial_trigger, codes).is_suspected()
}

#[cfg(test)]
mod tests {
    use super::is_scenario_sud_suspected;
    use crate::proto::v1::{Scenario, ServiceLine};

    #[test]
    fn words_and_every_code_can_raise_the_suspicion() {
        let of = |change: fn(&mut Scenario)| {
            let mut scenario = Scenario::default();
            change(&mut scenario);
            is_scenario_sud_suspected(&scenario)
        };
        assert!(of(|s| s.denial_trigger = "methadone clinic visit denied".to_owned()));
        assert!(of(|s| s.diagnosis_codes = vec!["F11.20".to_owned()]));
        assert!(of(|s| s.procedure_codes = vec!["H0020".to_owned()]));
        assert!(of(|s| s.diagnosis_group = "substance_use".to_owned()));
        assert!(of(|s| s.lines = vec![ServiceLine {
            procedure_code: "H0020".to_owned(),
            ..ServiceLine::default()
        }]));
        assert!(!of(|s| s.denial_trigger = "no authorization on file".to_owned()));
    }
}
