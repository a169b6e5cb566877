//! Keys of a development directory, made at the first start.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::DevError;
use crate::config::KeyRing;

/// The key rings as texts.
#[derive(Serialize, Deserialize)]
pub(super) struct Keys {
    page_token_keys: String,
    api_key_peppers: String,
}

impl Keys {
    /// Reads the keys of a directory, and makes them where there are none.
    pub(super) fn open(directory: &Path) -> Result<Self, DevError> {
        let path = directory.join("keys.json");
        if let Ok(bytes) = std::fs::read(&path) {
            return Ok(serde_json::from_slice(&bytes)?);
        }
        let keys = Self {
            page_token_keys: new_key()?,
            api_key_peppers: new_key()?,
        };
        keep_private(&path, &serde_json::to_vec_pretty(&keys)?)?;
        Ok(keys)
    }

    pub(super) fn page_tokens(&self) -> Result<KeyRing, DevError> {
        Ok(KeyRing::parse(&self.page_token_keys)?)
    }

    pub(super) fn peppers(&self) -> Result<KeyRing, DevError> {
        Ok(KeyRing::parse(&self.api_key_peppers)?)
    }
}

fn new_key() -> Result<String, DevError> {
    let mut key = [0_u8; 32];
    aws_lc_rs::rand::fill(&mut key).map_err(|e| e.to_string())?;
    Ok(format!("1:{}", hex::encode(key)))
}

/// Writes a file that only its owner reads, whole or not at all.
pub(super) fn keep_private(path: &Path, content: &[u8]) -> Result<(), DevError> {
    let part = path.with_extension("part");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    Ok(())
}
