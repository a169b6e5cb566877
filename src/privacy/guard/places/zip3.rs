//! Three-digit ZIP prefixes that Safe Harbor wants replaced by 000.

/// Version of the list: the 17 prefixes of Census 2000 in the guidance of HHS (2012-11-26), and the six that Census 2010 adds (202, 204, 205,
/// 369, 753, 772; of the 17, its counts keep twelve: the populations of the 2010 ZCTAs were added up by prefix). The rule wants current counts
/// and HHS has published none since 2012, so the union fails closed; the counts of 2020 have not been checked.
pub const ZIP3_RESTRICTED_VERSION: &str = "2012-11-26+census2010";

/// Prefixes whose areas hold 20,000 people or fewer by any known list, in order.
const RESTRICTED: [&str; 23] = [
    "036", "059", "063", "102", "202", "203", "204", "205", "369", "556", "692", "753", "772", "790", "821", "823",
    "830", "831", "878", "879", "884", "890", "893",
];

/// Whether a prefix may not be kept. `000` is the replacement and passes.
pub(in super::super) fn is_restricted(prefix: &str) -> bool {
    RESTRICTED.binary_search(&prefix).is_ok()
}
