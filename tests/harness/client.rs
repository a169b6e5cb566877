//! One face over both doors: a call by method name with JSON, over gRPC as a dynamic message, over REST
//! by the method's own route. Both answer an [`Outcome`], so that every case runs over both.

use bytes::{Buf as _, BufMut as _, Bytes};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor};
use serde_json::{Value, json};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Code, Status};
use uuid::Uuid;

use super::contract;
use super::route::Route;

/// The way a call comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Grpc,
    Rest,
}

pub(crate) const DOORS: [Door; 2] = [Door::Grpc, Door::Rest];

/// Somebody who calls through one door.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) door: Door,
    pub(crate) channel: Channel,
    pub(crate) http: reqwest::Client,
    /// The REST listener, `scheme://host:port`.
    pub(crate) base: String,
    /// Sent with every call.
    pub(crate) headers: HeaderMap,
}

/// What a call came to, whichever door it went through.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) code: Code,
    /// `ErrorInfo.reason`; empty on success.
    pub(crate) reason: String,
    /// The fields that `BadRequest` names, in its order.
    pub(crate) violations: Vec<String>,
    /// The reply; the last one of a stream; null on failure.
    pub(crate) json: Value,
    /// Every reply of a stream, in order; of any other call the one.
    pub(crate) replies: Vec<Value>,
    /// `google.rpc.Status` as JSON; null on success.
    pub(crate) error: Value,
    /// The reply as it came over the wire: a message's bytes, or the text of the body.
    pub(crate) bytes: Bytes,
    pub(crate) headers: HeaderMap,
    /// The HTTP status; on gRPC nothing is said with it.
    pub(crate) http: Option<StatusCode>,
}

impl Client {
    /// The same caller with one more header on every call.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.insert(
            HeaderName::from_bytes(name.as_bytes()).expect("a header's name"),
            HeaderValue::from_str(value).expect("a header's value"),
        );
        client
    }

    /// Calls a method of the contract by its name.
    pub(crate) async fn call(&self, method: &str, request: Value) -> Outcome {
        let method = contract::method(method);
        let message = contract::from_json(method.input(), &request);
        self.send(&method, &message).await
    }

    /// As [`Client::call`], for calls that must succeed; gives the reply.
    pub(crate) async fn ok(&self, method: &str, request: Value) -> Value {
        self.call(method, request).await.ok()
    }

    /// Calls under a new request id, and says which: the audit log names it.
    pub(crate) async fn traced(&self, method: &MethodDescriptor, message: &DynamicMessage) -> (String, Outcome) {
        let id = Uuid::new_v4().to_string();
        let outcome = self.with("x-request-id", &id).send(method, message).await;
        (id, outcome)
    }

    pub(crate) async fn send(&self, method: &MethodDescriptor, message: &DynamicMessage) -> Outcome {
        match self.door {
            Door::Grpc => self.send_bytes(method, message.encode_to_vec().into()).await,
            Door::Rest => self.send_route(method, Route::of(method, message)).await,
        }
    }

    /// Sends bytes as the request message, whatever they are. gRPC only.
    pub(crate) async fn send_bytes(&self, method: &MethodDescriptor, bytes: Bytes) -> Outcome {
        let mut grpc = tonic::client::Grpc::new(self.channel.clone());
        if let Err(error) = grpc.ready().await {
            return Outcome::of_status(&Status::from_error(Box::new(error)));
        }
        let mut request = tonic::Request::new(bytes);
        *request.metadata_mut() = tonic::metadata::MetadataMap::from_headers(self.headers.clone());
        let path = PathAndQuery::try_from(contract::path(method)).expect("a path");
        let reply = match grpc.server_streaming(request, path, Raw).await {
            Ok(reply) => reply,
            Err(status) => return Outcome::of_status(&status),
        };
        let (metadata, mut stream, _) = reply.into_parts();
        let mut messages = Vec::new();
        loop {
            match stream.message().await {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(status) => {
                    return Outcome {
                        headers: metadata.into_headers(),
                        ..Outcome::of_status(&status)
                    };
                }
            }
        }
        let decode = |bytes: &Bytes| DynamicMessage::decode(method.output(), bytes.clone()).expect("a reply");
        let replies: Vec<DynamicMessage> = messages.iter().map(decode).collect();
        let replies = match method.output().full_name() {
            HTTP_BODY => vec![document(&replies)],
            _ => replies.iter().map(contract::to_json).collect(),
        };
        Outcome::success(metadata.into_headers(), replies, messages.concat().into(), None)
    }

    async fn send_route(&self, method: &MethodDescriptor, route: Route) -> Outcome {
        let Route { verb, target, body } = route;
        let mut request = self.request(verb, &target);
        if let Some(body) = body {
            request = request.json(&body);
        }
        Outcome::of_http(request.send().await, method.output(), method.is_server_streaming()).await
    }

    /// A REST request as this caller, to be completed.
    pub(crate) fn request(&self, verb: reqwest::Method, target: &str) -> reqwest::RequestBuilder {
        self.http
            .request(verb, format!("{}{target}", self.base))
            .headers(self.headers.clone())
    }

    /// Sends a REST request that no method describes; the reply is JSON of any kind.
    pub(crate) async fn raw(&self, request: reqwest::RequestBuilder) -> (StatusCode, HeaderMap, Value) {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("a body");
        (status, headers, serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

impl Outcome {
    /// The reply of a call that must have succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.code, Code::Ok, "{:#}", self.error);
        self.json
    }

    /// Checks that the call was refused so.
    #[track_caller]
    pub(crate) fn refused(&self, code: Code, reason: &str) -> &Self {
        assert_eq!(
            (self.code, self.reason.as_str()),
            (code, reason),
            "{:#}\n{:#}",
            self.error,
            self.json
        );
        self
    }

    /// Checks that the call was refused for breaking rules in exactly these fields.
    #[track_caller]
    pub(crate) fn violates(&self, fields: &[&str]) -> &Self {
        self.refused(Code::InvalidArgument, "VALIDATION");
        assert_eq!(self.violations, fields, "{:#}", self.error);
        self
    }

    /// A metadata entry of `ErrorInfo`.
    pub(crate) fn metadata(&self, key: &str) -> &str {
        let info = detail(&self.error, "google.rpc.ErrorInfo");
        info.and_then(|info| info["metadata"][key].as_str()).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    fn success(headers: HeaderMap, replies: Vec<Value>, bytes: Bytes, http: Option<StatusCode>) -> Self {
        Self {
            code: Code::Ok,
            reason: String::new(),
            violations: Vec::new(),
            json: replies.last().cloned().unwrap_or_default(),
            replies,
            error: Value::Null,
            bytes,
            headers,
            http,
        }
    }

    fn of_status(status: &Status) -> Self {
        let decoded = DynamicMessage::decode(contract::message("google.rpc.Status"), status.details());
        let error = match decoded {
            Ok(message) if !status.details().is_empty() => contract::to_json(&message),
            Ok(_) | Err(_) => json!({ "code": status.code() as i32, "message": status.message() }),
        };
        let headers = status.metadata().clone().into_headers();
        Self::failure(status.code(), error, status.details().to_vec().into(), headers, None)
    }

    async fn of_http(response: reqwest::Result<reqwest::Response>, reply: MessageDescriptor, is_stream: bool) -> Self {
        let response = match response {
            Ok(response) => response,
            Err(error) => return Self::of_status(&Status::unavailable(error.to_string())),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = match response.bytes().await {
            Ok(bytes) => bytes,
            Err(error) => return Self::of_status(&Status::unavailable(error.to_string())),
        };
        if !status.is_success() {
            let error = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            let message = contract::from_json(contract::message("google.rpc.Status"), &error);
            let code = Code::from_i32(i32::try_from(error["code"].as_i64().unwrap_or(2)).unwrap_or(2));
            return Self::failure(code, contract::to_json(&message), bytes, headers, Some(status));
        }
        // Read back as the message and written again: what the gateway wrote must be proto3 JSON, and
        // defaults that it spells out compare equal.
        let read = |text: &[u8]| {
            let json: Value = serde_json::from_slice(text).expect("JSON");
            contract::to_json(&contract::from_json(reply.clone(), &json))
        };
        let replies = if reply.full_name() == HTTP_BODY {
            let kind = headers
                .get("content-type")
                .and_then(|kind| kind.to_str().ok())
                .unwrap_or_default();
            vec![json!({ "contentType": kind, "data": String::from_utf8_lossy(&bytes) })]
        } else if is_stream {
            let lines = bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty());
            // A stream that fails says so in its last line.
            if let Some(error) = lines.clone().next_back().and_then(stream_error) {
                let code = Code::from_i32(i32::try_from(error["code"].as_i64().unwrap_or(2)).unwrap_or(2));
                return Self::failure(code, error, bytes, headers, Some(status));
            }
            lines.map(read).collect()
        } else {
            vec![read(&bytes)]
        };
        Self::success(headers, replies, bytes, Some(status))
    }

    fn failure(code: Code, error: Value, bytes: Bytes, headers: HeaderMap, http: Option<StatusCode>) -> Self {
        let reason = detail(&error, "google.rpc.ErrorInfo").and_then(|info| info["reason"].as_str());
        let violations = detail(&error, "google.rpc.BadRequest").and_then(|bad| bad["fieldViolations"].as_array());
        let field = |violation: &Value| violation["field"].as_str().unwrap_or_default().to_owned();
        Self {
            code,
            reason: reason.unwrap_or_default().to_owned(),
            violations: violations
                .map(|found| found.iter().map(field).collect())
                .unwrap_or_default(),
            json: Value::Null,
            replies: Vec::new(),
            error,
            bytes,
            headers,
            http,
        }
    }
}

/// The status in the line that ends a stream which failed.
fn stream_error(line: &[u8]) -> Option<Value> {
    let json: Value = serde_json::from_slice(line).ok()?;
    let message = contract::from_json(contract::message("google.rpc.Status"), json.get("error")?);
    Some(contract::to_json(&message))
}

/// What a stream of raw pieces adds up to, as REST delivers it.
const HTTP_BODY: &str = "google.api.HttpBody";

fn document(pieces: &[DynamicMessage]) -> Value {
    let mut data = Vec::new();
    let mut kind = String::new();
    for piece in pieces {
        kind = piece
            .get_field_by_name("content_type")
            .and_then(|kind| kind.as_str().map(str::to_owned))
            .unwrap_or(kind);
        let bytes = piece
            .get_field_by_name("data")
            .and_then(|data| data.as_bytes().cloned());
        data.extend_from_slice(&bytes.unwrap_or_default());
    }
    json!({ "contentType": kind, "data": String::from_utf8_lossy(&data) })
}

/// The detail of a type in a status.
fn detail<'e>(error: &'e Value, name: &str) -> Option<&'e Value> {
    let details = error["details"].as_array()?;
    details
        .iter()
        .find(|detail| detail["@type"].as_str().is_some_and(|kind| kind.ends_with(name)))
}

/// Messages as the bytes they are.
#[derive(Debug, Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(bytes.copy_to_bytes(bytes.remaining())))
    }
}
