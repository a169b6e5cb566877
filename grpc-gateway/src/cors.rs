//! Which browser origins may read answers: an exact list, and no way to say "all".

use std::collections::BTreeSet;
use std::str::FromStr;

use http::uri::Uri;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::http_headers;

/// An exact list of origins. It can't hold `*`: parsing it is an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedOrigins(Vec<HeaderValue>);

/// Text that is no list of origins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// A wildcard would let any page read answers.
    #[error("`*` is no origin: list every origin by name")]
    Wildcard,
    /// Not `scheme://host[:port]` as browsers send it.
    #[error("`{0}` is no origin: write scheme://host[:port] in lower case, without a path")]
    Malformed(String),
}

impl AllowedOrigins {
    /// No origin at all: browsers on other origins can't read anything.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether no origin is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn allowed(&self, origin: Option<&HeaderValue>) -> Option<&HeaderValue> {
        self.0.iter().find(|allowed| Some(*allowed) == origin)
    }

    /// Marks an answer as readable by the request's origin, if that is on the list.
    pub(crate) fn mark(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        if let Some(origin) = self.allowed(origin) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            let readable = HeaderValue::from_static("etag, location, retry-after, x-request-id");
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, readable);
        }
    }

    /// Answers a preflight's questions, if its origin is on the list.
    pub(crate) fn answer_preflight(
        &self,
        request: &HeaderMap,
        allow: &HeaderValue,
        forwarded: &[HeaderName],
        answer: &mut HeaderMap,
    ) {
        let asked = header::ACCESS_CONTROL_REQUEST_METHOD;
        if !request.contains_key(asked) || self.allowed(request.get(header::ORIGIN)).is_none() {
            return;
        }
        // Sorted, so that the answer does not depend on how the list was put together.
        let taken: BTreeSet<&str> = READ_HERE
            .iter()
            .chain(forwarded)
            .filter(|name| !set_on_the_way(name))
            .map(HeaderName::as_str)
            .collect();
        let taken: Vec<&str> = taken.into_iter().collect();
        let Ok(headers) = HeaderValue::from_str(&taken.join(", ")) else {
            return;
        };
        answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, allow.clone());
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, headers);
        answer.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
}

/// Request headers that the gateway itself reads.
static READ_HERE: [HeaderName; 3] = [header::CONTENT_TYPE, header::IF_MATCH, http_headers::X_REQUEST_TIMEOUT];

/// Headers that browsers and proxies write, and pages may not.
fn set_on_the_way(name: &HeaderName) -> bool {
    *name == header::USER_AGENT || *name == header::FORWARDED || name.as_str().starts_with("x-forwarded-")
}

impl FromStr for AllowedOrigins {
    type Err = OriginError;

    /// Parses origins with commas between; an empty text is an empty list.
    fn from_str(text: &str) -> Result<Self, OriginError> {
        let origins = text.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        origins.map(parse_origin).collect::<Result<_, _>>().map(Self)
    }
}

fn parse_origin(text: &str) -> Result<HeaderValue, OriginError> {
    if text.contains('*') {
        return Err(OriginError::Wildcard);
    }
    let malformed = || OriginError::Malformed(text.to_owned());
    let uri: Uri = text.parse().map_err(|_not_a_uri| malformed())?;
    let (Some(scheme @ ("http" | "https")), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(malformed());
    };
    let as_browsers_send = format!("{scheme}://{authority}");
    let is_exact = as_browsers_send == text && text == text.to_lowercase() && !authority.as_str().contains('@');
    if !is_exact || authority.host().is_empty() || has_default_port(scheme, authority.port_u16()) {
        return Err(malformed());
    }
    HeaderValue::from_str(text).map_err(|_not_a_value| malformed())
}

/// Browsers leave a scheme's own port out, so an origin that names it would never match.
fn has_default_port(scheme: &str, port: Option<u16>) -> bool {
    matches!((scheme, port), ("http", Some(80)) | ("https", Some(443)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_origins_are_parsed() {
        let origins: AllowedOrigins = "https://app.example.org, http://localhost:5173".parse().unwrap();
        assert_eq!(origins.0.len(), 2);
        for wildcard in ["*", "https://*.example.org", "https://a.example,*"] {
            assert_eq!(
                wildcard.parse::<AllowedOrigins>(),
                Err(OriginError::Wildcard),
                "{wildcard}"
            );
        }
        for malformed in [
            "null",
            "example.org",
            "https://a.example/",
            "https://A.example",
            "ftp://a",
            "https://u@a",
            "https://a:443",
        ] {
            assert!(
                matches!(malformed.parse::<AllowedOrigins>(), Err(OriginError::Malformed(_))),
                "{malformed}"
            );
        }
    }
}
