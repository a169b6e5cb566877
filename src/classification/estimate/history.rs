//! Decided cases, arranged for estimation: equal cases together, members of a
//! group together, times apart.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::time::Time;
use super::vocabulary::{Known, Vocabulary};
use super::{Case, CellModel, Fact, Outcome, Tally};

/// Cases alike in every fact and in time.
pub(super) struct Row {
    /// When they were decided.
    pub time: Time,
    /// How they ended.
    pub tally: Tally,
    /// The moments (group and time) they belong to.
    pub moments: Vec<usize>,
    /// Their positions in the cases given, and how each ended.
    pub cases: Vec<(usize, Outcome)>,
}

/// The members of one group that were decided at one time.
pub(super) struct Moment {
    pub time: Time,
    pub tally: Tally,
    /// Its rows: a range of [`History::members`].
    pub members: Range<usize>,
}

/// A group of cases with the same values in a cell's fields.
pub(super) struct Group {
    /// Position of the cell in the model.
    pub cell: usize,
    /// Its moments, in order of time: a range of [`History::moments`].
    pub moments: Range<usize>,
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
    pub groups: Vec<Group>,
    pub moments: Vec<Moment>,
    /// Rows by moment, one moment after the other.
    pub members: Vec<usize>,
    vocabulary: Vocabulary,
    group_of: HashMap<GroupKey, usize>,
}

/// A cell and the facts that stand for its fields.
type GroupKey = (usize, Vec<u32>);

impl History {
    /// Arranges the cases of years up to `as_of`. The result depends on the set
    /// of cases, not on their order or the order of their facts.
    pub fn of(cases: &[Case], model: &CellModel, as_of: i32) -> Self {
        let in_time = || cases.iter().enumerate().filter(|(_, case)| case.year <= as_of);
        let facts = in_time().flat_map(|(_, case)| &case.facts);
        let vocabulary = Vocabulary::of(facts, model);
        let mut alike: BTreeMap<(Vec<u32>, Time), Alike> = BTreeMap::new();
        for (index, case) in in_time() {
            let facts = vocabulary.number(&case.facts);
            let key = (facts.iter().map(|fact| fact.number).collect(), Time::of(case));
            let alike = alike.entry(key).or_insert_with(|| Alike {
                facts,
                cases: Vec::new(),
            });
            alike.cases.push((index, case.outcome));
        }
        let mut history = Self {
            rows: Vec::new(),
            groups: Vec::new(),
            moments: Vec::new(),
            members: Vec::new(),
            vocabulary,
            group_of: HashMap::new(),
        };
        let mut places = Vec::new();
        for ((_, time), alike) in alike {
            let row = history.rows.len();
            let groups = history.join_groups(&alike.facts);
            places.extend(groups.into_iter().map(|group| Place { group, time, row }));
            history.rows.push(Row::of(time, alike.cases));
        }
        history.settle(places);
        history
    }

    /// The groups of a case with these facts, made where they are new.
    fn join_groups(&mut self, facts: &[Known]) -> Vec<usize> {
        let mut joined = Vec::new();
        for (cell, choice) in self.vocabulary.groups(facts) {
            let numbers = choice.iter().map(|fact| fact.number).collect();
            let next = self.groups.len();
            let group = *self.group_of.entry((cell, numbers)).or_insert(next);
            if group == next {
                let moments = 0..0;
                self.groups.push(Group { cell, moments });
            }
            joined.push(group);
        }
        joined
    }

    /// Makes the moments, each group's adjacent and in order of time.
    fn settle(&mut self, mut places: Vec<Place>) {
        places.sort_unstable();
        for at_moment in places.chunk_by(|a, b| (a.group, a.time) == (b.group, b.time)) {
            let moment = self.moments.len();
            let start = self.members.len();
            let mut tally = Tally::default();
            for place in at_moment {
                if let Some(row) = self.rows.get_mut(place.row) {
                    row.moments.push(moment);
                    tally.add(row.tally);
                }
                self.members.push(place.row);
            }
            let Some(&Place { group, time, .. }) = at_moment.first() else {
                continue;
            };
            self.moments.push(Moment {
                time,
                tally,
                members: start..self.members.len(),
            });
            if let Some(group) = self.groups.get_mut(group) {
                let first = if group.moments.is_empty() {
                    moment
                } else {
                    group.moments.start
                };
                group.moments = first..moment + 1;
            }
        }
    }

    /// The groups that a case with these facts belongs to, cell by cell.
    pub fn memberships(&self, facts: &[Fact]) -> Vec<Membership> {
        let known = self.vocabulary.number(facts);
        let groups = self.vocabulary.groups(&known).map(|(cell, choice)| {
            let numbers = choice.iter().map(|fact| fact.number).collect();
            Membership {
                cell,
                facts: choice.iter().map(|fact| fact.position).collect(),
                group: self.group_of.get(&(cell, numbers)).copied(),
            }
        });
        groups.collect()
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> usize {
        let of_row =
            |row: &Row| row.moments.len() * size_of::<usize>() + row.cases.len() * size_of::<(usize, Outcome)>();
        let rows: usize = self.rows.iter().map(|row| size_of::<Row>() + of_row(row)).sum();
        // Each key of a group is a list of a few numbers, an allocation of its own.
        let key = size_of::<(GroupKey, usize)>() + 4 * size_of::<usize>();
        rows + self.groups.len() * (size_of::<Group>() + key)
            + self.moments.len() * size_of::<Moment>()
            + self.members.len() * size_of::<usize>()
    }

    /// The rows of a moment.
    pub fn rows_at(&self, moment: usize) -> &[usize] {
        let members = self.moments.get(moment).map(|moment| moment.members.clone());
        members
            .and_then(|members| self.members.get(members))
            .unwrap_or_default()
    }
}

/// Cases with the same known facts and time.
struct Alike {
    facts: Vec<Known>,
    cases: Vec<(usize, Outcome)>,
}

/// That a row is in a group, at its time.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    group: usize,
    time: Time,
    row: usize,
}

impl Row {
    fn of(time: Time, cases: Vec<(usize, Outcome)>) -> Self {
        let mut tally = Tally::default();
        for &(_, outcome) in &cases {
            tally.count(outcome);
        }
        Self {
            time,
            tally,
            moments: Vec::new(),
            cases,
        }
    }
}
