//! Three-digit ZIP prefixes that Safe Harbor wants replaced by 000.

/// Version of the list: Census 2000 ZCTAs as in the guidance of HHS (2012), and the prefixes that later counts add. The union fails closed.
pub const ZIP3_RESTRICTED_VERSION: &str = "2012-11-26+census2010";

/// Prefixes whose areas hold 20,000 people or fewer by any known list, in order.
const RESTRICTED: [&str; 23] = [
    "036", "059", "063", "102", "202", "203", "204", "205", "369", "556", "692", "753", "772", "790", "821", "823",
    "830", "831", "878", "879", "884", "890", "893",
];

/// Whether a prefix may not be kept. `000` is the replacement and passes.
pub(super) fn is_restricted(prefix: &str) -> bool {
    RESTRICTED.binary_search(&prefix).is_ok()
}
