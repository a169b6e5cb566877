//! Enums are one bijection: proto number, name in the contract, text in the database.

use std::collections::BTreeSet;

use stratum::db::stored::{StoredEnum, stored, stored_list};
use stratum::proto::v1;

use crate::harness::contract::pool;

/// Compares an enum's Rust type with its descriptor.
fn assert_bijection<E: StoredEnum + Into<i32> + TryFrom<i32> + std::fmt::Debug>(name: &str) {
    let declared = pool().get_enum_by_name(&format!("stratum.v1.{name}")).expect("an enum");
    let values: Vec<(i32, String)> = declared
        .values()
        .map(|value| (value.number(), value.name().to_owned()))
        .collect();
    assert_eq!(values.len(), E::ALL.len(), "{name}");
    let prefix = values[0]
        .1
        .strip_suffix("UNSPECIFIED")
        .expect("an unspecified value first")
        .to_owned();
    assert_eq!(values[0].0, 0, "{name}");
    let mut texts = BTreeSet::new();
    for (value, (number, long)) in E::ALL.iter().zip(&values) {
        assert_eq!((*value).into(), *number, "{name}");
        assert_eq!(format!("{prefix}{}", value.stored()), *long);
        assert_eq!(E::from_stored(value.stored()), Some(*value));
        assert_eq!(stored::<E>(*number), (*number != 0).then(|| value.stored()));
        assert!(texts.insert(value.stored()), "{name}: {} twice", value.stored());
    }
    assert_eq!(E::from_stored(&prefix), None);
    assert_eq!(stored::<E>(i32::MAX), None);
    assert_eq!(stored_list::<E>(&[i32::MAX, -1]), Vec::<String>::new());
}

/// Lists the enums, and checks that the list is the contract's: a new one fails to be forgotten.
macro_rules! enums {
    ($($name:ident)+) => {
        #[test]
        fn every_enum_is_a_bijection() {
            $(assert_bijection::<v1::$name>(stringify!($name));)+
            let listed = BTreeSet::from([$(stringify!($name).to_owned()),+]);
            let declared: BTreeSet<String> =
                pool().all_enums().filter(|e| e.package_name() == "stratum.v1").map(|e| e.name().to_owned()).collect();
            assert_eq!(listed, declared, "enums of the contract that tests/invariants/enums.rs does not list, or the reverse");
        }
    };
}
enums! { AuditOutcome AuditCategory MentionKind DenialType CoreScenario AdjudicationState GroupCode RecoveryAction AppealLevel Outcome OutcomeEvidence DataOrigin ServiceTiming Urgency LineOfBusiness ProductType Funding EvidenceKind EvidenceStrength ErrorReason PrecedentStatus SharingScope VariableClass ChangeKind ExportFormat PhiKind CodeSystem SimilarityOrder SimilarityCorpus IdentityKind Role ConsentBasis ConsentScope ConsentPurpose RecipientsClass ConsentState ConsentRefusal UserStatus ErasureState ModelKind }
