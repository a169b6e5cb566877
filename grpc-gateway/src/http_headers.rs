//! Headers on the way in and on the way out.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use tonic::metadata::GRPC_CONTENT_TYPE;

/// A caller's own deadline, as a protobuf JSON duration: `1.5s`. REST has no standard header for it,
/// and `grpc-timeout` would be obeyed by tonic's own server outside of every layer.
pub(crate) const X_REQUEST_TIMEOUT: HeaderName = HeaderName::from_static("x-request-timeout");

/// The headers of the call into the stack: gRPC's own, and those that may pass.
pub(crate) fn grpc_headers(request: &HeaderMap, forwarded: &[HeaderName]) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(forwarded.len() + 2);
    headers.insert(header::CONTENT_TYPE, GRPC_CONTENT_TYPE);
    headers.insert(header::TE, HeaderValue::from_static("trailers"));
    copy(request, forwarded, &mut headers);
    headers
}

/// Copies the named headers, with all their values.
pub(crate) fn copy(from: &HeaderMap, names: &[HeaderName], to: &mut HeaderMap) {
    for name in names {
        for value in from.get_all(name) {
            to.append(name.clone(), value.clone());
        }
    }
}

/// Sets what every answer carries, unless a page has its own: nothing may be cached, framed,
/// sniffed or loaded from it.
pub(crate) fn secure(headers: &mut HeaderMap) {
    let fixed = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// Whether the body may be read as JSON: its media type says so, its charset is UTF-8 and it is
/// not compressed.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    if headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity")
    {
        return false;
    }
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some((media_type, parameters)) = content_type.map(|text| text.split_once(';').unwrap_or((text, ""))) else {
        return false;
    };
    let charset_is_utf8 = parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .all(|(name, value)| {
            !name.trim().eq_ignore_ascii_case("charset") || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        });
    media_type.trim().eq_ignore_ascii_case("application/json") && charset_is_utf8
}

/// The declared length of the body in bytes.
pub(crate) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The caller's own deadline.
///
/// # Errors
/// What the header must be.
pub(crate) fn request_timeout(headers: &HeaderMap) -> Result<Option<Duration>, &'static str> {
    let Some(value) = headers.get(X_REQUEST_TIMEOUT) else {
        return Ok(None);
    };
    let seconds = value.to_str().ok().and_then(|text| text.strip_suffix('s'));
    let is_decimal = |text: &&str| {
        text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    };
    seconds
        .filter(is_decimal)
        .and_then(|text| Duration::try_from_secs_f64(text.parse().ok()?).ok())
        .filter(|timeout| !timeout.is_zero())
        .map(Some)
        .ok_or("must be seconds like 1.5s")
}

/// What `If-Match` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IfMatch {
    /// `*`: any version, as long as there is one.
    AnyVersion,
    /// This version.
    Version(String),
}

/// # Errors
/// What the header must be.
pub(crate) fn if_match(value: &HeaderValue) -> Result<IfMatch, &'static str> {
    const MUST_BE: &str = "must be one strong entity tag in quotes, or *";
    match value.to_str().map_err(|_not_ascii| MUST_BE)?.trim() {
        "*" => Ok(IfMatch::AnyVersion),
        text => {
            let tag = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            let tag = tag.filter(|tag| !tag.is_empty() && !tag.contains('"')).ok_or(MUST_BE)?;
            Ok(IfMatch::Version(tag.to_owned()))
        }
    }
}

/// A version as an entity tag; `None` for text that none can hold.
pub(crate) fn entity_tag(version: &str) -> Option<HeaderValue> {
    let fits = !version.is_empty() && version.bytes().all(|b| b > b' ' && b < 0x7f && b != b'"');
    fits.then(|| HeaderValue::from_str(&format!("\"{version}\"")).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_json_in_utf8_is_json() {
        for (content_type, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json; charset=\"utf-8\"", true),
            ("application/json; charset=latin1", false),
            ("application/grpc", false),
            ("text/plain", false),
            ("application/jsonp", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            assert_eq!(is_json(&headers), expected, "{content_type}");
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            assert!(!is_json(&headers));
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn a_timeout_is_seconds_and_never_zero() {
        let parse = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(X_REQUEST_TIMEOUT, HeaderValue::from_static(text));
            request_timeout(&headers)
        };
        assert_eq!(parse("1.5s"), Ok(Some(Duration::from_millis(1500))));
        for wrong in [
            "1",
            "s",
            "-1s",
            "1e3s",
            "infs",
            "0s",
            "1.5.2s",
            "99999999999999999999999s",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_entity_tag_comes_back_as_the_version_it_was() {
        let tag = entity_tag("v7-abc").unwrap();
        assert_eq!(if_match(&tag), Ok(IfMatch::Version("v7-abc".to_owned())));
        for unfit in ["", "a b", "a\"b", "é"] {
            assert_eq!(entity_tag(unfit), None, "{unfit}");
        }
        for wrong in ["W/\"1\"", "1", "\"1\", \"2\"", "\"\""] {
            assert!(if_match(&HeaderValue::from_static(wrong)).is_err(), "{wrong}");
        }
    }
}
