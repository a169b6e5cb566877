//! Scans a stream of texts: one JSON object a line in, one a line out, nothing kept.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};

use super::guard::{FieldContext, Guard};

/// Longest line that is read, in bytes; a longer one is reported and skipped.
pub const LINE_BYTES_MAX: usize = 8 << 20;

/// One line of input.
#[derive(Deserialize)]
struct Record {
    id: serde_json::Value,
    text: String,
}

/// One line of output.
#[derive(Serialize)]
struct Answer<'a> {
    id: &'a serde_json::Value,
    findings: Vec<FindingLine>,
}

/// A finding on the wire; offsets in Unicode code points of `text`.
#[derive(Serialize)]
struct FindingLine {
    kind: &'static str,
    start: usize,
    length: usize,
    score: f32,
    detector: &'static str,
}

/// Why a line could not be scanned. The line itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadLineReason {
    /// No JSON object with the keys `id` and `text` (a string).
    NotARecord,
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// Longer than [`LINE_BYTES_MAX`].
    TooLong,
}

impl BadLineReason {
    /// The reason in words, for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotARecord => "not a JSON object with id and text",
            Self::NotUtf8 => "not UTF-8",
            Self::TooLong => "line too long",
        }
    }
}

/// A line that could not be scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: BadLineReason,
}

/// What a scan came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Texts scanned.
    pub records: u64,
    /// Texts with at least one finding.
    pub flagged: u64,
    /// Findings in all.
    pub findings: u64,
    /// How many lines could not be scanned.
    pub bad_lines: u64,
    /// The first of them, at most [`BAD_LINES_KEPT`].
    pub first_bad_lines: Vec<BadLine>,
}

/// How many bad lines a summary names.
pub const BAD_LINES_KEPT: usize = 100;

/// Reads `{"id", "text"}` lines, writes `{"id", "findings"}` lines in the same order, and calls `progress` with the bytes read so far
/// after each line. Blank lines are passed over; bad lines are counted and named by number.
///
/// # Errors
/// The reader or the writer failed.
pub fn scan_ndjson(
    mut reader: impl BufRead,
    mut writer: impl Write,
    guard: &Guard,
    mut progress: impl FnMut(u64),
) -> io::Result<Summary> {
    let mut summary = Summary::default();
    let mut line = Vec::new();
    let (mut number, mut bytes_read) = (0_u64, 0_u64);
    loop {
        line.clear();
        let (length, is_whole) = read_line(&mut reader, &mut line)?;
        if length == 0 {
            break;
        }
        number += 1;
        bytes_read += length;
        match if is_whole {
            parse(&line)
        } else {
            Err(BadLineReason::TooLong)
        } {
            Ok(Some(record)) => answer(&record, guard, &mut writer, &mut summary)?,
            Ok(None) => {}
            Err(reason) => {
                summary.bad_lines += 1;
                if summary.first_bad_lines.len() < BAD_LINES_KEPT {
                    summary.first_bad_lines.push(BadLine { line: number, reason });
                }
            }
        }
        progress(bytes_read);
    }
    writer.flush()?;
    Ok(summary)
}

/// Reads up to and with the next line end; what exceeds the limit is read and dropped. Gives the bytes consumed and whether all were kept.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<(u64, bool)> {
    let mut consumed = 0_u64;
    let mut is_whole = true;
    loop {
        let available = match reader.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            return Ok((consumed, is_whole));
        }
        let end = available.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let part = available.get(..end.unwrap_or(available.len())).unwrap_or(available);
        is_whole &= line.len() + part.len() <= LINE_BYTES_MAX;
        if is_whole {
            line.extend_from_slice(part);
        }
        let length = part.len();
        consumed += length as u64;
        reader.consume(length);
        if end.is_some() {
            return Ok((consumed, is_whole));
        }
    }
}

fn parse(line: &[u8]) -> Result<Option<Record>, BadLineReason> {
    let text = std::str::from_utf8(line).map_err(|_| BadLineReason::NotUtf8)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text)
        .map(Some)
        .map_err(|_| BadLineReason::NotARecord)
}

fn answer(record: &Record, guard: &Guard, writer: &mut impl Write, summary: &mut Summary) -> io::Result<()> {
    let findings: Vec<FindingLine> = guard
        .scan(&record.text, FieldContext::FreeText)
        .into_iter()
        .map(|found| FindingLine {
            kind: found.kind.as_str(),
            start: found.start,
            length: found.length,
            score: found.score,
            detector: found.detector,
        })
        .collect();
    summary.records += 1;
    summary.findings += findings.len() as u64;
    summary.flagged += u64::from(!findings.is_empty());
    serde_json::to_writer(
        &mut *writer,
        &Answer {
            id: &record.id,
            findings,
        },
    )?;
    writer.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(input: &[u8]) -> (Summary, String) {
        let mut out = Vec::new();
        let summary = scan_ndjson(input, &mut out, &Guard::new(), |_| {}).unwrap_or_default();
        (summary, String::from_utf8_lossy(&out).into_owned())
    }

    #[test]
    fn offsets_are_code_points_of_the_input() {
        let (summary, out) = scan("{\"id\":7,\"text\":\"Ärztin: SSN 402-19-8877\"}\n".as_bytes());
        assert_eq!((summary.records, summary.flagged, summary.findings), (1, 1, 1));
        let answer: serde_json::Value = serde_json::from_str(out.trim()).unwrap_or_default();
        assert_eq!(answer["id"], 7);
        assert_eq!(answer["findings"][0]["kind"], "SSN");
        assert_eq!(answer["findings"][0]["start"], 12);
        assert_eq!(answer["findings"][0]["length"], 11);
    }

    #[test]
    fn clean_text_has_an_empty_list() {
        let (summary, out) = scan(b"{\"id\":\"a\",\"text\":\"Denied CO-50, appeal within 180 days.\"}");
        assert_eq!(summary.flagged, 0);
        assert_eq!(out, "{\"id\":\"a\",\"findings\":[]}\n");
    }

    #[test]
    fn bad_lines_are_numbered_and_not_quoted() {
        let input = b"{\"id\":1,\"text\":\"fine\"}\n\nMaria Gonzalez\n{\"id\":2}\n\xff\n{\"id\":3,\"text\":\"fine\"}\n";
        let (summary, out) = scan(input);
        let lines: Vec<_> = summary
            .first_bad_lines
            .iter()
            .map(|bad| (bad.line, bad.reason))
            .collect();
        assert_eq!(
            lines,
            [
                (3, BadLineReason::NotARecord),
                (4, BadLineReason::NotARecord),
                (5, BadLineReason::NotUtf8)
            ]
        );
        assert_eq!((summary.records, summary.bad_lines), (2, 3));
        assert!(!out.contains("Gonzalez") && !format!("{summary:?}").contains("Gonzalez"));
    }

    #[test]
    fn progress_counts_every_byte() {
        let input = b"{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"text\":\"b\"}";
        let mut seen = 0;
        let result = scan_ndjson(&input[..], io::sink(), &Guard::new(), |bytes| seen = bytes);
        assert!(result.is_ok());
        assert_eq!(seen, input.len() as u64);
    }

    #[test]
    fn a_line_beyond_the_limit_is_skipped_whole() {
        let mut input = vec![b'x'; LINE_BYTES_MAX + 5];
        input.extend_from_slice(b"\n{\"id\":1,\"text\":\"fine\"}\n");
        let (summary, _) = scan(&input);
        assert_eq!(
            summary.first_bad_lines,
            [BadLine {
                line: 1,
                reason: BadLineReason::TooLong
            }]
        );
        assert_eq!(summary.records, 1);
    }
}
