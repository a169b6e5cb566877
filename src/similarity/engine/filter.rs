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
        let narrow: Result<Box<[u8]>, _> =
            values.iter().map(|value| u8::try_from(*value)).collect();
        if let Ok(narrow) = narrow {
            return Self::Narrow(narrow);
        }
        let medium: Result<Box<[u16]>, _> =
            values.iter().map(|value| u16::try_from(*value)).collect();
        medium.map_or_else(|_| Self::Wide(values.into()), Self::Medium)
    }

    pub(super) fn get(&self, at: usize) -> u32 {
        match self {
            Self::Narrow(values) => values.get(at).map_or(0, |value| u32::from(*value)),
            Self::Medium(values) => values.get(at).map_or(0, |value| u32::from(*value)),
            Self::Wide(values) => values.get(at).copied().unwrap_or(0),
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
