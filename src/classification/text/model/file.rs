//! The file of a model.
//!
//! `STXT`, format version (u16), length of the card (u32), the card as JSON, number of rows (u32), biases (25 × f32), then per
//! row key (u32), group (u8), idf (f32), scale (f32), 25 weights (i8); all little-endian; SHA-256 of all that last.

use super::super::features::Vectorizer;
use super::super::solver::{LABELS, PADDED};
use super::{ModelError, Row, TextModel, slots_of};
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 4] = b"STXT";
const FORMAT: u16 = 1;
const ROW_BYTES: usize = 4 + 1 + 4 + 4 + LABELS;
const DIGEST_BYTES: usize = 32;

impl TextModel {
    /// The model's file; the same model gives the same bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.encode_body();
        let digest = Sha256::digest(&bytes);
        bytes.extend_from_slice(&digest);
        bytes
    }

    pub(super) fn encode_body(&self) -> Vec<u8> {
        // A card of numbers and strings always serialises.
        let card = serde_json::to_vec(&self.card).unwrap_or_default();
        let mut bytes = Vec::with_capacity(card.len() + 128 + self.rows.len() * ROW_BYTES);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&length(card.len()));
        bytes.extend_from_slice(&card);
        bytes.extend_from_slice(&length(self.rows.len()));
        self.bias[..LABELS]
            .iter()
            .for_each(|bias| bytes.extend_from_slice(&bias.to_le_bytes()));
        for row in &self.rows {
            bytes.extend_from_slice(&row.key.to_le_bytes());
            bytes.push(row.group);
            bytes.extend_from_slice(&row.idf.to_le_bytes());
            bytes.extend_from_slice(&row.scale.to_le_bytes());
            bytes.extend(row.weights[..LABELS].iter().map(|weight| weight.to_le_bytes()[0]));
        }
        bytes
    }

    /// Reads a model's file.
    ///
    /// # Errors
    /// [`ModelError`] for bytes that are no intact model of this format.
    pub fn decode(bytes: &[u8]) -> Result<Self, ModelError> {
        Vectorizer::shipped()?;
        let body = bytes
            .len()
            .checked_sub(DIGEST_BYTES)
            .ok_or(ModelError::Malformed("too short"))?;
        let (body, digest) = bytes.split_at(body);
        let mut reader = Reader(body);
        if &reader.array::<4>()? != MAGIC {
            return Err(ModelError::Malformed("wrong first bytes"));
        }
        let format = u16::from_le_bytes(reader.array()?);
        if format != FORMAT {
            return Err(ModelError::Format(format));
        }
        if Sha256::digest(body)[..] != *digest {
            return Err(ModelError::Digest);
        }
        let card_length = u32::from_le_bytes(reader.array()?) as usize;
        let card = serde_json::from_slice(reader.take(card_length)?).map_err(|_| ModelError::Malformed("card"))?;
        let row_count = u32::from_le_bytes(reader.array()?) as usize;
        let mut bias = [0.0; PADDED];
        for value in bias.iter_mut().take(LABELS) {
            *value = f32::from_le_bytes(reader.array()?);
        }
        if reader.0.len() != row_count.saturating_mul(ROW_BYTES) {
            return Err(ModelError::Malformed("number of rows"));
        }
        let rows = (0..row_count).map(|_| reader.row()).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            card,
            bias,
            slots: slots_of(&rows),
            rows,
            digest: super::super::corpus::hex(digest),
        })
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], ModelError> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or(ModelError::Malformed("too short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const COUNT: usize>(&mut self) -> Result<[u8; COUNT], ModelError> {
        self.take(COUNT)?
            .try_into()
            .map_err(|_| ModelError::Malformed("too short"))
    }

    fn row(&mut self) -> Result<Row, ModelError> {
        let key = u32::from_le_bytes(self.array()?);
        let [group] = self.array()?;
        let idf = f32::from_le_bytes(self.array()?);
        let scale = f32::from_le_bytes(self.array()?);
        let mut weights = [0_i8; PADDED];
        for (weight, byte) in weights.iter_mut().zip(self.take(LABELS)?) {
            *weight = i8::from_le_bytes([*byte]);
        }
        Ok(Row {
            key,
            group,
            idf,
            scale,
            weights,
        })
    }
}

fn length(count: usize) -> [u8; 4] {
    u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes()
}
