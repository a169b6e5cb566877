//! Facts as numbers, and the groups that a set of facts belongs to.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::{CellModel, Fact};

/// At most this many groups of one cell for one case, so that several fields
/// with many values each can't multiply without bound.
const MAX_GROUPS_PER_CELL: usize = 64;

/// The number of every fact that no precedent has.
const UNKNOWN: u32 = u32::MAX;

/// The numbers of a model's fields and of the facts known of them.
pub(super) struct Vocabulary {
    fields: HashMap<String, Field>,
    /// For each cell, its fields.
    cells: Vec<Vec<usize>>,
}

struct Field {
    number: usize,
    values: HashMap<Arc<str>, u32>,
}

/// A fact of one of the model's fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Known {
    field: usize,
    /// The same for equal facts, in the order of field and value.
    pub number: u32,
    /// Where it stands among the facts given.
    pub position: usize,
}

impl Vocabulary {
    /// Numbers the facts of the model's fields; equal sets of facts get equal
    /// numbers.
    pub fn of<'a>(facts: impl Iterator<Item = &'a Fact>, model: &CellModel) -> Self {
        let names: BTreeSet<&str> = model
            .cells
            .iter()
            .flat_map(|cell| cell.fields.iter().map(AsRef::as_ref))
            .collect();
        let numbered = names.into_iter().zip(0..).map(|(name, number)| {
            let values = HashMap::new();
            (name.to_owned(), Field { number, values })
        });
        let mut fields: HashMap<String, Field> = numbered.collect();
        let known: BTreeSet<&Fact> = facts.filter(|fact| fields.contains_key(&*fact.field)).collect();
        for (number, fact) in (0..UNKNOWN).zip(known) {
            if let Some(field) = fields.get_mut(&*fact.field) {
                field.values.insert(fact.value.clone(), number);
            }
        }
        let cells = model.cells.iter().map(|cell| {
            let of_cell = cell.fields.iter().filter_map(|name| fields.get(name.as_ref()));
            of_cell.map(|field| field.number).collect()
        });
        Self {
            cells: cells.collect(),
            fields,
        }
    }

    /// The facts of the model's fields, in order, each once.
    pub fn number(&self, facts: &[Fact]) -> Vec<Known> {
        let known = |(position, fact): (usize, &Fact)| {
            let field = self.fields.get(&*fact.field)?;
            Some(Known {
                field: field.number,
                number: field.values.get(&*fact.value).copied().unwrap_or(UNKNOWN),
                position,
            })
        };
        let mut numbered: Vec<Known> = facts.iter().enumerate().filter_map(known).collect();
        numbered.sort_unstable();
        numbered.dedup_by_key(|known| (known.field, known.number, facts.get(known.position)));
        numbered
    }

    /// Memory held, in bytes, but for the texts, which are the corpus'.
    pub fn bytes(&self) -> usize {
        let slot = size_of::<(Arc<str>, u32)>() + 1;
        let values = self.fields.values().map(|field| field.values.capacity());
        values.sum::<usize>() * slot * 8 / 7
    }

    /// Every group that a case of these facts belongs to: a cell, and the facts
    /// that stand for its fields.
    pub fn groups<'a>(&'a self, facts: &'a [Known]) -> impl Iterator<Item = (usize, Vec<Known>)> + 'a {
        let cells = self.cells.iter().enumerate();
        cells.flat_map(move |(cell, fields)| {
            let choices = combinations(fields, facts).into_iter();
            choices.map(move |choice| (cell, choice))
        })
    }
}

/// Every way of choosing one fact for each field; none when a field has none,
/// one empty choice for no fields.
fn combinations(fields: &[usize], facts: &[Known]) -> Vec<Vec<Known>> {
    let mut choices: Vec<Vec<Known>> = vec![Vec::with_capacity(fields.len())];
    for &field in fields {
        let options = || facts.iter().filter(|fact| fact.field == field);
        let longer = |choice: Vec<Known>| {
            options().map(move |&option| {
                let mut longer = choice.clone();
                longer.push(option);
                longer
            })
        };
        let all = choices.into_iter().flat_map(longer);
        choices = all.take(MAX_GROUPS_PER_CELL).collect();
    }
    choices
}
