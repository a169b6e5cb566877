//! The search of one segment.

use std::cmp::Reverse;

use uuid::Uuid;

use super::index::Live;
use super::query::{Query, SearchOptions};
use super::rank::{Best, Ranked, Score};

/// One search over one corpus, as the kernel sees it.
pub(super) struct Search<'a> {
    pub query: &'a Query,
    pub options: &'a SearchOptions,
    /// Only records of this outcome quality, if given.
    pub quality: Option<u8>,
    pub corpus: usize,
}

impl Search<'_> {
    /// Offers every record of a segment that is similar enough.
    pub(super) fn run(&self, live: &Live, best: &mut Best) {
        for slot in 0..live.segment.len() {
            self.verify(live, slot, best);
        }
    }

    /// Computes a record's score from its features and offers it if it is accepted.
    fn verify(&self, live: &Live, slot: usize, best: &mut Best) {
        let segment = &live.segment;
        let Some(shared) = self
            .query
            .shared_weight(segment.row(slot))
            .filter(|shared| *shared > 0)
        else {
            return;
        };
        let score = Score::of(shared, self.query.total_weight(), segment.weight(slot));
        if best.floor().is_some_and(|floor| score < floor) || score.value() < self.options.min_score
        {
            return;
        }
        let rank = segment.rank(slot);
        let id = segment.id(slot);
        if live.is_alive(slot) && self.accepts(live, slot, rank, id) {
            best.offer(Ranked {
                score,
                rank,
                id: Reverse(id),
                corpus: Reverse(self.corpus),
            });
        }
    }

    fn accepts(&self, live: &Live, slot: usize, rank: u64, id: Uuid) -> bool {
        self.quality
            .is_none_or(|quality| rank >> 56 == u64::from(quality))
            && !self.options.exclude.contains(&id)
            && self
                .options
                .filter
                .accepts(|column| live.segment.attribute(slot, column))
    }
}
