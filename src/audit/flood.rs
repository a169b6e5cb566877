//! Refused anonymous calls, counted by source, reason and minute: one event for many, so that nobody
//! can fill the log without a credential.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

use super::event::AuditEvent;
use super::writer::AuditWriter;
use crate::proto::v1::ErrorReason;

/// How often counts become events.
pub const INTERVAL: Duration = Duration::from_mins(1);
/// Most sources counted apart; the others share one count.
const MAX_SOURCES: usize = 10_000;

type Key = (Option<IpAddr>, ErrorReason);

/// The counts since the last event.
#[derive(Debug, Default)]
pub struct Floods {
    counts: Mutex<HashMap<Key, u64>>,
}

impl Floods {
    /// Counts one refused anonymous call.
    pub fn count(&self, source: Option<IpAddr>, reason: ErrorReason) {
        let mut counts = self.counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = counts.contains_key(&(source, reason));
        let key = if known || counts.len() < MAX_SOURCES {
            (source, reason)
        } else {
            (None, reason)
        };
        *counts.entry(key).or_default() += 1;
    }

    /// Writes one event for every source and reason counted, and starts again from nothing. What
    /// can't be written is counted again.
    pub async fn flush(&self, writer: &AuditWriter) {
        let counts = std::mem::take(&mut *self.counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        for ((source, reason), calls) in counts {
            let name = source.map_or_else(|| "others".to_owned(), |ip| ip.to_string());
            if writer.append(AuditEvent::flood(name, reason, calls)).await.is_err() {
                let mut counts = self.counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                *counts.entry((source, reason)).or_default() += calls;
            }
        }
    }
}
