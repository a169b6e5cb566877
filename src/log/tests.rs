use std::io;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

use super::{JsonLine, Log, Shared, lock};

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Sink {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

fn logged(log: impl FnOnce()) -> Value {
    let sink = Sink::default();
    let subscriber = tracing_subscriber::fmt()
        .event_format(JsonLine)
        .with_writer(sink.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, log);
    let bytes = lock(&sink.0).clone();
    assert_eq!(bytes.iter().filter(|b| **b == b'\n').count(), 1, "one line");
    serde_json::from_slice(&bytes).expect("an object")
}

#[test]
fn a_line_holds_time_level_fields_and_target() {
    let line = logged(
        || tracing::info!(target: "stratum::call", method = "Get", duration_us = 12_u64, rate = 0.5, ok = true, off = -3, "call"),
    );
    let time = line["timestamp"].as_str().unwrap_or_default();
    assert!(
        time::OffsetDateTime::parse(time, &time::format_description::well_known::Rfc3339).is_ok(),
        "{time}"
    );
    let rest = [
        "level",
        "method",
        "duration_us",
        "rate",
        "ok",
        "off",
        "message",
        "target",
    ]
    .map(|k| line[k].clone());
    let expected: [serde_json::Value; 8] = [
        "INFO".into(),
        "Get".into(),
        12.into(),
        0.5.into(),
        true.into(),
        (-3).into(),
        "call".into(),
        "stratum::call".into(),
    ];
    assert_eq!(rest, expected);
}

#[test]
fn no_value_breaks_out_of_its_string() {
    let text = "a \"quoted\" \\ line\nand \t\u{1}\u{7f} é \u{2028} another";
    let line = logged(|| tracing::warn!(text, debugged = ?text, missing = f64::NAN));
    assert_eq!(line["text"], text);
    assert_eq!(line["debugged"], format!("{text:?}"));
    assert_eq!(line["missing"], Value::Null);
}

#[test]
fn what_waits_is_written_when_the_log_is_dropped_and_later_lines_at_once() {
    let sink = Sink::default();
    let shared = Arc::new(Shared {
        waiting: Mutex::default(),
        arrived: std::sync::Condvar::new(),
        sink: Mutex::new(Box::new(sink.clone())),
    });
    let log = Log(shared.clone());
    shared.add(b"one\n");
    assert!(lock(&sink.0).is_empty(), "no thread writes in this test");
    drop(log);
    assert_eq!(*lock(&sink.0), b"one\n");
    shared.add(b"two\n");
    assert_eq!(*lock(&sink.0), b"one\ntwo\n");
}

#[test]
fn a_full_buffer_is_written_by_who_fills_it() {
    let sink = Sink::default();
    let shared = Shared {
        waiting: Mutex::default(),
        arrived: std::sync::Condvar::new(),
        sink: Mutex::new(Box::new(sink.clone())),
    };
    shared.add(&vec![b'x'; super::WAITING_MAX]);
    assert!(lock(&sink.0).is_empty());
    shared.add(b"y");
    assert_eq!(lock(&sink.0).len(), super::WAITING_MAX + 1);
}
