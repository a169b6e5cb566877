//! Whose rule counts: federal, state or contract.

use super::super::super::super::registries::{AppealRule, ClockKind, Confidence, RuleScope};
use super::super::{Query, compute};
use super::{binding, clock, denied, rules};
use crate::proto::stratum::v1::{AppealLevel, Funding, LineOfBusiness};

#[test]
fn state_review_replaces_the_federal_one_unless_the_plan_is_self_funded() {
    let external = |line_of_business, funding, state: &str| {
        let query = Query {
            funding,
            state: state.to_owned(),
            ..denied(line_of_business, AppealLevel::Internal1)
        };
        let clocks = compute(rules(), &query);
        let filing = clocks.iter().filter(|clock| clock.kind == ClockKind::Filing);
        filing.map(|clock| clock.deadline.rule_id.clone()).collect::<Vec<_>>()
    };
    let insured = LineOfBusiness::CommercialFullyInsured;
    assert_eq!(external(insured, Funding::FullyInsured, "CA"), ["ca-imr"]);
    assert_eq!(external(insured, Funding::FullyInsured, "NY"), ["ny-external-appeal"]);
    assert_eq!(external(insured, Funding::FullyInsured, "WY"), ["aca-external-review"]);
    assert_eq!(
        external(LineOfBusiness::CommercialSelfFunded, Funding::SelfFunded, "CA"),
        ["aca-external-review"]
    );
    assert_eq!(
        external(LineOfBusiness::Unspecified, Funding::SelfFunded, "CA"),
        ["aca-external-review"]
    );
    assert_eq!(
        external(LineOfBusiness::ExchangeQhp, Funding::Unspecified, "TX"),
        ["tx-external-appeal"]
    );
    let query = Query {
        state: "CA".to_owned(),
        ..denied(insured, AppealLevel::Internal1)
    };
    assert_eq!(clock("ca-imr", &query).deadline.due_date, "2026-09-02");
}

/// A contract of one payer, as a tenant may add it.
fn contract(base: &str, amount: u32, confidence: Confidence) -> AppealRule {
    let mut rule = rules().iter().find(|rule| rule.id == base).expect("a rule").clone();
    rule.id = "contract".to_owned();
    rule.series = "contract".to_owned();
    rule.scope = RuleScope::Contract;
    rule.payer_id = Some("aetna".to_owned());
    rule.amount = amount;
    rule.provenance.confidence = confidence;
    rule
}

#[test]
fn contract_beats_law_for_its_payer_and_an_unverified_one_stands_beside_it() {
    let mut query = denied(
        LineOfBusiness::CommercialFullyInsured,
        AppealLevel::InitialDetermination,
    );
    let with = |confidence, query: &Query| {
        let mut all = rules().to_vec();
        all.push(contract("erisa-internal-appeal", 90, confidence));
        compute(&all, query)
    };
    assert_eq!(binding(&with(Confidence::Verified, &query)), ["erisa-internal-appeal"]);
    query.payer_id = Some("aetna".to_owned());
    let verified = with(Confidence::Verified, &query);
    assert_eq!(binding(&verified), ["contract"]);
    assert!(
        verified
            .iter()
            .all(|clock| clock.deadline.rule_id != "erisa-internal-appeal")
    );
    let unverified = with(Confidence::Known, &query);
    assert_eq!(binding(&unverified), ["erisa-internal-appeal"]);
    assert!(
        unverified
            .iter()
            .any(|clock| clock.deadline.rule_id == "contract" && !clock.deadline.reliable)
    );
}
