//! The stack's answer, message by message.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes, BytesMut};
use http_body::Body as _;
use tonic::body::Body;
use tonic::{Code, Status};

use crate::options::Options;
use crate::refusal::Refused;
use crate::request::FRAME_HEADER_LENGTH;

/// Cuts a gRPC answer into its messages and ends with its status.
pub(crate) struct Messages {
    body: Body,
    buffer: BytesMut,
    message_bytes_max: usize,
    has_ended: bool,
}

impl Messages {
    pub(crate) fn new(body: Body, options: &Options) -> Self {
        Self {
            body,
            buffer: BytesMut::new(),
            message_bytes_max: options.answer_bytes_max,
            has_ended: false,
        }
    }

    pub(crate) async fn next(&mut self, options: &Options) -> Option<Result<Bytes, Status>> {
        std::future::poll_fn(|cx| self.poll_next(cx, options)).await
    }

    /// The next message; `None` only after the status OK.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>, options: &Options) -> Poll<Option<Result<Bytes, Status>>> {
        let malformed = || Poll::Ready(Some(Err(Refused::malformed_answer().into_status(options))));
        loop {
            match self.take_message() {
                Err(TooLongOrCompressed) => return malformed(),
                Ok(Some(message)) => return Poll::Ready(Some(Ok(message))),
                Ok(None) if self.has_ended => return Poll::Ready(None),
                Ok(None) => {}
            }
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Err(status)) => return Poll::Ready(Some(Err(status))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.receive(data),
                    Err(frame) => {
                        let status = frame.trailers_ref().and_then(Status::from_header_map);
                        match status {
                            Some(status) if status.code() != Code::Ok => {
                                return Poll::Ready(Some(Err(status)));
                            }
                            Some(_ok) if self.buffer.is_empty() => self.has_ended = true,
                            _ => return malformed(),
                        }
                    }
                },
                // An end without a status is a broken answer, however whole it looks.
                None => return malformed(),
            }
        }
    }

    fn receive(&mut self, data: Bytes) {
        if self.buffer.is_empty() {
            self.buffer = BytesMut::from(data);
        } else {
            self.buffer.extend_from_slice(&data);
        }
    }

    fn take_message(&mut self) -> Result<Option<Bytes>, TooLongOrCompressed> {
        let Some(header) = self.buffer.first_chunk::<FRAME_HEADER_LENGTH>() else {
            return Ok(None);
        };
        let [compressed, length @ ..] = *header;
        let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_overflow| TooLongOrCompressed)?;
        // The call asked for no compression.
        if compressed != 0 || length > self.message_bytes_max {
            return Err(TooLongOrCompressed);
        }
        if self.buffer.len() < FRAME_HEADER_LENGTH + length {
            return Ok(None);
        }
        self.buffer.advance(FRAME_HEADER_LENGTH);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }
}

struct TooLongOrCompressed;
