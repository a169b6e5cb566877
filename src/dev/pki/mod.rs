//! The development PKI: an authority of our own, and certificates for the server and its clients.
//!
//! For `stratum dev` and for tests. A real deployment brings certificates from its own authority; nothing here runs
//! for it. Keys are P-256. [`Directory`] keeps a PKI in files and makes only what is missing or about to end;
//! [`Authority`] issues in memory, odd certificates for tests included: expired ([`Leaf::expired`]), of a wrong
//! authority (a second [`Authority::generate`]), revoked ([`Authority::revocation_list`]), unregistered (any that
//! nobody registers).

mod authority;
mod directory;

use std::{io, path::PathBuf};

pub use authority::{Authority, Issued, Leaf, Summary};
pub use directory::{Directory, Identity};

/// Why development certificates could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A key or certificate could not be generated.
    #[error("certificate not generated: {0}")]
    Generate(#[from] rcgen::Error),
    /// A tenant slug or service name that can't stand in a SPIFFE id and a file name.
    #[error("`{0}` is no slug: expected 1 to 63 of a-z, 0-9 and inner hyphens")]
    Slug(String),
    /// A certificate does not parse, or is not that of its key.
    #[error("certificate does not parse, or its private key is another's")]
    Unreadable,
}
