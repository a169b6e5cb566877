//! Conditions on small-integer attributes of a record.

/// One condition on one attribute column. The caller decides what the columns mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The value is one of these.
    OneOf {
        /// Index of the column.
        column: usize,
        /// Accepted values.
        values: Vec<u32>,
    },
    /// The value lies in a closed range.
    Between {
        /// Index of the column.
        column: usize,
        /// Smallest accepted value.
        low: u32,
        /// Largest accepted value.
        high: u32,
    },
    /// The value, read as a set of bits, shares one with `bits`: for attributes with several values at once.
    AnyBit {
        /// Index of the column.
        column: usize,
        /// Accepted bits.
        bits: u32,
    },
}

impl Condition {
    /// Whether a record holds; a column that a record lacks reads as 0.
    #[must_use]
    pub fn accepts(&self, value_of: impl Fn(usize) -> u32) -> bool {
        match self {
            Self::OneOf { column, values } => values.contains(&value_of(*column)),
            Self::Between { column, low, high } => (*low..=*high).contains(&value_of(*column)),
            Self::AnyBit { column, bits } => value_of(*column) & bits != 0,
        }
    }
}

/// All conditions must hold; none means every record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter(pub Vec<Condition>);

impl Filter {
    /// Whether a record holds.
    #[must_use]
    pub fn accepts(&self, value_of: impl Fn(usize) -> u32) -> bool {
        self.0.iter().all(|condition| condition.accepts(&value_of))
    }
}

/// One attribute of many records, as narrow as its largest value allows.
#[derive(Debug)]
pub(super) enum Column {
    Narrow(Box<[u8]>),
    Medium(Box<[u16]>),
    Wide(Box<[u32]>),
}

impl Column {
    pub(super) fn new(values: Vec<u32>) -> Self {
        let narrow: Result<Box<[u8]>, _> = values.iter().map(|value| u8::try_from(*value)).collect();
        if let Ok(narrow) = narrow {
            return Self::Narrow(narrow);
        }
        let medium: Result<Box<[u16]>, _> = values.iter().map(|value| u16::try_from(*value)).collect();
        medium.map_or_else(|_| Self::Wide(values.into()), Self::Medium)
    }

    pub(super) fn get(&self, at: usize) -> u32 {
        match self {
            Self::Narrow(values) => values.get(at).map_or(0, |value| u32::from(*value)),
            Self::Medium(values) => values.get(at).map_or(0, |value| u32::from(*value)),
            Self::Wide(values) => values.get(at).copied().unwrap_or(0),
        }
    }

    /// Which of up to 64 values from `start` on are accepted, as bits.
    fn accepted(&self, start: usize, accepts: impl Fn(u32) -> bool) -> u64 {
        match self {
            Self::Narrow(values) => bits(block(values, start), accepts),
            Self::Medium(values) => bits(block(values, start), accepts),
            Self::Wide(values) => bits(block(values, start), accepts),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Narrow(values) => values.len(),
            Self::Medium(values) => values.len() * 2,
            Self::Wide(values) => values.len() * 4,
        }
    }
}

/// The slots that a filter accepts among `count`, if they are no more than `most`.
///
/// One condition and 64 slots at a time: for selective filters most blocks end after one vectorised pass over
/// one column.
pub(super) fn accepted_slots(filter: &Filter, columns: &[Column], count: usize, most: usize) -> Option<Vec<u16>> {
    let mut slots = Vec::new();
    for start in (0..count).step_by(64) {
        let mut accepted = u64::MAX >> (64 - (count - start).min(64));
        for condition in &filter.0 {
            if accepted != 0 {
                accepted &= condition.accepted(columns, start);
            }
        }
        while accepted != 0 {
            let slot = start + accepted.trailing_zeros() as usize;
            slots.push(u16::try_from(slot).unwrap_or(u16::MAX));
            accepted &= accepted - 1;
        }
        if slots.len() > most {
            return None;
        }
    }
    Some(slots)
}

impl Condition {
    /// Which of the 64 slots from `start` on hold, as bits.
    fn accepted(&self, columns: &[Column], start: usize) -> u64 {
        let (Self::OneOf { column, .. } | Self::Between { column, .. } | Self::AnyBit { column, .. }) = self;
        let Some(column) = columns.get(*column) else {
            return if self.accepts(|_| 0) { u64::MAX } else { 0 };
        };
        match self {
            Self::OneOf { values, .. } => match values[..] {
                [one] => column.accepted(start, |value| value == one),
                _ => column.accepted(start, |value| values.contains(&value)),
            },
            Self::Between { low, high, .. } => column.accepted(start, |value| *low <= value && value <= *high),
            Self::AnyBit { bits, .. } => column.accepted(start, |value| value & bits != 0),
        }
    }
}

/// Up to 64 values from `start` on.
fn block<Value>(values: &[Value], start: usize) -> &[Value] {
    let end = values.len().min(start + 64);
    values.get(start..end).unwrap_or(&[])
}

fn bits<Value: Copy + Into<u32>>(values: &[Value], accepts: impl Fn(u32) -> bool) -> u64 {
    // Without a branch in it the first pass becomes vector instructions.
    if !values.iter().fold(false, |any, value| any | accepts((*value).into())) {
        return 0;
    }
    let bit = |(at, value): (usize, &Value)| u64::from(accepts((*value).into())) << at;
    values.iter().enumerate().map(bit).fold(0, |bits, bit| bits | bit)
}
