//! The protobuf wire format, as much of it as transcoding needs: fields out, fields in.

/// Bytes that are no message of the expected type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// A field's value before its type is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Raw<'b> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(&'b [u8]),
}

impl<'b> Raw<'b> {
    pub(crate) fn varint(self) -> Result<u64, Malformed> {
        if let Self::Varint(value) = self {
            Ok(value)
        } else {
            Err(Malformed)
        }
    }

    /// The low half of a varint: fields of 32 bits ignore the rest, also of a sign extension.
    #[expect(clippy::cast_possible_truncation, reason = "the wire format keeps the low 32 bits")]
    pub(crate) fn varint32(self) -> Result<u32, Malformed> {
        self.varint().map(|value| value as u32)
    }

    pub(crate) fn fixed64(self) -> Result<u64, Malformed> {
        if let Self::Fixed64(value) = self {
            Ok(value)
        } else {
            Err(Malformed)
        }
    }

    pub(crate) fn fixed32(self) -> Result<u32, Malformed> {
        if let Self::Fixed32(value) = self {
            Ok(value)
        } else {
            Err(Malformed)
        }
    }

    pub(crate) fn bytes(self) -> Result<&'b [u8], Malformed> {
        if let Self::Bytes(value) = self {
            Ok(value)
        } else {
            Err(Malformed)
        }
    }

    pub(crate) fn text(self) -> Result<&'b str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_not_utf8| Malformed)
    }
}

/// Wire types that a tag may name; groups are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WireType {
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// Walks a message's fields in wire order.
#[derive(Debug, Clone)]
pub(crate) struct Fields<'b> {
    rest: &'b [u8],
}

impl<'b> Fields<'b> {
    pub(crate) fn new(message: &'b [u8]) -> Self {
        Self { rest: message }
    }

    /// What is not read yet.
    pub(crate) fn rest(&self) -> &'b [u8] {
        self.rest
    }

    fn read(&mut self) -> Result<(u32, Raw<'b>), Malformed> {
        let tag = take_varint(&mut self.rest)?;
        let number = u32::try_from(tag >> 3).map_err(|_overflow| Malformed)?;
        if number == 0 {
            return Err(Malformed);
        }
        let raw = match tag & 7 {
            0 => Raw::Varint(take_varint(&mut self.rest)?),
            1 => Raw::Fixed64(u64::from_le_bytes(take_array(&mut self.rest)?)),
            2 => Raw::Bytes(take_bytes(&mut self.rest)?),
            5 => Raw::Fixed32(u32::from_le_bytes(take_array(&mut self.rest)?)),
            _ => return Err(Malformed),
        };
        Ok((number, raw))
    }
}

impl<'b> Iterator for Fields<'b> {
    type Item = Result<(u32, Raw<'b>), Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.read();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Takes a base-128 integer off the front.
pub(crate) fn take_varint(rest: &mut &[u8]) -> Result<u64, Malformed> {
    let mut value = 0u64;
    for (index, byte) in rest.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            *rest = rest.get(index + 1..).unwrap_or_default();
            return Ok(value);
        }
    }
    Err(Malformed)
}

/// Takes a fixed number of bytes off the front.
pub(crate) fn take_array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Malformed> {
    let (taken, left) = rest.split_first_chunk::<N>().ok_or(Malformed)?;
    *rest = left;
    Ok(*taken)
}

fn take_bytes<'b>(rest: &mut &'b [u8]) -> Result<&'b [u8], Malformed> {
    let length = usize::try_from(take_varint(rest)?).map_err(|_overflow| Malformed)?;
    let (taken, left) = rest.split_at_checked(length).ok_or(Malformed)?;
    *rest = left;
    Ok(taken)
}

/// The last value on the wire of the field at the end of a chain of message fields.
pub(crate) fn find<'b>(message: &'b [u8], path: &[u32]) -> Result<Option<Raw<'b>>, Malformed> {
    let Some((number, inner)) = path.split_first() else {
        return Ok(None);
    };
    let mut found = None;
    for field in Fields::new(message) {
        let (at, raw) = field?;
        if at != *number {
            continue;
        }
        if inner.is_empty() {
            found = Some(raw);
        } else if let Some(deeper) = find(raw.bytes()?, inner)? {
            found = Some(deeper);
        }
    }
    Ok(found)
}

fn low_seven_bits(value: u64) -> u8 {
    (value & 0x7f) as u8
}

pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(low_seven_bits(value) | 0x80);
        value >>= 7;
    }
    out.push(low_seven_bits(value));
}

pub(crate) fn put_tag(out: &mut Vec<u8>, number: u32, wire_type: WireType) {
    put_varint(out, u64::from(number) << 3 | wire_type as u64);
}

pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u32, value: &[u8]) {
    put_tag(out, number, WireType::Bytes);
    put_varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

/// Makes all that was written since `start` the content of the message field `number`.
pub(crate) fn wrap_from(out: &mut Vec<u8>, start: usize, number: u32) {
    let content_end = out.len();
    put_tag(out, number, WireType::Bytes);
    put_varint(out, (content_end - start) as u64);
    let header_length = out.len() - content_end;
    if let Some(written) = out.get_mut(start..) {
        written.rotate_right(header_length);
    }
}

/// Maps a signed integer so that small magnitudes are short on the wire.
pub(crate) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The inverse of [`zigzag`].
pub(crate) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_puts_the_header_before_the_content() {
        let mut out = vec![9];
        put_bytes(&mut out, 1, b"abc");
        wrap_from(&mut out, 1, 20);
        assert_eq!(find(&out[1..], &[20, 1]), Ok(Some(Raw::Bytes(b"abc"))));
    }

    #[test]
    fn the_last_value_wins_even_across_pieces_of_one_message() {
        let mut out = Vec::new();
        for text in ["first", "second"] {
            let start = out.len();
            put_bytes(&mut out, 2, text.as_bytes());
            wrap_from(&mut out, start, 1);
        }
        assert_eq!(find(&out, &[1, 2]), Ok(Some(Raw::Bytes(b"second"))));
        assert_eq!(find(&out, &[1, 3]), Ok(None));
    }

    #[test]
    fn truncation_and_groups_are_malformed() {
        for bytes in [&[0x80][..], &[0x0a, 5, 1], &[0x0b], &[0x00, 1], &[0x0d, 1, 2]] {
            assert!(Fields::new(bytes).any(|field| field.is_err()), "{bytes:?}");
        }
    }

    #[test]
    fn zigzag_is_its_own_way_back() {
        for value in [0, -1, 1, i64::MIN, i64::MAX] {
            assert_eq!(unzigzag(zigzag(value)), value);
        }
    }
}
