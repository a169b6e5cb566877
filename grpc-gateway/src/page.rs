//! What the door serves beside the routes, at fixed paths.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use tonic::body::Body;

type Answer = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// A path that answers GET and HEAD without passing the stack: nothing here knows its caller.
#[derive(Clone)]
pub struct Page {
    pub(crate) path: String,
    pub(crate) answer: Arc<dyn Fn() -> Answer + Send + Sync>,
}

impl Page {
    /// A page whose answer is made anew for each request.
    pub fn new<F, A>(path: impl Into<String>, answer: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Response<Body>> + Send + 'static,
    {
        Self {
            path: path.into(),
            answer: Arc::new(move || Box::pin(answer())),
        }
    }

    /// A page that never changes.
    pub fn fixed(path: impl Into<String>, content_type: &'static str, content: impl Into<Bytes>) -> Self {
        let content = content.into();
        Self::new(path, move || {
            let mut response = Response::new(Body::new(http_body_util::Full::new(content.clone())));
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            std::future::ready(response)
        })
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("path", &self.path).finish_non_exhaustive()
    }
}
