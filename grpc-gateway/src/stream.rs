//! Streamed answers: a JSON text a line, or raw pieces of a body.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderValue;
use http_body::{Body, Frame};
use tokio::time::{Instant, Sleep};
use tonic::Status;

use crate::failure::status_json;
use crate::frames::Messages;
use crate::gateway::Core;
use crate::json::{write_field, write_message};
use crate::refusal::Refused;
use crate::route::{AnswerForm, Route};
use crate::wire::{Malformed, Raw, find};

/// Field numbers of `google.api.HttpBody`.
const CONTENT_TYPE: u32 = 1;
const DATA: u32 = 2;

/// Messages that are ready at once travel in one frame up to about this size.
const FRAME_BYTES_MAX: usize = 16 << 10;

/// The body of a streamed answer.
pub(crate) struct StreamBody {
    core: Arc<Core>,
    route: Arc<Route>,
    messages: Messages,
    /// A message that was read before the answer began.
    first: Option<Bytes>,
    deadline: Pin<Box<Sleep>>,
    end: End,
}

enum End {
    NotYet,
    /// The connection breaks after what has been sent: truncation must never look complete.
    Broken(Status),
    Reached,
}

impl StreamBody {
    pub(crate) fn new(
        core: Arc<Core>,
        route: Arc<Route>,
        messages: Messages,
        first: Option<Bytes>,
        deadline: Instant,
    ) -> Self {
        let deadline = Box::pin(tokio::time::sleep_until(deadline));
        Self {
            core,
            route,
            messages,
            first,
            deadline,
            end: End::NotYet,
        }
    }

    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Status>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        if self.deadline.as_mut().poll(cx).is_ready() {
            let status = Refused::deadline().into_status(&self.core.options);
            return Poll::Ready(Some(Err(status)));
        }
        self.messages.poll_next(cx, &self.core.options)
    }

    fn write(&self, message: &Bytes, out: &mut Vec<u8>) -> Result<(), Malformed> {
        if self.route.answer == AnswerForm::RawStream {
            out.extend_from_slice(raw_data(message)?);
            return Ok(());
        }
        write_answer(&self.core, &self.route, message, out)?;
        out.push(b'\n');
        Ok(())
    }

    fn fail(&mut self, status: Status, out: &mut Vec<u8>) {
        if self.route.answer == AnswerForm::RawStream {
            self.end = End::Broken(status);
            return;
        }
        out.extend_from_slice(b"{\"error\":");
        out.extend_from_slice(&status_json(&self.core, &status));
        out.extend_from_slice(b"}\n");
        self.end = End::Reached;
    }
}

impl Body for StreamBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        let mut out = Vec::new();
        while matches!(this.end, End::NotYet) && out.len() < FRAME_BYTES_MAX {
            match this.poll_message(cx) {
                Poll::Pending if out.is_empty() => return Poll::Pending,
                Poll::Pending => break,
                Poll::Ready(None) => this.end = End::Reached,
                Poll::Ready(Some(Err(status))) => this.fail(status, &mut out),
                Poll::Ready(Some(Ok(message))) => {
                    let whole = out.len();
                    if this.write(&message, &mut out).is_err() {
                        out.truncate(whole);
                        let status = Refused::malformed_answer().into_status(&this.core.options);
                        this.fail(status, &mut out);
                    }
                }
            }
        }
        if !out.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from(out)))));
        }
        match std::mem::replace(&mut this.end, End::Reached) {
            End::Broken(status) => Poll::Ready(Some(Err(status))),
            End::Reached | End::NotYet => Poll::Ready(None),
        }
    }
}

/// Writes the JSON of one answer, or of the field of it that is the body.
pub(crate) fn write_answer(core: &Core, route: &Route, message: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    match route.response_body {
        Some(position) => write_field(&core.schema, route.output, position, message, out),
        None => write_message(&core.schema, route.output, message, out),
    }
}

/// The bytes of a `google.api.HttpBody`.
pub(crate) fn raw_data(message: &[u8]) -> Result<&[u8], Malformed> {
    find(message, &[DATA])?.map_or(Ok(&[]), Raw::bytes)
}

/// The media type of a `google.api.HttpBody`.
pub(crate) fn raw_content_type(message: &[u8]) -> HeaderValue {
    let text = find(message, &[CONTENT_TYPE])
        .ok()
        .flatten()
        .and_then(|raw| raw.bytes().ok());
    text.filter(|text| !text.is_empty())
        .and_then(|text| HeaderValue::from_bytes(text).ok())
        .unwrap_or(HeaderValue::from_static("application/octet-stream"))
}
