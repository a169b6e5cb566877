//! From names to payers.

use super::embedded;

#[test]
fn payer_names_resolve_by_the_longest_alias() {
    let registries = embedded();
    let best = |name: &str| {
        let matches = registries.resolve_payer(name);
        matches.first().map(|m| m.payer_id.clone()).unwrap_or_default()
    };
    assert_eq!(best("Aetna"), "aetna");
    assert_eq!(best("AETNA INC."), "aetna");
    assert_eq!(best("Aetna Better Health of Illinois"), "aetna-better-health");
    assert_eq!(best("BlueCross BlueShield of Illinois"), "bcbs-il");
    assert_eq!(best("BCBS of Illinois"), "bcbs-il");
    assert_eq!(best("Blue Cross and Blue Shield of Texas"), "bcbs-tx");
    assert_eq!(best("L.A. Care"), "la-care");
    assert_eq!(best("United Healthcare"), "unitedhealthcare");
    assert_eq!(best("UHC"), "unitedhealthcare");
    assert_eq!(best("Empire BlueCross BlueShield"), "anthem-ny");
    assert_eq!(best("Martin’s Point"), "martins-point");
    assert_eq!(best("a payer nobody knows"), "");
}

#[test]
fn bare_blue_name_stays_open_between_all_licensees() {
    let registries = embedded();
    let matches = registries.resolve_payer("BCBS");
    assert!(matches.len() > 20, "{}", matches.len());
    assert!(matches.iter().all(|m| m.score < 0.1), "an open name has a low score");
    let exact = registries.resolve_payer("Blue Cross Blue Shield of Illinois");
    assert_eq!(exact.len(), 1);
    assert!((exact[0].score - 1.0).abs() < f64::EPSILON);
}

#[test]
fn payers_are_found_in_a_sentence_but_not_where_an_ordinary_word_stands() {
    let registries = embedded();
    let text = "Humana denied the CT scan; Cigna had paid. Oscar wrote.";
    let found = registries.find_payers(text);
    let ids: Vec<&str> = found.iter().map(|m| m.payer_id.as_str()).collect();
    assert_eq!(ids, ["humana", "cigna"]);
    assert_eq!(&text[found[1].span.clone()], "Cigna");
    assert_eq!(registries.resolve_payer("Oscar")[0].payer_id, "oscar");
}

#[test]
fn longer_phrase_that_names_nobody_hides_the_alias_inside_it() {
    let registries = embedded();
    let ids = |text: &str| {
        let found = registries.find_payers(text);
        found.into_iter().map(|m| m.payer_id).collect::<Vec<_>>()
    };
    assert_eq!(ids("Humana Medicare Advantage denied it"), ["humana"]);
    assert_eq!(ids("Medicare denied it"), ["medicare"]);
    assert_eq!(ids("an independent health review"), [""; 0]);
}

#[test]
fn every_payer_is_found_by_its_own_name() {
    let registries = embedded();
    for payer in registries.payers.rows() {
        let matches = registries.resolve_payer(&payer.name);
        assert!(
            matches.iter().any(|m| m.payer_id == payer.id && m.score >= 0.5),
            "{} is not found by its name: {matches:?}",
            payer.name
        );
    }
}
