//! API keys: `sk_<prefix>_<secret>`. The prefix finds the key, the keyed hash of the secret proves it.

use aws_lc_rs::hmac;

use super::error::{Error, Result};
use crate::config::{KeyRing, Secret};

/// The prefix of every API key.
const API_KEY_MARK: &str = "sk_";

/// Prefix and secret of `sk_<prefix>_<secret>`.
pub(super) fn split_api_key(text: &str) -> Option<(&str, &str)> {
    let (prefix, secret) = text.strip_prefix(API_KEY_MARK)?.split_once('_')?;
    let is_word = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_word(prefix, 8) && is_word(secret, 43)).then_some((prefix, secret))
}

/// The keyed hash under which a secret is stored.
pub(super) fn hash_secret(pepper: &hmac::Key, secret: &str) -> Vec<u8> {
    hmac::sign(pepper, secret.as_bytes()).as_ref().to_vec()
}

/// A new API key: the text to hand over once, and what to store of it.
#[derive(Debug)]
pub struct NewApiKey {
    /// `sk_<prefix>_<secret>`; shown once, never stored.
    pub text: Secret<String>,
    /// The public half.
    pub prefix: String,
    /// Version of the pepper.
    pub pepper_version: i16,
    /// Keyed hash of the secret half.
    pub secret_hmac: Vec<u8>,
}

/// Makes an API key with the first pepper of the ring.
///
/// # Errors
/// When the ring is empty or the system has no randomness.
pub fn new_api_key(ring: &KeyRing) -> Result<NewApiKey> {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let (version, pepper) = ring.iter().next().ok_or_else(|| Error::internal("no API key pepper"))?;
    let mut letters = String::with_capacity(51);
    while letters.len() < 51 {
        let mut random = [0_u8; 64];
        aws_lc_rs::rand::fill(&mut random).map_err(|e| Error::internal(e.to_string()))?;
        // Bytes above the last multiple of 62 are thrown away, so that every letter is as likely.
        letters.extend(
            random
                .iter()
                .filter(|b| **b < 248)
                .map(|b| char::from(ALPHABET[usize::from(*b % 62)])),
        );
    }
    let (prefix, secret) = (&letters[..8], &letters[8..51]);
    Ok(NewApiKey {
        text: Secret::new(format!("{API_KEY_MARK}{prefix}_{secret}")),
        prefix: prefix.to_owned(),
        pepper_version: i16::from(version),
        secret_hmac: hash_secret(&hmac::Key::new(hmac::HMAC_SHA256, pepper), secret),
    })
}
