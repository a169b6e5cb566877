//! CPU time of transcoding alone: REST in, one message through an idle stack, JSON out.
//!
//! Prints `name<TAB>microseconds<TAB>us`: the median of several rounds, in thread CPU time, with the
//! stack's own work (reading the request, handing out a ready answer) included.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its figures, and has nobody to tell of a failure but the panic"
)]

#[path = "../tests/gateway/pool.rs"]
mod pool;

use std::convert::Infallible;
use std::fs;
use std::hint::black_box;
use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use grpc_gateway::{Gateway, Options, RestService};
use http::{HeaderMap, HeaderValue, Request, Response, header};
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage};
use tonic::body::Body;
use tower::{Service as _, ServiceExt as _, service_fn};

const ROUNDS: usize = 20;
const CALLS_A_ROUND: u32 = 5_000;

const RECORD: &str = r#"{
    "id": "0192f3a4-5b6c-7d8e-9f01-23456789abcd", "etag": "7-5d41402abc4b2a76", "payerId": "payer-00042",
    "planKind": "PPO", "denialType": "MEDICAL_NECESSITY", "groupCode": "CO", "reasonCode": "50",
    "remarkCodes": ["N115", "N130"], "procedures": [{"system": "CPT", "value": "72148"}],
    "diagnoses": [{"system": "ICD10", "value": "M54.50"}, {"system": "ICD10", "value": "M51.26"}],
    "serviceCategory": "IMAGING", "appealLevel": 1, "evidenceKinds": ["CLINICAL_NOTES", "GUIDELINE"],
    "triggerText": "Imaging refused as not medically necessary after six weeks of conservative care",
    "actionTaken": "APPEAL", "outcome": "OUTCOME_WON", "billedCents": "125000", "paidCents": "98000",
    "daysToDecision": 34, "verified": true, "reuseCount": 12, "createdAt": "2026-01-31T10:20:30.123456Z",
    "updatedAt": "2026-02-28T23:59:59Z", "createdBy": "user-7", "version": 3
}"#;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let pool = pool::pool_of(&["record/v1/record.proto"]);
    let answer = framed(&record(&pool).encode_to_vec());
    let gateway = Gateway::new(pool, Options::default()).unwrap();
    let stack = service_fn(move |request| idle_stack(request, answer.clone()));

    let mut service = gateway.service(stack);
    let created = format!("{{\"record\":{RECORD},\"requestId\":\"0192f3a4-0000-7000-8000-000000000001\"}}");
    let created = Bytes::from(created.replace("\n    ", ""));
    runtime.block_on(async {
        let get = measure(&mut service, get_request).await;
        println!("rest_transcode_cpu_us\t{get:.2}\tus");
        let post = measure(&mut service, || post_request(created.clone())).await;
        println!("rest_transcode_post_cpu_us\t{post:.2}\tus");
    });
}

fn get_request() -> Request<Body> {
    let builder = Request::get("/api/v1/records/0192f3a4-5b6c-7d8e-9f01-23456789abcd");
    builder
        .header(header::HOST, "api.example.org")
        .header(header::ACCEPT, "application/json")
        .header(header::AUTHORIZATION, "Bearer sk_live_0123456789abcdef0123456789abcdef")
        .header(header::USER_AGENT, "bench/1")
        .header("x-request-id", "0192f3a4-0000-7000-8000-000000000002")
        .body(Body::new(Empty::new()))
        .unwrap()
}

fn post_request(body: Bytes) -> Request<Body> {
    let mut request = get_request().map(|_| Body::new(Full::new(body)));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = http::Uri::from_static("/api/v1/records");
    request
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request
}

/// Microseconds of thread CPU time a call, the median round; requests are made outside of the time.
async fn measure<S, F>(service: &mut RestService<S>, request: F) -> f64
where
    RestService<S>: tower::Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    F: Fn() -> Request<Body>,
{
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let requests: Vec<_> = (0..CALLS_A_ROUND).map(|_| request()).collect();
        let before = thread_cpu_ns();
        for request in requests {
            let response = service.ready().await.unwrap().call(request).await.unwrap();
            assert_eq!(response.status(), 200);
            black_box(response.into_body().collect().await.unwrap().to_bytes());
        }
        let spent = thread_cpu_ns() - before;
        rounds.push(Duration::from_nanos(spent).as_secs_f64() * 1e6 / f64::from(CALLS_A_ROUND));
    }
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

/// Nanoseconds that this thread has been on a CPU.
fn thread_cpu_ns() -> u64 {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    statistics.split_whitespace().next().unwrap().parse().unwrap()
}

async fn idle_stack(request: Request<Body>, answer: Bytes) -> Result<Response<Body>, Infallible> {
    let message = request.into_body().collect().await.unwrap().to_bytes();
    assert!(message.len() > 5);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let frames = [
        Ok::<_, Infallible>(http_body::Frame::data(answer)),
        Ok(http_body::Frame::trailers(trailers)),
    ];
    let mut response = Response::new(Body::new(StreamBody::new(futures_util::stream::iter(frames))));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    Ok(response)
}

fn record(pool: &DescriptorPool) -> DynamicMessage {
    let descriptor = pool.get_message_by_name("record.v1.Record").unwrap();
    DynamicMessage::deserialize(descriptor, &mut serde_json::Deserializer::from_str(RECORD)).unwrap()
}

fn framed(message: &[u8]) -> Bytes {
    let mut framed = BytesMut::with_capacity(message.len() + 5);
    framed.put_u8(0);
    framed.put_u32(u32::try_from(message.len()).unwrap());
    framed.extend_from_slice(message);
    framed.freeze()
}
