//! Scans a stream of texts: one JSON object a line in, one a line out, nothing kept.

use std::io::{self, BufRead, Write};
use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

use super::guard::{FieldContext, Guard};

/// Longest line that is read, in bytes; a longer one is reported and skipped.
pub const LINE_BYTES_MAX: usize = 8 << 20;

/// What a thread is begun for at least, in bytes: a millisecond's work, some forty times what beginning it takes.
const THREAD_BYTES_MIN: usize = 32 << 10;

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

impl Summary {
    /// Adds what came of the lines after the first `lines_before`.
    fn add(&mut self, later: Self, lines_before: u64) {
        self.records += later.records;
        self.flagged += later.flagged;
        self.findings += later.findings;
        self.bad_lines += later.bad_lines;
        let room = BAD_LINES_KEPT.saturating_sub(self.first_bad_lines.len());
        let bad_lines = later.first_bad_lines.into_iter().take(room);
        self.first_bad_lines.extend(bad_lines.map(|bad| BadLine {
            line: bad.line + lines_before,
            ..bad
        }));
    }
}

/// How many bad lines a summary names.
pub const BAD_LINES_KEPT: usize = 100;

/// Reads `{"id", "text"}` lines, writes `{"id", "findings"}` lines in the same order, and calls `progress` with the bytes read so far
/// whenever some are answered. What has arrived is shared among `threads` threads and answered before more is waited for. Blank lines are
/// passed over; bad lines are counted and named by number.
///
/// # Errors
/// The reader or the writer failed.
pub fn scan_ndjson(
    mut reader: impl BufRead,
    mut writer: impl Write,
    guard: &Guard,
    threads: NonZeroUsize,
    mut progress: impl FnMut(u64),
) -> io::Result<Summary> {
    let mut summary = Summary::default();
    let (mut lines, mut rest) = (Vec::new(), Vec::new());
    let (mut lines_read, mut bytes_read) = (0, 0);
    loop {
        let consumed = read_lines(&mut reader, &mut lines, &mut rest)?;
        if lines.is_empty() {
            break;
        }
        for part in answer_parts(&lines, guard, threads)? {
            writer.write_all(&part.out)?;
            summary.add(part.summary, lines_read);
            lines_read += part.lines;
        }
        writer.flush()?;
        bytes_read += consumed;
        progress(bytes_read);
    }
    Ok(summary)
}

/// Fills `lines` with whole lines: the one begun in `rest`, and all that have arrived; what was begun after them is left in `rest`.
/// Waits only while there is no whole line. Gives the bytes read; at the end of the input `lines` is what was left, or empty.
fn read_lines(reader: &mut impl BufRead, lines: &mut Vec<u8>, rest: &mut Vec<u8>) -> io::Result<u64> {
    lines.clear();
    std::mem::swap(lines, rest);
    let mut consumed = 0;
    loop {
        let arrived = match reader.fill_buf() {
            Ok(arrived) => arrived,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let length = arrived.len();
        let first_end = memchr::memchr(b'\n', arrived).map_or(length, |end| end + 1);
        let (line, others) = arrived.split_at(first_end);
        // One byte beyond the limit is enough to tell that a line is too long; the rest of it is read and dropped.
        let room = (LINE_BYTES_MAX + 1).saturating_sub(lines.len());
        let has_end = line.ends_with(b"\n");
        lines.extend_from_slice(line.get(..room).unwrap_or(line));
        if has_end && !lines.ends_with(b"\n") {
            lines.push(b'\n');
        }
        let last_end = memchr::memrchr(b'\n', others).map_or(0, |end| end + 1);
        let (whole, begun) = others.split_at(last_end);
        lines.extend_from_slice(whole);
        rest.extend_from_slice(begun);
        reader.consume(length);
        consumed += length as u64;
        if length == 0 || has_end {
            return Ok(consumed);
        }
    }
}

/// Answers to some lines.
#[derive(Default)]
struct Part {
    out: Vec<u8>,
    lines: u64,
    summary: Summary,
}

/// Shares lines among threads; the answers come in the order of the lines.
fn answer_parts(lines: &[u8], guard: &Guard, threads: NonZeroUsize) -> io::Result<Vec<Part>> {
    let threads = threads.get().min(lines.len() / THREAD_BYTES_MIN + 1);
    let mut parts = split_lines(lines, threads);
    let own = parts.pop().unwrap_or_default();
    std::thread::scope(|scope| {
        let others: Vec<_> = { parts.into_iter() }
            .map(|part| scope.spawn(|| answer_lines(part, guard)))
            .collect();
        let own = answer_lines(own, guard);
        let others = others.into_iter().map(|thread| match thread.join() {
            Ok(part) => part,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        others.chain([own]).collect()
    })
}

/// At most so many runs of whole lines, of much the same length.
fn split_lines(mut lines: &[u8], parts: usize) -> Vec<&[u8]> {
    let mut runs = Vec::with_capacity(parts);
    for left in (1..=parts).rev() {
        let middle = lines.get(lines.len() / left..).unwrap_or_default();
        let end = memchr::memchr(b'\n', middle).map_or(lines.len(), |end| lines.len() / left + end + 1);
        let (run, others) = lines.split_at(end);
        runs.push(run);
        lines = others;
    }
    runs
}

fn answer_lines(lines: &[u8], guard: &Guard) -> io::Result<Part> {
    let mut part = Part::default();
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        part.lines += 1;
        match parse(line.strip_suffix(b"\n").unwrap_or(line)) {
            Ok(Some(record)) => answer(&record, guard, &mut part)?,
            Ok(None) => {}
            Err(reason) => {
                let line = part.lines;
                part.summary.bad_lines += 1;
                part.summary.first_bad_lines.push(BadLine { line, reason });
                part.summary.first_bad_lines.truncate(BAD_LINES_KEPT);
            }
        }
    }
    Ok(part)
}

fn parse(line: &[u8]) -> Result<Option<Record>, BadLineReason> {
    if line.len() > LINE_BYTES_MAX {
        return Err(BadLineReason::TooLong);
    }
    let text = std::str::from_utf8(line).map_err(|_| BadLineReason::NotUtf8)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text)
        .map(Some)
        .map_err(|_| BadLineReason::NotARecord)
}

fn answer(record: &Record, guard: &Guard, part: &mut Part) -> io::Result<()> {
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
    part.summary.records += 1;
    part.summary.findings += findings.len() as u64;
    part.summary.flagged += u64::from(!findings.is_empty());
    let id = &record.id;
    serde_json::to_writer(&mut part.out, &Answer { id, findings })?;
    part.out.push(b'\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: NonZeroUsize = NonZeroUsize::MIN;

    fn scan(input: &[u8]) -> (Summary, String) {
        scan_on(ONE, input)
    }

    fn scan_on(threads: NonZeroUsize, input: impl BufRead) -> (Summary, String) {
        let mut out = Vec::new();
        let summary = scan_ndjson(input, &mut out, &Guard::new(), threads, |_| {}).unwrap_or_default();
        (summary, String::from_utf8_lossy(&out).into_owned())
    }

    #[test]
    fn offsets_are_code_points_of_the_input() {
        let (summary, out) = scan("{\"id\":7,\"text\":\"180 µg; SSN 402-19-8877\"}\n".as_bytes());
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
        let result = scan_ndjson(&input[..], io::sink(), &Guard::new(), ONE, |bytes| seen = bytes);
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

    #[test]
    fn threads_and_the_size_of_what_arrives_change_nothing() {
        let texts = ["fine", "SSN 402-19-8877", "CO-50 denied", "Maria Gonzalez, MRN 4481920"];
        let lines = (0..4_000).map(|id| match id % 97 {
            96 => "no record\n".to_owned(),
            _ => format!("{}\n", serde_json::json!({"id": id, "text": texts[id % texts.len()]})),
        });
        let input = lines.collect::<String>();
        let input = input.trim_end();
        let expected = scan(input.as_bytes());
        assert_eq!((expected.0.records, expected.0.bad_lines), (3_959, 41));
        assert_eq!(expected.1.lines().count(), 3_959);
        for threads in [2, 3, 7].into_iter().filter_map(NonZeroUsize::new) {
            assert!(scan_on(threads, input.as_bytes()) == expected, "{threads} threads");
        }
        for room in [7, 100, 40_000] {
            let reader = io::BufReader::with_capacity(room, input.as_bytes());
            assert!(scan_on(ONE, reader) == expected, "{room} bytes at a time");
        }
    }

    #[test]
    fn what_has_arrived_is_answered_before_more_is_waited_for() {
        let (first, second) = (b"{\"id\":1,\"text\":\"fine\"}\n{\"id\":2,", b"\"text\":\"fine\"}\n");
        let mut seen = Vec::new();
        let reader = io::BufReader::new(io::Read::chain(&first[..], &second[..]));
        let result = scan_ndjson(reader, io::sink(), &Guard::new(), ONE, |bytes| seen.push(bytes));
        assert!(result.is_ok());
        let all = (first.len() + second.len()) as u64;
        assert_eq!(seen, [first.len() as u64, all]);
    }
}
