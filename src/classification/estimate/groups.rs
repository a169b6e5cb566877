//! Groups of cases, found by what their members have in common.

use std::hash::{BuildHasher as _, Hasher as _};
use std::ops::Range;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::vocabulary::Known;

/// A group of cases with the same values in a cell's fields.
pub(super) struct Group {
    cell: u32,
    /// Where the numbers of the facts stand that its cases share.
    facts: Range<u32>,
    moments: Range<u32>,
}

impl Group {
    /// Position of its cell in the model.
    pub fn cell(&self) -> usize {
        self.cell as usize
    }

    /// Its moments, in order of time: a range of those of the history.
    pub fn moments(&self) -> Range<usize> {
        wide(&self.moments)
    }
}

/// The groups of a history, numbered as they were met. The table holds numbers alone: what a group is found by
/// stands in one list for all of them.
#[derive(Default)]
pub(super) struct Groups {
    groups: Vec<Group>,
    facts: Vec<u32>,
    numbers: HashTable<u32>,
    hash: RandomState,
}

impl Groups {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// All of them, by number.
    pub fn iter(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter()
    }

    /// A group by its number.
    pub fn get(&self, number: usize) -> Option<&Group> {
        self.groups.get(number)
    }

    /// The number of the group of a cell and the facts that stand for its fields.
    pub fn find(&self, cell: usize, facts: &[Known]) -> Option<usize> {
        let cell = narrow(cell);
        let hash = hash_of(&self.hash, cell, facts.iter().map(|fact| fact.number));
        let found = self.numbers.find(hash, |&number| self.is(number, cell, facts));
        found.map(|&number| number as usize)
    }

    /// The same, made where it is new.
    pub fn join(&mut self, cell: usize, facts: &[Known]) -> u32 {
        if let Some(number) = self.find(cell, facts) {
            return narrow(number);
        }
        let (number, cell, first) = (narrow(self.groups.len()), narrow(cell), self.facts.len());
        self.facts.extend(facts.iter().map(|fact| fact.number));
        self.groups.push(Group {
            cell,
            facts: narrow(first)..narrow(self.facts.len()),
            moments: 0..0,
        });
        let Self {
            groups,
            facts: all,
            numbers,
            hash,
        } = self;
        let hash_of = |number: &u32| {
            let group = groups.get(*number as usize);
            group.map_or(0, |group| {
                hash_of(hash, group.cell, of_group(all, group).iter().copied())
            })
        };
        numbers.insert_unique(hash_of(&number), number, hash_of);
        number
    }

    /// Tells a group of its next moment, which stands after the one before it.
    pub fn add_moment(&mut self, number: u32, moment: u32) {
        if let Some(group) = self.groups.get_mut(number as usize) {
            let first = if group.moments.is_empty() {
                moment
            } else {
                group.moments.start
            };
            group.moments = first..moment + 1;
        }
    }

    /// Gives back what its lists took for growing.
    pub fn shrink(&mut self) {
        self.groups.shrink_to_fit();
        self.facts.shrink_to_fit();
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> usize {
        self.groups.capacity() * size_of::<Group>()
            + self.facts.capacity() * size_of::<u32>()
            + self.numbers.allocation_size()
    }

    fn is(&self, number: u32, cell: u32, facts: &[Known]) -> bool {
        let group = self.groups.get(number as usize);
        group.is_some_and(|group| {
            let numbers = facts.iter().map(|fact| &fact.number);
            group.cell == cell && of_group(&self.facts, group).iter().eq(numbers)
        })
    }
}

fn of_group<'a>(facts: &'a [u32], group: &Group) -> &'a [u32] {
    facts.get(wide(&group.facts)).unwrap_or_default()
}

/// A cell has a fixed number of fields, so where one list ends needs no mark.
fn hash_of(state: &RandomState, cell: u32, facts: impl Iterator<Item = u32>) -> u64 {
    let mut hasher = state.build_hasher();
    hasher.write_u32(cell);
    for fact in facts {
        hasher.write_u32(fact);
    }
    hasher.finish()
}

/// A position in four bytes. There are never four billion: each stands for more bytes than that of memory.
pub(super) fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// A range of positions as slices take it.
pub(super) fn wide(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}
