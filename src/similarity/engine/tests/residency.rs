//! Memory budget: who stays, who leaves, who loads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use super::super::residency::ResidencyCounts;
use super::super::{Residency, Resident};
use super::model::Dice;

#[derive(Debug, PartialEq)]
struct Block(usize);

impl Resident for Block {
    fn bytes(&self) -> usize {
        self.0
    }
}

fn load(bytes: usize) -> impl FnOnce() -> Result<Block, String> {
    move || Ok(Block(bytes))
}

#[test]
fn the_least_recently_used_leaves_first() {
    let residency = Residency::new(100);
    for key in ["a", "b", "c"] {
        assert_eq!(residency.get_or_load(&key, load(30)), Ok(Arc::new(Block(30))));
    }
    assert!(residency.get(&"a").is_some());
    assert!(residency.get_or_load(&"d", load(30)).is_ok());
    let here = ["a", "b", "c", "d"].map(|key| residency.get(&key).is_some());
    assert_eq!(here, [true, false, true, true]);
    assert_eq!(residency.bytes(), 90);
}

#[test]
fn fifty_tenants_in_turns_stay_within_the_budget() {
    let residency = Residency::new(1_000);
    let mut dice = Dice::new(1);
    for _ in 0..5_000 {
        let tenant = dice.below(50);
        let value = residency.get_or_load(&tenant, load(40 + tenant));
        assert_eq!(value, Ok(Arc::new(Block(40 + tenant))));
        assert!(residency.bytes() <= 1_000);
    }
    let ResidencyCounts { hits, loads, evictions } = residency.counts();
    assert_eq!(hits + loads, 5_000);
    assert!(evictions > 0 && evictions < loads);
}

#[test]
fn a_value_larger_than_the_budget_is_kept_alone() {
    let residency = Residency::new(10);
    assert!(residency.get_or_load(&1, load(5)).is_ok());
    assert!(residency.get_or_load(&2, load(50)).is_ok());
    assert_eq!((residency.get(&1), residency.bytes()), (None, 50));
}

#[test]
fn a_failed_load_leaves_nothing_behind() {
    let residency: Residency<u8, Block> = Residency::new(10);
    assert_eq!(residency.get_or_load(&1, || Err("gone")), Err("gone"));
    assert_eq!(residency.get_or_load(&1, load(3)), Ok(Arc::new(Block(3))));
    assert_eq!(residency.remove(&1), Some(Arc::new(Block(3))));
    assert_eq!(residency.get(&1), None);
}

#[test]
fn one_key_loads_once_however_many_ask() {
    let residency: Residency<u8, Block> = Residency::new(10);
    let (loads, start) = (AtomicUsize::new(0), Barrier::new(8));
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                start.wait();
                let value = residency.get_or_load(&1, || {
                    loads.fetch_add(1, Ordering::Relaxed);
                    std::thread::yield_now();
                    Ok::<_, String>(Block(1))
                });
                assert_eq!(value, Ok(Arc::new(Block(1))));
            });
        }
    });
    assert_eq!(loads.into_inner(), 1);
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
