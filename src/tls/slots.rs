//! How many connections are open, in all and from one source.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Counts open connections against two caps.
pub(super) struct Slots {
    max_total: usize,
    max_per_source: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    total: usize,
    by_source: HashMap<IpAddr, usize>,
}

/// Why a connection gets no slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoSlot {
    #[error("the listener has all the connections it may have")]
    Total,
    #[error("this source has all the connections it may have")]
    Source,
}

/// One open connection's place, given back when dropped.
pub(super) struct Slot {
    slots: Arc<Slots>,
    source: IpAddr,
}

impl Slots {
    pub(super) fn new(max_total: usize, max_per_source: usize) -> Arc<Self> {
        Arc::new(Self {
            max_total,
            max_per_source,
            taken: Mutex::default(),
        })
    }

    pub(super) fn take(self: &Arc<Self>, remote: IpAddr) -> Result<Slot, NoSlot> {
        let source = source_of(remote);
        let mut taken = self.lock();
        if taken.total >= self.max_total {
            return Err(NoSlot::Total);
        }
        let from_source = taken.by_source.get(&source).copied().unwrap_or(0);
        if from_source >= self.max_per_source {
            return Err(NoSlot::Source);
        }
        taken.by_source.insert(source, from_source + 1);
        taken.total += 1;
        Ok(Slot {
            slots: Arc::clone(self),
            source,
        })
    }

    fn give_back(&self, source: IpAddr) {
        let mut taken = self.lock();
        taken.total -= 1;
        if let Some(from_source) = taken.by_source.get_mut(&source) {
            *from_source -= 1;
            if *from_source == 0 {
                taken.by_source.remove(&source);
            }
        }
    }

    /// Two counters are changed under the lock and nothing there panics, so a poisoned lock is still sound.
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.give_back(self.source);
    }
}

/// One IPv4 address, or one IPv6 /64: what a single host usually has to itself, so that it can't multiply its share
/// by changing the lower half.
fn source_of(remote: IpAddr) -> IpAddr {
    match remote.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn both_caps_hold_and_slots_come_back() {
        let slots = Slots::new(3, 2);
        let first = slots.take(ip("192.0.2.1")).ok();
        let _second = slots.take(ip("192.0.2.1")).ok();
        assert_eq!(slots.take(ip("192.0.2.1")).err(), Some(NoSlot::Source));
        let _third = slots.take(ip("192.0.2.2")).ok();
        assert_eq!(slots.take(ip("192.0.2.3")).err(), Some(NoSlot::Total));
        drop(first);
        assert!(slots.take(ip("192.0.2.1")).is_ok());
    }

    #[test]
    fn a_source_that_left_is_forgotten() {
        let slots = Slots::new(3, 2);
        drop(slots.take(ip("192.0.2.1")));
        assert!(slots.lock().by_source.is_empty());
        assert_eq!(slots.lock().total, 0);
    }

    #[test]
    fn a_refused_source_leaves_no_trace() {
        let slots = Slots::new(3, 0);
        assert!(slots.take(ip("192.0.2.1")).is_err());
        assert!(slots.lock().by_source.is_empty());
    }

    #[test]
    fn a_source_is_an_ipv4_address_or_an_ipv6_64() {
        assert_eq!(source_of(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
        assert_eq!(
            source_of(ip("2001:db8:0:1:aaaa::1")),
            source_of(ip("2001:db8:0:1:bbbb::2"))
        );
        assert_ne!(source_of(ip("2001:db8:0:1::1")), source_of(ip("2001:db8:0:2::1")));
    }
}
