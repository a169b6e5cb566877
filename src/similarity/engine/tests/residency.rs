//! Memory budget: who stays, who leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::{Residency, Resident};
use super::model::Dice;

#[derive(Debug, PartialEq)]
struct Block(usize);

impl Resident for Block {
    fn bytes(&self) -> usize {
        self.0
    }
}

#[test]
fn the_least_recently_used_leaves_first() {
    let residency = Residency::new(100);
    for key in ["a", "b", "c"] {
        residency.insert(&key, Arc::new(Block(30)));
    }
    assert_eq!(residency.get(&"a"), Some(Arc::new(Block(30))));
    // Being measured is no use.
    residency.measure(&"b");
    residency.insert(&"d", Arc::new(Block(30)));
    let here = ["a", "b", "c", "d"].map(|key| residency.get(&key).is_some());
    assert_eq!(here, [true, false, true, true]);
    assert_eq!(residency.bytes(), 90);
}

#[test]
fn fifty_tenants_in_turns_stay_within_the_budget() {
    let residency = Residency::new(1_000);
    let mut dice = Dice::new(1);
    let mut loads = 0;
    for _ in 0..5_000 {
        let tenant = dice.below(50);
        if residency.get(&tenant).is_none() {
            residency.insert(&tenant, Arc::new(Block(40 + tenant)));
            loads += 1;
        }
        assert_eq!(residency.get(&tenant), Some(Arc::new(Block(40 + tenant))));
        assert!(residency.bytes() <= 1_000);
    }
    assert!(
        loads > 50 && loads < 5_000,
        "{loads}: some left and came back, some stayed"
    );
}

#[test]
fn a_value_larger_than_the_budget_is_kept_alone() {
    let residency = Residency::new(10);
    residency.insert(&1, Arc::new(Block(5)));
    residency.insert(&2, Arc::new(Block(50)));
    assert_eq!((residency.get(&1), residency.bytes()), (None, 50));
}

#[test]
fn a_value_that_grew_is_measured_again() {
    struct Growing(AtomicUsize);
    impl Resident for Growing {
        fn bytes(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }
    let residency = Residency::new(100);
    residency.insert(&1, Arc::new(Growing(AtomicUsize::new(40))));
    let grown = Arc::new(Growing(AtomicUsize::new(40)));
    residency.insert(&2, Arc::clone(&grown));
    grown.0.store(90, Ordering::Relaxed);
    residency.measure(&2);
    assert_eq!((residency.get(&1).is_none(), residency.bytes()), (true, 90));
}
