//! Decided cases, arranged for estimation: equal cases together, members of a
//! group together, times apart.
//!
//! A case belongs to some two hundred groups, and a server keeps such a history for each tenant: numbers of
//! things are four bytes, and lists stand one after the other in one allocation. Four billion memberships, which
//! would not fit, are more than any memory here holds.

use std::collections::BTreeMap;
use std::ops::Range;

use super::groups::{Groups, narrow, wide};
use super::time::Time;
use super::vocabulary::{Known, Vocabulary};
use super::{Case, CellModel, Fact, Outcome, Tally};

/// Cases alike in every fact and in time.
pub(super) struct Row {
    /// When they were decided.
    pub time: Time,
    /// How they ended.
    pub tally: Tally,
    moments: Range<u32>,
    cases: Range<u32>,
}

/// The members of one group that were decided at one time.
pub(super) struct Moment {
    pub time: Time,
    pub tally: Tally,
    members: Range<u32>,
}

/// A group that a query belongs to, whether or not it has members.
pub(super) struct Membership {
    /// Position of the cell in the model.
    pub cell: usize,
    /// Positions, among the query's facts, of those that define the group.
    pub facts: Vec<usize>,
    /// The group; none when no precedent is in it.
    pub group: Option<usize>,
}

/// All precedents of an estimator.
pub(super) struct History {
    pub rows: Vec<Row>,
    pub groups: Groups,
    pub moments: Vec<Moment>,
    /// The moments (group and time) that rows belong to, one row after the other.
    pub moments_of_rows: Vec<u32>,
    /// Rows by moment, one moment after the other.
    members: Vec<u32>,
    /// Positions of rows' cases among those given, and how each ended.
    cases: Vec<(u32, Outcome)>,
    vocabulary: Vocabulary,
}

impl History {
    /// Arranges the cases of years up to `as_of`. The result depends on the set
    /// of cases, not on their order or the order of their facts.
    pub fn of(cases: &[Case], model: &CellModel, as_of: i32) -> Self {
        let in_time = || cases.iter().enumerate().filter(|(_, case)| case.year <= as_of);
        let facts = in_time().flat_map(|(_, case)| &case.facts);
        let mut history = Self {
            rows: Vec::new(),
            groups: Groups::default(),
            moments: Vec::new(),
            moments_of_rows: Vec::new(),
            members: Vec::new(),
            cases: Vec::new(),
            vocabulary: Vocabulary::of(facts, model),
        };
        let mut alike: BTreeMap<(Vec<u32>, Time), Alike> = BTreeMap::new();
        for (index, case) in in_time() {
            let facts = history.vocabulary.number(&case.facts);
            let key = (facts.iter().map(|fact| fact.number).collect(), Time::of(case));
            let alike = alike.entry(key).or_insert_with(|| Alike {
                facts,
                cases: Vec::new(),
            });
            alike.cases.push((narrow(index), case.outcome));
        }
        let mut places = Vec::new();
        for ((_, time), alike) in alike {
            let before = places.len();
            let row = narrow(history.rows.len());
            let groups = history.vocabulary.groups(&alike.facts);
            places.extend(groups.map(|(cell, choice)| Place {
                group: history.groups.join(cell, &choice),
                time,
                row,
            }));
            history.add_row(time, before..places.len(), &alike.cases);
        }
        history.settle(places);
        history.shrink();
        history
    }

    fn add_row(&mut self, time: Time, memberships: Range<usize>, cases: &[(u32, Outcome)]) {
        let mut tally = Tally::default();
        for &(_, outcome) in cases {
            tally.count(outcome);
        }
        let first = self.cases.len();
        self.cases.extend_from_slice(cases);
        self.rows.push(Row {
            time,
            tally,
            moments: narrow(memberships.start)..narrow(memberships.end),
            cases: narrow(first)..narrow(self.cases.len()),
        });
    }

    /// Makes the moments, each group's adjacent and in order of time.
    fn settle(&mut self, mut places: Vec<Place>) {
        places.sort_unstable();
        self.moments_of_rows = vec![0; places.len()];
        let mut next: Vec<usize> = self.rows.iter().map(|row| wide(&row.moments).start).collect();
        for at_moment in places.chunk_by(|a, b| (a.group, a.time) == (b.group, b.time)) {
            let Some(&Place { group, time, .. }) = at_moment.first() else {
                continue;
            };
            let moment = narrow(self.moments.len());
            let start = narrow(self.members.len());
            let mut tally = Tally::default();
            for &Place { row, .. } in at_moment {
                self.members.push(row);
                let (of, next) = (self.rows.get(row as usize), next.get_mut(row as usize));
                let Some((of, next)) = of.zip(next) else { continue };
                tally.add(of.tally);
                if let Some(place) = self.moments_of_rows.get_mut(*next) {
                    *place = moment;
                }
                *next += 1;
            }
            self.moments.push(Moment {
                time,
                tally,
                members: start..narrow(self.members.len()),
            });
            self.groups.add_moment(group, moment);
        }
    }

    /// Gives back what its lists took for growing.
    fn shrink(&mut self) {
        self.rows.shrink_to_fit();
        self.groups.shrink();
        self.moments.shrink_to_fit();
        self.members.shrink_to_fit();
        self.cases.shrink_to_fit();
    }

    /// The groups that a case with these facts belongs to, cell by cell.
    pub fn memberships(&self, facts: &[Fact]) -> Vec<Membership> {
        let known = self.vocabulary.number(facts);
        let groups = self.vocabulary.groups(&known).map(|(cell, choice)| Membership {
            cell,
            facts: choice.iter().map(|fact| fact.position).collect(),
            group: self.groups.find(cell, &choice),
        });
        groups.collect()
    }

    /// Memory held, in bytes, but for the texts of facts, which are the corpus'.
    pub fn bytes(&self) -> usize {
        self.groups.bytes()
            + self.vocabulary.bytes()
            + self.rows.capacity() * size_of::<Row>()
            + self.cases.capacity() * size_of::<(u32, Outcome)>()
            + self.moments.capacity() * size_of::<Moment>()
            + (self.members.capacity() + self.moments_of_rows.capacity()) * size_of::<u32>()
    }

    /// The rows of a moment.
    pub fn rows_at(&self, moment: usize) -> &[u32] {
        let members = self.moments.get(moment).map(|moment| wide(&moment.members));
        members
            .and_then(|members| self.members.get(members))
            .unwrap_or_default()
    }

    /// Positions of a row's cases among those given, and how each ended.
    pub fn cases_of(&self, row: &Row) -> &[(u32, Outcome)] {
        self.cases.get(wide(&row.cases)).unwrap_or_default()
    }
}

impl Row {
    /// How many moments it belongs to.
    pub fn memberships(&self) -> usize {
        self.moments.len()
    }
}

/// Cases with the same known facts and time.
struct Alike {
    facts: Vec<Known>,
    cases: Vec<(u32, Outcome)>,
}

/// That a row is in a group, at its time.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    group: u32,
    time: Time,
    row: u32,
}
