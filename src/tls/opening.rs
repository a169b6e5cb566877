//! The deadline for a connection's opening words.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::Sleep;

/// What every HTTP/2 client sends first (RFC 9113 §3.4).
const HTTP2_PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Guards the gap before hyper's own timers run: until the bytes received either complete the HTTP/2 preface (then
/// keep-alive pings watch the client) or depart from it (then HTTP/1's header timeout does), the client may go
/// silent only up to a deadline.
pub(super) struct Opening {
    matched: usize,
    deadline: Pin<Box<Sleep>>,
}

impl Opening {
    pub(super) fn within(limit: Duration) -> Self {
        Self {
            matched: 0,
            deadline: Box::pin(tokio::time::sleep(limit)),
        }
    }

    /// Takes in the next bytes received; true once they tell which HTTP version it is.
    pub(super) fn is_told_by(&mut self, received: &[u8]) -> bool {
        let awaited = HTTP2_PREFACE.get(self.matched..).unwrap_or_default();
        let same = awaited
            .iter()
            .zip(received)
            .take_while(|(awaited, received)| awaited == received)
            .count();
        self.matched += same;
        same < received.len() || self.matched == HTTP2_PREFACE.len()
    }

    /// Ready when the deadline has passed; otherwise the task is woken when it does.
    pub(super) fn poll_overdue(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.deadline.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening() -> Opening {
        Opening::within(Duration::from_secs(1))
    }

    #[tokio::test(start_paused = true)]
    async fn a_whole_preface_tells_in_however_many_pieces() {
        assert!(opening().is_told_by(HTTP2_PREFACE));
        for cut in 1..HTTP2_PREFACE.len() {
            let (head, tail) = HTTP2_PREFACE.split_at(cut);
            let mut opening = opening();
            assert!(!opening.is_told_by(head));
            assert!(opening.is_told_by(tail));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn http1_tells_at_the_first_byte_that_departs() {
        assert!(opening().is_told_by(b"G"));
        let mut opening = opening();
        assert!(!opening.is_told_by(b"P"));
        assert!(opening.is_told_by(b"O"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_follows_the_preface_does_not_confuse() {
        let frames = [HTTP2_PREFACE.as_slice(), &[0, 0, 0, 4, 0, 0, 0, 0, 0]].concat();
        assert!(opening().is_told_by(&frames));
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_overdue_after_the_limit() {
        let mut opening = opening();
        let begun = tokio::time::Instant::now();
        std::future::poll_fn(|context| opening.poll_overdue(context)).await;
        assert!(begun.elapsed() >= Duration::from_secs(1));
    }
}
