//! The body of the call into the stack: REST's own body, transcoded when the stack asks for it.
//!
//! Nothing is read or judged before that, so that telemetry, source caps, identity and limits see
//! a REST call exactly as they see a gRPC call: a stranger's malformed body is a stranger's, 401.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Uri};
use http_body::{Body, Frame};
use pin_project_lite::pin_project;
use tonic::Status;

use crate::gateway::Core;
use crate::refusal::{Refusal, Refused};
use crate::request::{Parts, framed_message};
use crate::route::{BodyRule, Route};

pin_project! {
    /// One framed gRPC message, made from an HTTP request.
    pub(crate) struct RequestBody<B> {
        #[pin]
        body: B,
        // Gone once the message, or what is wrong with it, has been handed on.
        draft: Option<Draft>,
    }
}

/// What the message will be made from.
pub(crate) struct Draft {
    pub(crate) core: Arc<Core>,
    pub(crate) route: Arc<Route>,
    pub(crate) uri: Uri,
    pub(crate) if_match: Option<HeaderValue>,
    pub(crate) received: BytesMut,
}

impl<B> RequestBody<B> {
    pub(crate) fn new(body: B, draft: Draft) -> Self {
        Self {
            body,
            draft: Some(draft),
        }
    }
}

impl Draft {
    fn receive(&mut self, data: Bytes) -> Result<(), Refused> {
        let length = self.received.len() + data.len();
        if length > self.core.options.body_bytes_max {
            return Err(Refused::new(Refusal::BodyTooLarge, "the body is too large"));
        }
        if self.route.body == BodyRule::Empty && length > 0 {
            // What it says does not matter, and it may be long.
            return Err(Refused::new(Refusal::MalformedBody, "this method takes no body"));
        }
        if self.received.is_empty() {
            self.received = BytesMut::from(data);
        } else {
            self.received.extend_from_slice(&data);
        }
        Ok(())
    }

    fn finish(&self) -> Result<Bytes, Refused> {
        let parts = Parts {
            path: self.uri.path(),
            query: self.uri.query().unwrap_or_default(),
            body: &self.received,
            if_match: self.if_match.as_ref(),
        };
        framed_message(&self.core.schema, &self.route, &parts)
    }
}

impl<B> Body for RequestBody<B>
where
    B: Body<Data = Bytes>,
{
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let mut this = self.project();
        loop {
            let Some(draft) = this.draft.as_mut() else {
                return Poll::Ready(None);
            };
            let result = match ready!(this.body.as_mut().poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => match draft.receive(data) {
                        Ok(()) => continue,
                        Err(refused) => Err(refused),
                    },
                    Err(_trailers) => continue,
                },
                Some(Err(_)) => Err(Refused::new(Refusal::MalformedBody, "the body did not arrive whole")),
                None => draft.finish().map(Frame::data),
            };
            let result = result.map_err(|refused| refused.into_status(&draft.core.options));
            *this.draft = None;
            return Poll::Ready(Some(result));
        }
    }

    fn is_end_stream(&self) -> bool {
        self.draft.is_none()
    }
}
