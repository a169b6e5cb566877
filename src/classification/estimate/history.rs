//! Decided cases, arranged for estimation: equal cases together, members of a
//! group together, years apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Case, CellModel, Fact, Outcome, Tally};

/// At most this many groups of one cell for one case, so that several fields
/// with many values each can't multiply without bound.
const MAX_GROUPS_PER_CELL: usize = 64;

/// A fact that no precedent has.
const UNKNOWN: u32 = u32::MAX;

/// Cases alike in every fact and in year.
pub(super) struct Row {
    /// Year of decision.
    pub year: i32,
    /// How they ended.
    pub tally: Tally,
    /// The moments (group and year) they belong to.
    pub moments: Vec<usize>,
    /// Their positions in the cases given, and how each ended.
    pub cases: Vec<(usize, Outcome)>,
}

/// The members of one group that were decided in one year.
pub(super) struct Moment {
    pub year: i32,
    pub tally: Tally,
}

/// A group of cases with the same values in a cell's fields.
pub(super) struct Group {
    /// Position of the cell in the model.
    pub cell: usize,
    /// Its moments, in order of year: a range of [`History::moments`].
    pub moments: std::ops::Range<usize>,
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
    vocabulary: HashMap<String, HashMap<String, u32>>,
    group_of: HashMap<GroupKey, usize>,
}

/// A cell and the facts, one of each of its fields.
type GroupKey = (usize, Vec<u32>);

/// A case's facts as numbers, with the field of each.
type Numbered<'a> = Vec<(&'a str, u32)>;

impl History {
    /// Arranges the cases of years up to `as_of`. The result depends on the set
    /// of cases, not on their order or the order of their facts.
    pub fn of(cases: &[Case], model: &CellModel, as_of: i32) -> Self {
        let fields: BTreeSet<&str> = model
            .cells
            .iter()
            .flat_map(|cell| cell.fields.iter().map(AsRef::as_ref))
            .collect();
        let known: BTreeSet<&Fact> = cases
            .iter()
            .filter(|case| case.year <= as_of)
            .flat_map(|case| &case.facts)
            .filter(|fact| fields.contains(fact.field.as_str()))
            .collect();
        let mut vocabulary: HashMap<String, HashMap<String, u32>> = fields
            .iter()
            .map(|&field| (field.to_owned(), HashMap::new()))
            .collect();
        for (number, fact) in (0..UNKNOWN).zip(known) {
            if let Some(values) = vocabulary.get_mut(&fact.field) {
                values.insert(fact.value.clone(), number);
            }
        }
        let mut history = Self {
            rows: Vec::new(),
            groups: Vec::new(),
            moments: Vec::new(),
            vocabulary,
            group_of: HashMap::new(),
        };
        history.arrange(cases, model, as_of);
        history
    }

    fn arrange(&mut self, cases: &[Case], model: &CellModel, as_of: i32) {
        let mut alike: BTreeMap<(Numbered<'_>, i32), Vec<(usize, Outcome)>> = BTreeMap::new();
        for (index, case) in cases.iter().enumerate() {
            if case.year <= as_of {
                let mut facts: Numbered<'_> = self
                    .number(&case.facts)
                    .into_iter()
                    .map(|(field, number, _)| (field, number))
                    .collect();
                facts.sort_unstable();
                facts.dedup();
                let same = alike.entry((facts, case.year)).or_default();
                same.push((index, case.outcome));
            }
        }
        let mut members = Members::default();
        for ((facts, year), same) in alike {
            members.add(model, &facts, year, same);
        }
        members.settle(self);
    }

    /// The facts of the model's fields: field, number, position among `facts`.
    fn number<'a>(&self, facts: &'a [Fact]) -> Vec<(&'a str, u32, usize)> {
        let known = |(position, fact): (usize, &'a Fact)| {
            let values = self.vocabulary.get(&fact.field)?;
            let number = values.get(&fact.value).copied().unwrap_or(UNKNOWN);
            Some((fact.field.as_str(), number, position))
        };
        facts.iter().enumerate().filter_map(known).collect()
    }

    /// The groups that a case with these facts belongs to, cell by cell.
    pub fn memberships(&self, model: &CellModel, facts: &[Fact]) -> Vec<Membership> {
        let mut numbered = self.number(facts);
        numbered.sort_unstable();
        numbered.dedup_by_key(|&mut (field, number, position)| {
            let value = facts.get(position).map(|fact| &fact.value);
            (field, number, value)
        });
        let mut memberships = Vec::new();
        for (cell, fields) in model.cells.iter().map(|cell| &cell.fields).enumerate() {
            let choices = combinations(fields, |field| {
                let of_field = numbered.iter().filter(move |fact| fact.0 == field);
                of_field.map(|&(_, number, position)| (number, position))
            });
            for choice in choices {
                let (numbers, positions): (Vec<u32>, Vec<usize>) = choice.into_iter().unzip();
                memberships.push(Membership {
                    cell,
                    facts: positions,
                    group: self.group_of.get(&(cell, numbers)).copied(),
                });
            }
        }
        memberships
    }
}

/// Rows and groups while they are being collected: moments still scattered.
#[derive(Default)]
struct Members {
    rows: Vec<Row>,
    group_of: HashMap<GroupKey, usize>,
    cell_of: Vec<usize>,
    /// For each row, its groups.
    groups: Vec<Vec<usize>>,
}

impl Members {
    fn add(
        &mut self,
        model: &CellModel,
        facts: &Numbered<'_>,
        year: i32,
        cases: Vec<(usize, Outcome)>,
    ) {
        let mut tally = Tally::default();
        for &(_, outcome) in &cases {
            tally.count(outcome);
        }
        let mut groups = Vec::new();
        for (cell, fields) in model.cells.iter().map(|cell| &cell.fields).enumerate() {
            let choices = combinations(fields, |field| {
                let of_field = facts.iter().filter(move |fact| fact.0 == field);
                of_field.map(|&(_, number)| number)
            });
            for numbers in choices {
                let next = self.cell_of.len();
                let group = *self.group_of.entry((cell, numbers)).or_insert(next);
                if group == next {
                    self.cell_of.push(cell);
                }
                groups.push(group);
            }
        }
        self.groups.push(groups);
        self.rows.push(Row {
            year,
            tally,
            moments: Vec::new(),
            cases,
        });
    }

    /// Numbers the moments so that each group's are adjacent and in order.
    fn settle(mut self, history: &mut History) {
        let mut tallies: BTreeMap<(usize, i32), Tally> = BTreeMap::new();
        for (row, groups) in self.rows.iter().zip(&self.groups) {
            for &group in groups {
                tallies.entry((group, row.year)).or_default().add(row.tally);
            }
        }
        let position: HashMap<(usize, i32), usize> = tallies.keys().copied().zip(0..).collect();
        for (row, groups) in self.rows.iter_mut().zip(&self.groups) {
            let moments = groups
                .iter()
                .filter_map(|&group| position.get(&(group, row.year)));
            row.moments = moments.copied().collect();
        }
        let mut start = 0;
        let moments: Vec<((usize, i32), Tally)> = tallies.into_iter().collect();
        for (run, &cell) in moments
            .chunk_by(|left, right| left.0.0 == right.0.0)
            .zip(&self.cell_of)
        {
            history.groups.push(Group {
                cell,
                moments: start..start + run.len(),
            });
            start += run.len();
        }
        history.moments = moments
            .into_iter()
            .map(|((_, year), tally)| Moment { year, tally })
            .collect();
        history.rows = self.rows;
        history.group_of = self.group_of;
    }
}

/// Every way of choosing one value for each field; none when a field has none,
/// one empty choice for no fields.
fn combinations<'a, T: Clone, I: Iterator<Item = T>>(
    fields: &'a [std::borrow::Cow<'static, str>],
    values: impl Fn(&'a str) -> I,
) -> Vec<Vec<T>> {
    let mut choices: Vec<Vec<T>> = vec![Vec::new()];
    for field in fields {
        let options: Vec<T> = values(field).collect();
        choices = choices
            .iter()
            .flat_map(|choice| {
                options.iter().map(move |option| {
                    let mut longer = choice.clone();
                    longer.push(option.clone());
                    longer
                })
            })
            .take(MAX_GROUPS_PER_CELL)
            .collect();
    }
    choices
}
