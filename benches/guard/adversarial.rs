//! What the slowest texts are made of.

/// Pieces that some detector takes for a beginning; each is repeated up to a megabyte.
#[rustfmt::skip]
pub const PIECES: &[&str] = &[
    "1 ", "1-", "1/", "1.", "1:", "1, ", "12/", "1/2/3 ", "12345 ", "1.1.1.", "1:2:3:", "10.0.0.", "1\n2\n", "12 34 56 ", "123 456 789 ",
    "1,000 ", "$1 ", "1", "555-0142 ", "402-19-8877", "4111 1111 1111 1111 ", "1 A 2 ", "1 Main ", "ABC 123 456 ", "Ab1", "A", "A.", "A-",
    "A B C ", "A, ", "a", "a.", "a-", "a b ", "a:b", "a@", "@", ".", "-", "::", "[", "(", "\"A\" ", "(A) ", "[NAME]", "[NAME ", "o'o'o'", "a's ",
    "'s ", "x.com ", "x.jpg ", "www.", "a.com/", "https://a", "www.https://a&#", "(Maria://", "data:image/", "iVBOR", "TWFyaWE",
    "YWJjZGVmZ2hpamtsbW5vcA ", "4d4152", "0123456789abcdef", "QUJD\n", "==", "%4", "%41", "%2541", "&#65;", "&#37;41", "\u{200b}", "\u{ad}",
    "\u{301}", "\u{fdfa}", "é", "а", "ＡＢ", "\n", "\r\n", "Mr. ", "Mr. Mr. ", "Dr ", "Dr. A. ", "patient ", "patient Maria of the ", "Name: ",
    "Maria ", "Maria, ", "Maria and ", "maria, ", "maria gonzalez ", "GONZALEZ, ", "Min-jun ", "Van de la ", "St. ", "St. Mary ", "of the ",
    "san ", "new york ", "New York, ", "lake ", "County ", "Mercy ", "Hospital of the ", "at Mercy ", "seen at A ", "admitted to ", "lives at 1 ",
    "address: 1 A ", "Highway 1 ", "P.O. Box ", "CA ", ", CA", "ZIP ", "March ", "January ", "seen on 3/", "she in May ", "ninety ", "94 year ",
    "member id ", "id # ", "MRN 1", "number ", ", claim # ", "fax ", "call ", "fingerprint ", "photo of ", "w/ Maria ", "I am ", "no ",
    "in January ", "on the 23rd ", "3-14 ", "3/14 and ", "0171 ", "her son Minh ", "Minh says ", "Minh, 94, ", "who is 94 ", "seen in macon ",
    "the Mercy nurse ", "St. Mary's in ", "labs from Alba ", "minh and maria ", "MRN 551092, 551902, ", "policy 0113 ", "eff. 01/01/2025 ",
];
