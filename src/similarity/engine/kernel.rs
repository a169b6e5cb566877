//! The exact search over the segments of some corpora.
//!
//! A few good guesses raise the floor, the score below which nothing matters; counting then finds, stratum by
//! stratum, the records that may reach it; each of those is verified against its own features. Only the last
//! step decides what is found: the others may be wrong about what is promising, never about what is possible.

use std::cell::Cell;
use std::cmp::Reverse;

use super::bound::Bound;
use super::counting::{Candidate, Counters, Counting, shift_for};
use super::index::Live;
use super::query::{Query, SearchOptions};
use super::rank::{Best, Place, Ranked, Score};
use super::segment::{SCANNED, Segment};

/// Postings of the rarest features that guesses are made from, in each segment.
const GUESSED_POSTINGS: usize = 256;
/// Guesses verified for each hit wanted.
const GUESSES_PER_HIT: usize = 6;
/// A filter that accepts one record in this many, or fewer, is searched by scanning what it accepts.
const FEW: usize = 32;
/// Records whose rows are fetched from memory together.
const BATCH: usize = 32;

thread_local! {
    /// Counters of the thread's last search. Taken while in use: a search that panics leaves none behind, rather
    /// than some that are not zero.
    static COUNTERS: Cell<Option<Counters>> = const { Cell::new(None) };
}

/// One search over one corpus.
pub(super) struct Search<'a> {
    pub query: &'a Query,
    pub options: &'a SearchOptions,
    /// Only records of this outcome quality, if given.
    pub quality: Option<u8>,
    pub corpus: usize,
}

/// A segment that is searched by counting.
struct Target<'a> {
    search: &'a Search<'a>,
    live: &'a Live,
    counting: Counting<'a>,
}

/// Offers to `best` every record that belongs there.
pub(super) fn run(searches: &[(Search<'_>, &[Live])], best: &mut Best) {
    let mut targets = Vec::new();
    for (search, segments) in searches {
        let features = search.query.features();
        let shift = shift_for(features);
        for live in search.relevant(segments) {
            if live.segment.len() < SCANNED {
                (0..live.segment.len()).for_each(|slot| search.offer(live, slot, best));
            } else if let Some(few) = search.few_accepted(&live.segment) {
                search.scan(live, &few, best);
            } else {
                let counting = Counting::new(&live.segment, features, shift);
                targets.push(Target { search, live, counting });
            }
        }
    }
    let mut counters = COUNTERS.take().unwrap_or_else(Counters::new);
    raise_floor(&targets, &mut counters, best);
    count_and_verify(&targets, &mut counters, best);
    COUNTERS.set(Some(counters));
}

/// Verifies the records that share most of the query's rarest features: as many of them as hits are wanted
/// prove a floor for all others.
fn raise_floor(targets: &[Target<'_>], counters: &mut Counters, best: &mut Best) {
    let wanted = best.limit().saturating_mul(GUESSES_PER_HIT);
    let mut promising: Vec<(Candidate, &Target<'_>)> = Vec::new();
    let mut cutoff = Candidate::default();
    for target in targets {
        target.counting.guess(counters, GUESSED_POSTINGS, |guess| {
            if guess > cutoff && target.search.accepts(target.live, guess.slot.into()) {
                promising.push((guess, target));
            }
        });
        if promising.len() > wanted {
            let (_, (last, _), _) = promising.select_nth_unstable_by_key(wanted, |(guess, _)| Reverse(*guess));
            cutoff = *last;
            promising.truncate(wanted);
        }
    }
    let mut trial = Best::new(best.limit());
    touch(
        promising
            .iter()
            .map(|(guess, target)| (&*target.live.segment, guess.slot)),
    );
    for (guess, target) in promising {
        target.search.offer(target.live, guess.slot.into(), &mut trial);
    }
    if let Some(floor) = trial.floor() {
        best.assume(floor);
    }
}

fn count_and_verify(targets: &[Target<'_>], counters: &mut Counters, best: &mut Best) {
    let mut balance = Balance::default();
    let mut found = Vec::new();
    for Target { search, live, counting } in targets {
        for stratum in 0..counting.strata() {
            let bound = Bound::new(best.floor(), search.query.total_weight());
            let counted = counting.candidates(stratum, bound, balance.left_out_percent, counters, &mut found);
            balance.adapt(counted, found.len());
            for batch in found.chunks(BATCH) {
                search.verify(live, batch, best);
            }
            found.clear();
        }
    }
}

/// How much counting to leave out. Counting less yields more candidates: what was found in one stratum sets the
/// share for the next, so that neither kind of work outgrows the other. Figures by measurement; any would be
/// exact.
struct Balance {
    left_out_percent: u64,
}

impl Default for Balance {
    fn default() -> Self {
        Self { left_out_percent: 60 }
    }
}

impl Balance {
    /// One verification costs as much as counting this many postings.
    const POSTINGS_PER_CANDIDATE: usize = 800;
    /// Looking through a stratum costs as much as counting this many postings, whatever is counted.
    const POSTINGS_PER_STRATUM: usize = 1_000;

    fn adapt(&mut self, counted: usize, candidates: usize) {
        let is_verifying_too_much = candidates * Self::POSTINGS_PER_CANDIDATE > counted + Self::POSTINGS_PER_STRATUM;
        self.left_out_percent = if is_verifying_too_much {
            self.left_out_percent * 8 / 10
        } else {
            (self.left_out_percent * 11 / 10 + 1).min(95)
        };
    }
}

impl Search<'_> {
    fn relevant<'s>(&self, segments: &'s [Live]) -> impl Iterator<Item = &'s Live> {
        let quality = self.quality;
        let may_hold = move |live: &&Live| quality.is_none_or(|quality| live.segment.qualities().contains(quality));
        segments.iter().filter(may_hold)
    }

    /// The slots that a filter accepts where they are so few that verifying them all is less work than counting.
    fn few_accepted(&self, segment: &Segment) -> Option<Vec<u16>> {
        let filter = &self.options.filter;
        let most = segment.len() / FEW;
        (!filter.0.is_empty()).then(|| segment.accepted(filter, most)).flatten()
    }

    fn scan(&self, live: &Live, slots: &[u16], best: &mut Best) {
        for batch in slots.chunks(BATCH) {
            touch(batch.iter().map(|slot| (&*live.segment, *slot)));
            for slot in batch {
                self.offer(live, usize::from(*slot), best);
            }
        }
    }

    fn verify(&self, live: &Live, batch: &[Candidate], best: &mut Best) {
        touch(batch.iter().map(|candidate| (&*live.segment, candidate.slot)));
        for candidate in batch {
            let slot = usize::from(candidate.slot);
            let bound = Bound::new(best.floor(), self.query.total_weight());
            let shared_at_most = candidate.shared_at_most.into();
            if bound.may_reach(shared_at_most, live.segment.weight(slot)) {
                self.offer(live, slot, best);
            }
        }
    }

    /// Computes a record's score from its features and offers the record if it is wanted.
    fn offer(&self, live: &Live, slot: usize, best: &mut Best) {
        if !self.accepts(live, slot) {
            return;
        }
        let segment = &live.segment;
        let shared = self.query.shared_weight(segment.row(slot));
        let Some(shared) = shared.filter(|shared| *shared > 0) else {
            return;
        };
        let score = Score::of(shared, self.query.total_weight(), segment.weight(slot));
        if best.floor().is_some_and(|floor| score < floor) || score.value() < self.options.min_score {
            return;
        }
        let id = segment.id(slot);
        if !self.options.exclude.contains(&id) {
            let rank = segment.rank(slot);
            best.offer(Ranked {
                score,
                rank,
                id: Reverse(id),
                corpus: Reverse(self.corpus),
                place: Place {
                    segment: live.number,
                    slot,
                },
            });
        }
    }

    /// Whether a record stands and meets the conditions that do not depend on its features.
    fn accepts(&self, live: &Live, slot: usize) -> bool {
        let has_quality = |quality| live.segment.rank(slot) >> 56 == u64::from(quality);
        let attribute = |column| live.segment.attribute(slot, column);
        live.is_alive(slot) && self.quality.is_none_or(has_quality) && self.options.filter.accepts(attribute)
    }
}

/// Starts fetching the rows of some records, all at once.
fn touch<'a>(records: impl Iterator<Item = (&'a Segment, u16)>) {
    let touched = records.fold(0, |any, (segment, slot)| any ^ segment.touch(slot.into()));
    std::hint::black_box(touched);
}
