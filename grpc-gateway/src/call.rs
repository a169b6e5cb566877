//! One call: a request that has found its route, through the stack and back.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Method, Request, Response, StatusCode, Version, header, request};
use tokio::time::Instant;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::ServiceExt as _;

use crate::body::{Draft, RequestBody};
use crate::failure::{self, Failed};
use crate::frames::Messages;
use crate::gateway::Core;
use crate::http_headers;
use crate::refusal::{Refusal, Refused};
use crate::route::{AnswerForm, BodyRule, LocationPiece, Route};
use crate::service::{RestOrigin, Stack};
use crate::stream::{StreamBody, raw_content_type, raw_data, write_answer};
use crate::violations::Violations;
use crate::wire::find;

/// A request that has found its route.
pub(crate) struct Call<'c> {
    pub(crate) core: &'c Arc<Core>,
    pub(crate) route: &'c Arc<Route>,
}

impl Call<'_> {
    pub(crate) async fn run<S, B>(&self, stack: S, head: request::Parts, body: B) -> Result<Response<Body>, Failed>
    where
        S: Stack + Send,
        S::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
    {
        self.check_body_headers(&head)?;
        let deadline = Instant::now() + self.timeout(&head)?;
        let is_stream = matches!(self.route.answer, AnswerForm::JsonLines | AnswerForm::RawStream);
        // A stream's first answer is due as early as any other's.
        let answer_due = if is_stream {
            deadline.min(Instant::now() + self.core.options.deadline_max)
        } else {
            deadline
        };
        let request = self.grpc_request(head, body, deadline);
        let answered = tokio::time::timeout_at(answer_due, self.answered(stack, request, deadline)).await;
        match answered {
            Ok(answered) => answered,
            Err(_elapsed) => Err(Refused::deadline().into()),
        }
    }

    /// What can be said of a body before it is read.
    fn check_body_headers(&self, head: &request::Parts) -> Result<(), Refused> {
        let too_large = http_headers::content_length(&head.headers)
            .is_some_and(|length| length > self.core.options.body_bytes_max as u64);
        if too_large {
            return Err(Refused::new(Refusal::BodyTooLarge, "the body is too large"));
        }
        if self.route.body != BodyRule::Empty && !http_headers::is_json(&head.headers) {
            let message = "Content-Type must be application/json, in UTF-8 and not compressed";
            return Err(Refused::new(Refusal::UnsupportedMediaType, message));
        }
        Ok(())
    }

    fn timeout(&self, head: &request::Parts) -> Result<Duration, Refused> {
        let max = match self.route.answer {
            AnswerForm::Json | AnswerForm::Raw => self.core.options.deadline_max,
            AnswerForm::JsonLines | AnswerForm::RawStream => self.core.options.stream_deadline_max,
        };
        match http_headers::request_timeout(&head.headers) {
            Ok(asked) => Ok(asked.map_or(max, |asked| asked.min(max))),
            Err(description) => {
                let mut violations = Violations::default();
                violations.refuse(http_headers::X_REQUEST_TIMEOUT.as_str(), description);
                Err(Refused::fields(violations))
            }
        }
    }

    /// The call as a gRPC client would make it; the connection's extensions go along.
    fn grpc_request<B>(&self, head: request::Parts, body: B, deadline: Instant) -> Request<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
    {
        let headers = http_headers::grpc_headers(&head.headers, &self.core.options.forwarded_headers);
        let draft = Draft {
            core: self.core.clone(),
            route: self.route.clone(),
            uri: head.uri,
            if_match: head.headers.get(header::IF_MATCH).cloned(),
            received: BytesMut::new(),
        };
        let mut request = Request::new(Body::new(RequestBody::new(body, draft)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.route.grpc_uri.clone();
        *request.version_mut() = Version::HTTP_2;
        *request.headers_mut() = headers;
        *request.extensions_mut() = head.extensions;
        request.extensions_mut().insert(RestOrigin { deadline });
        request
    }

    async fn answered<S: Stack>(
        &self,
        stack: S,
        request: Request<Body>,
        deadline: Instant,
    ) -> Result<Response<Body>, Failed> {
        let answer = stack.oneshot(request).await;
        let answer = answer.map_err(|_unready| Status::unavailable("the service can't take the call now"))?;
        let (head, body) = answer.into_parts();
        match Status::from_header_map(&head.headers) {
            Some(status) if status.code() != Code::Ok => return Err(status.into()),
            None if head.status != StatusCode::OK => {
                return Err(Status::new(
                    failure::code_without_status(head.status),
                    "the service refused the call",
                )
                .into());
            }
            Some(_) | None => {}
        }
        let messages = Messages::new(body, &self.core.options);
        let mut response = match self.route.answer {
            AnswerForm::Json => self.single(messages).await?,
            AnswerForm::Raw => self.raw(messages).await?,
            AnswerForm::JsonLines => self.lines(messages, deadline),
            AnswerForm::RawStream => self.raw_stream(messages, deadline).await?,
        };
        *response.status_mut() = self.route.success;
        http_headers::copy(
            &head.headers,
            &self.core.options.returned_headers,
            response.headers_mut(),
        );
        Ok(response)
    }

    /// The only message of an answer, and nothing after it but the status OK.
    async fn only_message(&self, mut messages: Messages) -> Result<Bytes, Failed> {
        let options = &self.core.options;
        let message = messages.next(options).await.transpose()?;
        let end = messages.next(options).await.transpose()?;
        match (message, end) {
            (Some(message), None) => Ok(message),
            _ => Err(Refused::malformed_answer().into()),
        }
    }

    async fn single(&self, messages: Messages) -> Result<Response<Body>, Failed> {
        let message = self.only_message(messages).await?;
        // JSON with every field's name is about three times its wire format.
        let mut json = Vec::with_capacity(message.len() * 3 + 256);
        write_answer(self.core, self.route, &message, &mut json).map_err(|_malformed| Refused::malformed_answer())?;
        let mut response = failure::json_response(json);
        if let Some(tag) = self.entity_tag(&message) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        if let Some(location) = self.location(&message) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        Ok(response)
    }

    fn entity_tag(&self, message: &[u8]) -> Option<HeaderValue> {
        let path = self.route.response_etag?;
        let version = find(message, path.numbers()).ok()??;
        http_headers::entity_tag(version.text().ok()?)
    }

    fn location(&self, message: &[u8]) -> Option<HeaderValue> {
        let mut text = String::new();
        for piece in &self.route.location.as_ref()?.pieces {
            match piece {
                LocationPiece::Text(piece) => text.push_str(piece),
                LocationPiece::Field(path) => {
                    let value = find(message, path.numbers()).ok()??.text().ok()?;
                    let encoded = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
                    // Dots and dashes of ids stay readable.
                    text.push_str(
                        &encoded
                            .to_string()
                            .replace("%2D", "-")
                            .replace("%2E", ".")
                            .replace("%5F", "_"),
                    );
                }
            }
        }
        HeaderValue::from_str(&text).ok()
    }

    async fn raw(&self, messages: Messages) -> Result<Response<Body>, Failed> {
        let message = self.only_message(messages).await?;
        let data = raw_data(&message).map_err(|_malformed| Refused::malformed_answer())?;
        let body = Body::new(http_body_util::Full::new(message.slice_ref(data)));
        Ok(with_content_type(body, raw_content_type(&message)))
    }

    fn lines(&self, messages: Messages, deadline: Instant) -> Response<Body> {
        let body = StreamBody::new(self.core.clone(), self.route.clone(), messages, None, deadline);
        with_content_type(Body::new(body), HeaderValue::from_static("application/x-ndjson"))
    }

    /// Waits for the first piece, which tells the content type; an error before it is a whole
    /// answer of its own.
    async fn raw_stream(&self, mut messages: Messages, deadline: Instant) -> Result<Response<Body>, Failed> {
        let first = messages.next(&self.core.options).await.transpose()?;
        let content_type = raw_content_type(first.as_deref().unwrap_or_default());
        let body = StreamBody::new(self.core.clone(), self.route.clone(), messages, first, deadline);
        Ok(with_content_type(Body::new(body), content_type))
    }
}

fn with_content_type(body: Body, content_type: HeaderValue) -> Response<Body> {
    let mut response = Response::new(body);
    response.headers_mut().reserve(12);
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}
