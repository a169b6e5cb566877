//! The same question over REST, and answers as JSON.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use prost::Message;
use prost_reflect::{DynamicMessage, SerializeOptions};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::dev::DevError;
use crate::proto::descriptor_pool;
use crate::proto::v1::{ClassifyDenialRequest, ClassifyDenialResponse};

/// Longest answer that is read.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// Asks what a denial is, as the holder of an API key.
pub(super) async fn classify(
    url: &str,
    key: &str,
    ca: Option<&Path>,
    request: &ClassifyDenialRequest,
) -> Result<ClassifyDenialResponse, DevError> {
    let uri: Uri = format!("{}/api/v1/precedents/classify", url.trim_end_matches('/')).parse()?;
    let host = uri.host().ok_or("the URL has no host")?.to_owned();
    let body = serde_json::to_vec(&dynamic("ClassifyDenialRequest", request)?)?;
    let post = Request::builder()
        .method(Method::POST)
        .uri(uri.path())
        .header(header::HOST, uri.authority().map_or(host.as_str(), |a| a.as_str()))
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body)))?;
    let is_tls = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let stream = TcpStream::connect((host.as_str(), port))
        .await
        .map_err(|e| format!("no server answers at {host}:{port}: {e}"))?;
    let (status, body) = if is_tls {
        let name = ServerName::try_from(host)?;
        send(connector(ca)?.connect(name, stream).await?, post).await?
    } else {
        send(stream, post).await?
    };
    if !status.is_success() {
        return Err(refusal(status, &body).into());
    }
    let descriptor = message("ClassifyDenialResponse")?;
    let mut json = serde_json::Deserializer::from_slice(&body);
    Ok(DynamicMessage::deserialize(descriptor, &mut json)?.transcode_to()?)
}

/// An answer as indented JSON, in the names of the contract's JSON form.
pub(super) fn pretty(answer: &ClassifyDenialResponse) -> Result<String, DevError> {
    let dynamic = dynamic("ClassifyDenialResponse", answer)?;
    let mut json = serde_json::Serializer::pretty(Vec::new());
    dynamic.serialize_with_options(&mut json, &SerializeOptions::new().skip_default_fields(true))?;
    Ok(String::from_utf8(json.into_inner())?)
}

async fn send<S>(stream: S, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes), DevError>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let reply = sender.send_request(request).await?;
    let status = reply.status();
    let body = Limited::new(reply.into_body(), ANSWER_BYTES_MAX)
        .collect()
        .await?
        .to_bytes();
    driver.abort();
    Ok((status, body))
}

/// Trusts the given CA alone.
fn connector(ca: Option<&Path>) -> Result<TlsConnector, DevError> {
    let ca = ca.ok_or("https needs --ca, the CA that signed the listener's certificate")?;
    let mut roots = rustls::RootCertStore::empty();
    for certificate in crate::tls::pem::PemFile::read(ca)?.certificates()? {
        roots.add(certificate)?;
    }
    let config = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// What the server said, in its own words, with each field at fault.
fn refusal(status: StatusCode, body: &[u8]) -> String {
    let said: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let error = said.get("error").unwrap_or(&said);
    let message = error
        .get("message")
        .and_then(|m| m.as_str())
        .unwrap_or("without a reason");
    let mut text = format!("the server refused ({}): {message}", status.as_u16());
    let details = error.get("details").and_then(|d| d.as_array()).into_iter().flatten();
    let violations = details.filter_map(|d| d.get("fieldViolations")?.as_array()).flatten();
    for violation in violations {
        let part = |name: &str| violation.get(name).and_then(|v| v.as_str()).unwrap_or_default();
        text.push_str(&format!("\n  {} {}", part("field"), part("description")));
    }
    text
}

fn message(name: &str) -> Result<prost_reflect::MessageDescriptor, DevError> {
    let full = format!("stratum.v1.{name}");
    descriptor_pool()?
        .get_message_by_name(&full)
        .ok_or_else(|| format!("the contract has no {full}").into())
}

fn dynamic(name: &str, typed: &impl Message) -> Result<DynamicMessage, DevError> {
    let mut dynamic = DynamicMessage::new(message(name)?);
    dynamic.transcode_from(typed)?;
    Ok(dynamic)
}
