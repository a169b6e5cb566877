//! Enums as the database holds them: text without the enum's prefix, checked by constraint.

/// An enum of the contract that a column can hold. Implemented by `build.rs` for every enum,
/// so that proto number, JSON name and stored text are one bijection.
pub trait StoredEnum: Copy + Sized + Eq + 'static {
    /// Every value, the unspecified one first.
    const ALL: &'static [Self];

    /// The text a column holds.
    fn stored(self) -> &'static str;

    /// The value that a column's text stands for.
    fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.stored() == text)
    }

    /// The text of a known value that is not the unspecified one; `None` for the unspecified one.
    fn stored_if_known(self) -> Option<&'static str> {
        (Self::ALL.first() != Some(&self)).then(|| self.stored())
    }
}

/// The stored texts of a repeated enum field; unknown numbers can't get past validation and are left out.
pub fn stored_list<E: StoredEnum + TryFrom<i32>>(numbers: &[i32]) -> Vec<String> {
    numbers
        .iter()
        .filter_map(|n| E::try_from(*n).ok())
        .map(|e| e.stored().to_owned())
        .collect()
}

/// The stored text of an enum field; `None` when unspecified.
pub fn stored<E: StoredEnum + TryFrom<i32>>(number: i32) -> Option<&'static str> {
    E::try_from(number).ok().and_then(StoredEnum::stored_if_known)
}

/// The numbers of stored texts; a text of no value, which the database's checks keep out, is unspecified.
pub fn stored_numbers<E: StoredEnum + Into<i32>>(texts: &[String]) -> Vec<i32> {
    texts
        .iter()
        .map(|text| E::from_stored(text).map_or(0, Into::into))
        .collect()
}
