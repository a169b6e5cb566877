//! A library that answers what it is told and remembers what it was asked, behind real tonic codecs.

mod codec;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use grpc_gateway::{Gateway, Options, RestOrigin};
use http::{HeaderMap, Request, Response, StatusCode, header, request::Builder};
use http_body::Frame;
use http_body_util::{BodyExt as _, Full, StreamBody};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde_json::Value;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{Service, ServiceExt as _};

use codec::DynamicCodec;

/// What the library answers.
#[derive(Clone)]
pub(crate) enum Answer {
    /// One message, in JSON.
    Message(Value),
    /// Messages, then the status OK or a failure.
    Stream(Vec<Value>, Option<Value>),
    /// A `google.rpc.Status` in JSON.
    Failure(Value),
    /// A failure by a layer that reads nothing of the request.
    Refusal(Status),
    /// An answer without any gRPC status.
    Http(StatusCode),
    /// Messages as these bytes, and then the status OK.
    Bytes(Vec<Vec<u8>>),
    /// Bytes that are no gRPC frames, and then the status OK if there is one.
    Frames(Vec<Vec<u8>>, Option<Status>),
    /// Nothing, ever.
    Hang,
    /// The beginning of a stream, and nothing more, ever.
    HangAfter(Vec<u8>),
}

/// What the library was asked.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub path: String,
    pub headers: HeaderMap,
    pub peer: Option<Peer>,
    pub origin: Option<RestOrigin>,
    pub request: Option<Value>,
}

/// Something that a listener knows of its connection.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Peer(pub &'static str);

pub(crate) struct Library {
    stack: Stack,
    options: Options,
}

#[derive(Clone)]
struct Stack {
    answer: Answer,
    metadata: Vec<(&'static str, &'static str)>,
    calls: Arc<Mutex<Vec<Call>>>,
}

pub(crate) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// Whether the connection would have been cut.
    pub is_cut: bool,
}

pub(crate) fn pool() -> DescriptorPool {
    static POOL: OnceLock<DescriptorPool> = OnceLock::new();
    POOL.get_or_init(|| crate::pool::pool_of(&["library/v1/library.proto"]))
        .clone()
}

pub(crate) fn message(full_name: &str, json: &Value) -> DynamicMessage {
    let descriptor = pool().get_message_by_name(full_name).unwrap();
    DynamicMessage::deserialize(descriptor, json.clone()).unwrap()
}

impl Library {
    /// A library that answers empty messages.
    pub(crate) fn new() -> Self {
        Self::answering(Answer::Message(serde_json::json!({})))
    }

    pub(crate) fn answering(answer: Answer) -> Self {
        let stack = Stack {
            answer,
            metadata: Vec::new(),
            calls: Arc::default(),
        };
        Self {
            stack,
            options: Options::default(),
        }
    }

    pub(crate) fn with_options(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    pub(crate) fn with_metadata(mut self, name: &'static str, value: &'static str) -> Self {
        self.stack.metadata.push((name, value));
        self
    }

    pub(crate) async fn get(&self, target: &str) -> Reply {
        self.send(Request::get(target), "").await
    }

    pub(crate) async fn post(&self, target: &str, body: &str) -> Reply {
        self.send(
            Request::post(target).header(header::CONTENT_TYPE, "application/json"),
            body,
        )
        .await
    }

    pub(crate) async fn send(&self, request: Builder, body: &str) -> Reply {
        self.send_body(request, Full::new(Bytes::copy_from_slice(body.as_bytes())))
            .await
    }

    pub(crate) async fn send_body<B>(&self, request: Builder, body: B) -> Reply
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
    {
        let gateway = Gateway::new(pool(), self.options.clone()).unwrap();
        let request = request.body(body).unwrap();
        let (head, mut body) = gateway
            .service(self.stack.clone())
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        let mut received = Vec::new();
        let mut is_cut = false;
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => received.extend_from_slice(frame.data_ref().unwrap()),
                Err(_) => is_cut = true,
            }
        }
        Reply {
            status: head.status,
            headers: head.headers,
            body: received.into(),
            is_cut,
        }
    }

    /// The request that reached the library, as JSON without defaults.
    pub(crate) fn request(&self) -> Value {
        self.call().request.expect("the request was not read")
    }

    pub(crate) fn call(&self) -> Call {
        self.stack.calls.lock().unwrap().last().expect("no call").clone()
    }

    pub(crate) fn was_called(&self) -> bool {
        !self.stack.calls.lock().unwrap().is_empty()
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.body))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The names of the fields that a 400 complains of.
    pub(crate) fn wrong_fields(&self) -> Vec<String> {
        assert_eq!(self.status, 400, "{:?}", self.body);
        let violations = self.detail("google.rpc.BadRequest")["fieldViolations"].clone();
        violations
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v["field"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn reason(&self) -> String {
        self.detail("google.rpc.ErrorInfo")["reason"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn detail(&self, full_name: &str) -> Value {
        let json = self.json();
        let of_type = |detail: &&Value| detail["@type"] == format!("type.googleapis.com/{full_name}");
        json["details"]
            .as_array()
            .unwrap()
            .iter()
            .find(of_type)
            .expect(full_name)
            .clone()
    }
}

impl Service<Request<Body>> for Stack {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let stack = self.clone();
        Box::pin(async move { Ok(stack.answer(request).await) })
    }
}

impl Stack {
    async fn answer(self, request: Request<Body>) -> Response<Body> {
        self.calls.lock().unwrap().push(Call {
            path: request.uri().path().to_owned(),
            headers: request.headers().clone(),
            peer: request.extensions().get().cloned(),
            origin: request.extensions().get().copied(),
            request: None,
        });
        match self.answer.clone() {
            Answer::Refusal(status) => status.into_http(),
            Answer::Http(status) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = status;
                response
            }
            Answer::Hang => {
                tokio::time::sleep(Duration::from_secs(1_000_000)).await;
                Response::new(Body::empty())
            }
            Answer::Bytes(messages) => frames(messages.iter().map(|m| framed(m)).collect(), Some(Status::ok(""))),
            Answer::Frames(pieces, status) => frames(pieces, status),
            Answer::HangAfter(message) => {
                let first = Ok::<_, Status>(Frame::data(Bytes::from(framed(&message))));
                let body = StreamBody::new(stream::iter([first]).chain(stream::pending()));
                Response::new(Body::new(body))
            }
            Answer::Message(_) | Answer::Stream(..) | Answer::Failure(_) => self.served(request).await,
        }
    }

    /// Answers as a tonic service does.
    async fn served(self, request: Request<Body>) -> Response<Body> {
        let (service, method) = request.uri().path()[1..].split_once('/').unwrap();
        let service = pool().get_service_by_name(service).unwrap();
        let method = service.methods().find(|candidate| candidate.name() == method).unwrap();
        let output = method.output();
        let mut grpc = tonic::server::Grpc::new(DynamicCodec { input: method.input() });
        let metadata = self.metadata.clone();
        let with_metadata = move |mut head: tonic::metadata::MetadataMap| {
            for (name, value) in &metadata {
                head.insert(*name, value.parse().unwrap());
            }
            head
        };
        if let Answer::Stream(messages, failure) = self.answer.clone() {
            let service = tower::service_fn(move |request: tonic::Request<DynamicMessage>| {
                self.remember(request.get_ref());
                let mut items: VecDeque<_> = messages
                    .iter()
                    .map(|json| Ok(message(output.full_name(), json)))
                    .collect();
                items.extend(failure.iter().map(|json| Err(status(json))));
                std::future::ready(Ok::<_, Status>(tonic::Response::new(stream::iter(items))))
            });
            return grpc.server_streaming(service, request).await;
        }
        let service = tower::service_fn(move |request: tonic::Request<DynamicMessage>| {
            self.remember(request.get_ref());
            let answered = match &self.answer {
                Answer::Failure(json) => Err(status(json)),
                Answer::Message(json) => {
                    let mut response = tonic::Response::new(message(output.full_name(), json));
                    *response.metadata_mut() = with_metadata(std::mem::take(response.metadata_mut()));
                    Ok(response)
                }
                _ => unreachable!(),
            };
            std::future::ready(answered)
        });
        grpc.unary(service, request).await
    }

    fn remember(&self, request: &DynamicMessage) {
        // By way of text, where a float has as many digits as its type can tell.
        let json = serde_json::from_slice(&serde_json::to_vec(request).unwrap()).unwrap();
        self.calls.lock().unwrap().last_mut().unwrap().request = Some(json);
    }
}

fn status(json: &Value) -> Status {
    let details = message("google.rpc.Status", json).encode_to_vec();
    let code = Code::from_i32(i32::try_from(json["code"].as_i64().unwrap()).unwrap());
    Status::with_details(code, json["message"].as_str().unwrap_or_default(), details.into())
}

/// A message as gRPC frames it.
pub(crate) fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], &length[..], message].concat()
}

fn frames(pieces: Vec<Vec<u8>>, status: Option<Status>) -> Response<Body> {
    let mut frames: Vec<_> = pieces
        .into_iter()
        .map(|piece| Frame::data(Bytes::from(piece)))
        .collect();
    if let Some(status) = status {
        let mut trailers = HeaderMap::new();
        status.add_header(&mut trailers).unwrap();
        frames.push(Frame::trailers(trailers));
    }
    Response::new(Body::new(StreamBody::new(stream::iter(
        frames.into_iter().map(Ok::<_, Status>),
    ))))
}
