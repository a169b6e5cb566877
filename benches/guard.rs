//! Measures the PHI guard: speed, recall and precision by kind, clean texts flagged, evasion, adversarial input.
//!
//! Prints `name<TAB>value<TAB>unit`. The generated texts are this file's own; shared sets are read from `STRATUM_TEST_DATA`
//! (default `../shared/data` beside the project) and left out, saying so, where they are absent. With `--texts FILE` the texts are also written
//! as NDJSON for `benches/peers/guard_peers.py`. A recall counts a marked part as found when a finding overlaps it (`recall`), and as found
//! right when that finding has its kind (`recall_as_kind`).
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures go to standard output, what is left out to standard error"
)]

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Instant;

use base64::Engine as _;
use serde_json::{Value, json};
use stratum::privacy::guard::{FieldContext, Finding, Guard};

#[path = "guard/adversarial.rs"]
mod adversarial;
#[path = "guard/sets.rs"]
mod sets;
#[path = "guard/texts.rs"]
mod texts;

use sets::{other_authors, shared_sets};
use texts::{Generator, Text};

const SEED: u64 = 20_260_214;
const GENERATED_PER_KIND: usize = 400;
const CLEAN_GENERATED: usize = 5_000;
const SPEED_TEXTS: usize = 20_000;
/// The best of these counts: a processor that was idle takes several to reach its speed.
const SPEED_ROUNDS: usize = 10;
/// Rounds of a text made to be slow.
const ADVERSARIAL_ROUNDS: usize = 3;
/// Passes over the texts in a round: the kernel counts CPU time in steps of four milliseconds.
const SPEED_PASSES: u32 = 5;
/// The same over the sections, which are a thirtieth as long.
const PROSE_PASSES: u32 = 100;

fn main() {
    let guard = Guard::new();
    let mut generator = Generator::new(SEED);
    let generated: Vec<Text> = generator.labelled(GENERATED_PER_KIND);
    let clean: Vec<Text> = generator.clean(CLEAN_GENERATED);
    let mut sets = other_authors();
    sets.extend(shared_sets());
    if let Some(path) = texts_file() {
        write_texts(
            &path,
            [("generated", &generated), ("clean_generated", &clean)]
                .into_iter()
                .chain(sets.iter().map(|(name, set)| (*name, set))),
        );
    }
    speed(&guard, &mut generator);
    prose_speed(&guard, &sets);
    adversarial(&guard);
    labelled(&guard, "generated", &generated);
    flagged(&guard, "clean_generated", &clean);
    for (name, set) in &sets {
        if set.iter().any(|text| !text.parts.is_empty()) {
            labelled(&guard, name, set);
        } else {
            flagged(&guard, name, set);
        }
        if *name == "mts_sections" {
            flagged_for(&guard, name, set);
        }
        if *name == "presidio" {
            full_names(&guard, name, set);
        }
    }
    evasion(&guard, &generated);
}

fn line(name: &str, value: f64, unit: &str) {
    println!("{name}\t{value:.4}\t{unit}");
}

/// CPU time of this thread in seconds, or wall time where the kernel doesn't tell.
fn cpu_seconds(start: Instant) -> f64 {
    let nanoseconds = std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

/// Megabytes a second over the texts, the best of several rounds, and the findings of one pass.
#[expect(clippy::cast_precision_loss, reason = "sizes far below 2^52")]
fn mb_per_s(guard: &Guard, texts: &[Text], rounds: usize, passes: u32) -> (f64, usize) {
    let bytes: usize = texts.iter().map(|text| text.text.len()).sum();
    let mut best = f64::MAX;
    let mut findings = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        let before = cpu_seconds(start);
        for _ in 0..passes {
            let scan = |text: &Text| guard.scan(&text.text, FieldContext::FreeText).len();
            findings = texts.iter().map(scan).sum();
        }
        best = best.min((cpu_seconds(start) - before) / f64::from(passes));
    }
    (bytes as f64 / best / 1e6, findings)
}

/// Code-dense notes, two identifiers in each, and the same without any: beside an identifier the guard reads twice.
fn speed(guard: &Guard, generator: &mut Generator) {
    let clean = Generator::new(SEED + 1).clean_notes(SPEED_TEXTS);
    let (clean_mb_per_s, _) = mb_per_s(guard, &clean, SPEED_ROUNDS, SPEED_PASSES);
    line(
        "guard_clean_mb_per_s",
        clean_mb_per_s,
        "MB/s, one core, CPU time, no identifier",
    );
    let texts = generator.mixture(SPEED_TEXTS);
    let (mb_per_s, findings) = mb_per_s(guard, &texts, SPEED_ROUNDS, SPEED_PASSES);
    line("guard_mb_per_s", mb_per_s, "MB/s, one core, CPU time");
    #[expect(clippy::cast_precision_loss, reason = "sizes far below 2^52")]
    let a_text = |of: usize| of as f64 / SPEED_TEXTS as f64;
    line(
        "guard_speed_text_bytes",
        a_text(texts.iter().map(|text| text.text.len()).sum()),
        "B, mean text",
    );
    line("guard_speed_findings", a_text(findings), "findings a text");
    let mut times: Vec<f64> = texts
        .iter()
        .map(|text| {
            let start = Instant::now();
            std::hint::black_box(guard.scan(&text.text, FieldContext::FreeText));
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    line("guard_text_p99_us", times[times.len() * 99 / 100], "us");
}

/// The same for prose: the clinical sections, best of several rounds.
fn prose_speed(guard: &Guard, sets: &[(&'static str, Vec<Text>)]) {
    let Some((_, texts)) = sets.iter().find(|(name, _)| *name == "mts_sections") else {
        return;
    };
    let (mb_per_s, _) = mb_per_s(guard, texts, SPEED_ROUNDS, PROSE_PASSES);
    line(
        "guard_prose_mb_per_s",
        mb_per_s,
        "MB/s, one core, CPU time, clinical sections",
    );
}

/// The slowest of several texts of one megabyte made to be slow, each by the best of its rounds.
fn adversarial(guard: &Guard) {
    const SIZE: usize = 1_000_000;
    let mut worst = (0.0, "");
    for piece in adversarial::PIECES {
        let text = piece.repeat(SIZE / piece.len());
        let ms = (0..ADVERSARIAL_ROUNDS)
            .map(|_| {
                let start = Instant::now();
                let before = cpu_seconds(start);
                std::hint::black_box(guard.scan(&text, FieldContext::FreeText));
                (cpu_seconds(start) - before) * 1e3
            })
            .fold(f64::MAX, f64::min);
        if ms > worst.0 {
            worst = (ms, piece);
        }
    }
    line(
        "guard_adversarial_1mb_ms",
        worst.0,
        &format!("ms, slowest of {} (repeated {:?})", adversarial::PIECES.len(), worst.1),
    );
}

fn scan(guard: &Guard, text: &str) -> Vec<Finding> {
    guard.scan(text, FieldContext::FreeText)
}

fn overlaps(finding: &Finding, range: &Range<usize>) -> bool {
    finding.start < range.end && range.start < finding.start + finding.length
}

#[derive(Default)]
struct Tally {
    parts: u32,
    found: u32,
    found_as_kind: u32,
    findings: u32,
    true_findings: u32,
}

/// Recall by kind, and precision: the share of findings that overlap a marked part.
fn labelled(guard: &Guard, set: &str, texts: &[Text]) {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let (mut unmarked, mut unmarked_flagged) = (0_u32, 0_u32);
    for text in texts {
        let findings = scan(guard, &text.text);
        if text.parts.is_empty() {
            unmarked += 1;
            unmarked_flagged += u32::from(!findings.is_empty());
        }
        for (kind, range) in &text.parts {
            let tally = tallies.entry(kind).or_default();
            tally.parts += 1;
            tally.found += u32::from(findings.iter().any(|finding| overlaps(finding, range)));
            tally.found_as_kind += u32::from(
                findings
                    .iter()
                    .any(|finding| overlaps(finding, range) && finding.kind.as_str() == *kind),
            );
        }
        for finding in &findings {
            let tally = tallies.entry(finding.kind.as_str()).or_default();
            tally.findings += 1;
            tally.true_findings += u32::from(text.parts.iter().any(|(_, range)| overlaps(finding, range)));
        }
    }
    for (kind, tally) in tallies {
        let ratio = |part: u32, whole: u32| {
            if whole == 0 {
                f64::NAN
            } else {
                f64::from(part) / f64::from(whole)
            }
        };
        let name = kind.to_lowercase();
        if tally.parts > 0 {
            line(
                &format!("guard_recall_{set}_{name}"),
                ratio(tally.found, tally.parts),
                &format!("of {}", tally.parts),
            );
            line(
                &format!("guard_recall_as_kind_{set}_{name}"),
                ratio(tally.found_as_kind, tally.parts),
                &format!("of {}", tally.parts),
            );
        }
        if tally.findings > 0 {
            line(
                &format!("guard_precision_{set}_{name}"),
                ratio(tally.true_findings, tally.findings),
                &format!("of {}", tally.findings),
            );
        }
    }
    if unmarked > 0 {
        line(
            &format!("guard_flagged_{set}"),
            f64::from(unmarked_flagged) / f64::from(unmarked),
            &format!("of {unmarked} texts without a mark"),
        );
    }
}

fn flagged(guard: &Guard, set: &str, texts: &[Text]) {
    let count = texts.iter().filter(|text| !scan(guard, &text.text).is_empty()).count();
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    line(
        &format!("guard_flagged_{set}"),
        count as f64 / texts.len() as f64,
        &format!("of {} texts", texts.len()),
    );
}

/// Why texts are flagged: by the first kind of finding in the order below. A date with its day or month, an age over 89 and a named place in a
/// clinical section are what the rule asks to be removed; the set is no proof of the contrary.
fn flagged_for(guard: &Guard, set: &str, texts: &[Text]) {
    const REASONS: [&str; 4] = ["NAME", "GEOGRAPHY", "AGE_OVER_89", "DATE"];
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for text in texts {
        let findings = scan(guard, &text.text);
        let reason = REASONS
            .into_iter()
            .find(|reason| findings.iter().any(|finding| finding.kind.as_str() == *reason));
        if !findings.is_empty() {
            *counts.entry(reason.unwrap_or("OTHER")).or_default() += 1;
        }
    }
    for (reason, count) in counts {
        line(
            &format!("guard_flagged_{set}_for_{}", reason.to_lowercase()),
            f64::from(count),
            "texts",
        );
    }
}

/// Recall of the names of two words and more. The set's single words stand in sentences about films and songs ("starring Hansen").
fn full_names(guard: &Guard, set: &str, texts: &[Text]) {
    let (mut names, mut found) = (0_u32, 0_u32);
    for text in texts {
        let findings = scan(guard, &text.text);
        let is_full = |range: &Range<usize>| {
            let mut name = text.text.chars().skip(range.start).take(range.len());
            name.any(char::is_whitespace)
        };
        for (_, range) in text
            .parts
            .iter()
            .filter(|(kind, range)| *kind == "NAME" && is_full(range))
        {
            names += 1;
            found += u32::from(findings.iter().any(|finding| overlaps(finding, range)));
        }
    }
    line(
        &format!("guard_recall_{set}_full_name"),
        f64::from(found) / f64::from(names.max(1)),
        &format!("of {names}"),
    );
}

/// Structured identifiers of the generated set, disguised in each way.
fn evasion(guard: &Guard, texts: &[Text]) {
    const LABELS_ONLY: [&str; 6] = ["NAME", "GEOGRAPHY", "AGE_OVER_89", "BIOMETRIC", "PHOTO", "DATE"];
    let structured: Vec<&Text> = texts
        .iter()
        .filter(|text| text.parts.iter().all(|(kind, _)| !LABELS_ONLY.contains(kind)))
        .collect();
    let (mut all, mut all_found) = (0_u32, 0_u32);
    for (name, disguise) in DISGUISES {
        let found = structured
            .iter()
            .filter(|text| !scan(guard, &disguise(text)).is_empty())
            .count();
        let (found, total) = (
            u32::try_from(found).unwrap_or(0),
            u32::try_from(structured.len()).unwrap_or(1),
        );
        line(
            &format!("guard_evasion_recall_{name}"),
            f64::from(found) / f64::from(total),
            &format!("of {total} texts"),
        );
        all += total;
        all_found += found;
    }
    line(
        "guard_evasion_recall",
        f64::from(all_found) / f64::from(all),
        "all disguises",
    );
}

type Disguise = fn(&Text) -> String;

const DISGUISES: [(&str, Disguise); 7] = [
    ("full_width", |text| {
        text.text
            .chars()
            .map(|c| {
                if c.is_ascii_graphic() {
                    char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c)
                } else {
                    c
                }
            })
            .collect()
    }),
    ("zero_width", |text| {
        text.text.chars().flat_map(|c| [c, '\u{200b}']).collect()
    }),
    ("look_alikes", |text| text.text.chars().map(look_alike).collect()),
    ("line_break", |text| {
        within_part(text, |part| {
            let middle = part.len() / 2;
            format!("{}\n{}", &part[..middle], &part[middle..])
        })
    }),
    ("base64", |text| {
        within_part(text, |part| base64::engine::general_purpose::STANDARD.encode(part))
    }),
    ("base64_text", |text| {
        base64::engine::general_purpose::STANDARD.encode(&text.text)
    }),
    ("url_encoding", |text| {
        within_part(text, |part| {
            part.bytes().fold(String::new(), |mut out, byte| {
                out += &format!("%{byte:02X}");
                out
            })
        })
    }),
];

fn look_alike(c: char) -> char {
    match c {
        'a' => 'а',
        'e' => 'е',
        'o' => 'о',
        'c' => 'с',
        'i' => 'і',
        'A' => 'А',
        'M' => 'М',
        'S' => 'Ѕ',
        '-' => '\u{2011}',
        '0' => '𝟎',
        '7' => '٧',
        other => other,
    }
}

/// The text with its marked parts changed; parts of the generator are ASCII.
fn within_part(text: &Text, change: impl Fn(&str) -> String) -> String {
    let characters: Vec<char> = text.text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    for (_, range) in &text.parts {
        out.extend(&characters[at..range.start]);
        out.push_str(&change(&characters[range.clone()].iter().collect::<String>()));
        at = range.end;
    }
    out.extend(&characters[at..]);
    out
}

fn texts_file() -> Option<PathBuf> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--texts");
    arguments.next()?;
    arguments.next().map(PathBuf::from)
}

fn write_texts<'t>(path: &PathBuf, sets: impl Iterator<Item = (&'static str, &'t Vec<Text>)>) {
    let mut out = String::new();
    for (set, texts) in sets {
        for text in texts {
            let parts: Vec<Value> = text
                .parts
                .iter()
                .map(|(kind, range)| json!({"kind": kind, "start": range.start, "length": range.len()}))
                .collect();
            out += &format!("{}\n", json!({"set": set, "text": text.text, "parts": parts}));
        }
    }
    if let Err(error) = std::fs::write(path, out) {
        eprintln!("could not write {}: {error}", path.display());
    }
}
