//! The gateway: what is compiled once from the pool, shared by every call.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use http::Method;
use prost_reflect::DescriptorPool;

use crate::options::Options;
use crate::page::Page;
use crate::route::{RouteError, RouteTree, routes};
use crate::schema::{MessageId, Schema};
use crate::service::RestService;

/// REST over a stack of gRPC services, by the annotations of a descriptor pool.
///
/// Cheap to clone; [`Gateway::service`] puts it before a stack.
#[derive(Clone)]
pub struct Gateway {
    core: Arc<Core>,
}

pub(crate) struct Core {
    pub(crate) options: Options,
    pub(crate) schema: Schema,
    pub(crate) tree: RouteTree,
    pub(crate) pages: HashMap<String, Page>,
    /// `google.rpc.Status`.
    pub(crate) status_message: MessageId,
}

impl Gateway {
    /// Compiles every `google.api.http` annotation of the pool.
    ///
    /// # Errors
    /// The first annotation that is malformed, collides with another, or names what is not there;
    /// a pool without `google/rpc/{status,error_details}.proto`; options that can't be kept.
    pub fn new(pool: &DescriptorPool, options: Options) -> Result<Self, RouteError> {
        options.check()?;
        let schema = Schema::new(pool);
        for detail in ["google.rpc.ErrorInfo", "google.rpc.BadRequest"] {
            schema.id(detail).ok_or(RouteError::MissingType(detail))?;
        }
        let status = "google.rpc.Status";
        let status_message = schema.id(status).ok_or(RouteError::MissingType(status))?;
        let tree = RouteTree::new(&routes(pool, &schema, &options)?)?;
        let clash = options.pages.iter().find(|page| {
            tree.find(&page.path)
                .is_some_and(|endpoint| endpoint.route(&Method::GET).is_some())
        });
        if let Some(page) = clash {
            return Err(RouteError::Page(page.path.clone()));
        }
        let pages = options
            .pages
            .iter()
            .map(|page| (page.path.clone(), page.clone()))
            .collect();
        Ok(Self {
            core: Arc::new(Core {
                options,
                schema,
                tree,
                pages,
                status_message,
            }),
        })
    }

    /// The gateway before a stack, as the outermost service of a REST listener.
    pub fn service<S>(&self, stack: S) -> RestService<S> {
        RestService::new(self.core.clone(), stack)
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("options", &self.core.options)
            .finish_non_exhaustive()
    }
}
