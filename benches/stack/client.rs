//! The client: closed-loop over a few connections, the same for every server.

use std::fs;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Buf as _, BufMut as _, Bytes};
use futures_util::future::try_join_all;
use http::uri::PathAndQuery;
use serde_json::Value;
use stratum::dev::{DevFile, DevTenant};
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

use super::Failure;
use super::servers::Place;

const FIRST_TENANT: &str = "harbor";
const CONNECTIONS: usize = 4;
const CALLS_IN_FLIGHT: usize = 16;

/// Calls that are made when awaited; gives their number.
pub trait Driven: Future<Output = Result<f64, Failure>> {}
impl<F: Future<Output = Result<f64, Failure>>> Driven for F {}

/// gRPC over mTLS.
#[derive(Clone)]
pub struct Grpc {
    connections: Vec<Channel>,
    turn: Arc<AtomicUsize>,
}

impl Grpc {
    /// As the first demo tenant.
    pub async fn connect(address: &str, place: &Place) -> Result<Self, Failure> {
        Self::connect_as(address, place, FIRST_TENANT).await
    }

    pub async fn connect_as(address: &str, place: &Place, slug: &str) -> Result<Self, Failure> {
        let dev = place.dev_file()?;
        let tenant = tenant(&dev, slug)?;
        Self::connect_with(address, place, &tenant.cert, &tenant.key).await
    }

    /// With a certificate and its key.
    pub async fn connect_with(address: &str, place: &Place, cert: &Path, key: &Path) -> Result<Self, Failure> {
        let identity = Identity::from_pem(fs::read(cert)?, fs::read(key)?);
        let ca = Certificate::from_pem(fs::read(place.dev_file()?.ca)?);
        let tls = ClientTlsConfig::new().ca_certificate(ca).identity(identity);
        let endpoint = Endpoint::from_shared(format!("https://{address}"))?.tls_config(tls)?;
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            connections.push(endpoint.connect().await?);
        }
        Ok(Self {
            connections,
            turn: Arc::default(),
        })
    }

    /// One call, with the message as bytes.
    pub async fn call(&self, path: &'static str, request: &[u8]) -> Result<Bytes, Failure> {
        let channel = self.connections.first().ok_or("no connection")?;
        Ok(unary(channel.clone(), path, Bytes::copy_from_slice(request)).await?)
    }

    /// One call over any connection.
    pub async fn call_any(&self, path: &'static str, request: Vec<u8>) -> Result<Bytes, Failure> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.connections.len();
        let channel = self.connections.get(turn).ok_or("no connection")?;
        Ok(unary(channel.clone(), path, request.into()).await?)
    }

    /// One call that answers with a stream, read to its end; gives the bytes of its messages.
    pub async fn stream(&self, path: &'static str, request: &[u8]) -> Result<u64, Failure> {
        let channel = self.connections.first().ok_or("no connection")?;
        let mut client = tonic::client::Grpc::new(channel.clone()).max_decoding_message_size(64 << 20);
        client.ready().await?;
        let request = tonic::Request::new(Bytes::copy_from_slice(request));
        let answer = client
            .server_streaming(request, PathAndQuery::from_static(path), Raw)
            .await?;
        let mut messages = answer.into_inner();
        let mut bytes = 0;
        while let Some(message) = messages.message().await? {
            bytes += message.len() as u64;
        }
        Ok(bytes)
    }

    /// As many calls, as fast as replies come.
    pub async fn drive(&self, path: &'static str, request: &[u8], calls: usize) -> Result<f64, Failure> {
        let request = Bytes::copy_from_slice(request);
        drive(&self.connections, calls, |channel| {
            let request = request.clone();
            async move { unary(channel, path, request).await.map(drop) }
        })
        .await
    }
}

async fn unary(channel: Channel, path: &'static str, request: Bytes) -> Result<Bytes, Status> {
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.map_err(|e| Status::unavailable(e.to_string()))?;
    let reply = client
        .unary(tonic::Request::new(request), PathAndQuery::from_static(path), Raw)
        .await?;
    Ok(reply.into_inner())
}

/// REST over TLS and HTTP/2, with an API key.
pub struct Rest {
    connections: Vec<reqwest::Client>,
    base: String,
    key: String,
}

impl Rest {
    pub fn connect(address: &str, dev: &DevFile) -> Result<Self, Failure> {
        let key = tenant(dev, FIRST_TENANT)?
            .api_keys
            .get("BILLER")
            .ok_or("no API key")?
            .clone();
        let ca = reqwest::Certificate::from_pem(&fs::read(&dev.ca)?)?;
        let client = || {
            reqwest::Client::builder()
                .tls_certs_only([ca.clone()])
                .no_proxy()
                .build()
        };
        let connections = (0..CONNECTIONS).map(|_| client()).collect::<Result<_, _>>()?;
        Ok(Self {
            connections,
            base: format!("https://{address}/api/v1/precedents"),
            key,
        })
    }

    /// Stores the precedent that is read; gives its id.
    pub async fn create_precedent(&self) -> Result<String, Failure> {
        let client = self.connections.first().ok_or("no connection")?;
        let request = client.post(&self.base).bearer_auth(&self.key);
        let request = request
            .header("content-type", "application/json")
            .body(include_str!("precedent.json"));
        let reply: Value = request.send().await?.json().await?;
        let id = reply.pointer("/precedent/id").and_then(Value::as_str);
        Ok(id
            .ok_or_else(|| format!("the precedent was refused: {reply}"))?
            .to_owned())
    }

    pub fn precedent_url(&self, id: &str) -> String {
        format!("{}/{id}", self.base)
    }

    /// As many GETs, as fast as answers come.
    pub async fn drive(&self, url: &str, calls: usize) -> Result<f64, Failure> {
        drive(&self.connections, calls, |client| async move {
            let answer = client
                .get(url)
                .bearer_auth(&self.key)
                .send()
                .await?
                .error_for_status()?;
            answer.bytes().await.map(drop)
        })
        .await
    }
}

/// Spreads `calls` over the connections, with so many in flight on each.
#[expect(clippy::cast_precision_loss, reason = "some thousands of calls")]
async fn drive<C, F, E>(connections: &[C], calls: usize, call: impl Fn(C) -> F) -> Result<f64, Failure>
where
    C: Clone,
    F: Future<Output = Result<(), E>>,
    Failure: From<E>,
{
    let each = calls / (connections.len() * CALLS_IN_FLIGHT);
    let loops = connections.iter().flat_map(|connection| {
        (0..CALLS_IN_FLIGHT).map(async |_| {
            for _ in 0..each {
                call(connection.clone()).await?;
            }
            Ok::<_, Failure>(())
        })
    });
    try_join_all(loops).await?;
    Ok((each * connections.len() * CALLS_IN_FLIGHT) as f64)
}

fn tenant<'d>(dev: &'d DevFile, slug: &str) -> Result<&'d DevTenant, Failure> {
    Ok(dev.tenants.get(slug).ok_or("no such tenant")?)
}

/// Messages as the bytes they are.
#[derive(Clone, Copy, Default)]
pub struct Raw;

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

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
