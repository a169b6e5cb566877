//! The messages of `google.rpc` that the gateway writes and reads itself.

use prost::Message;
use prost_types::{Any, Duration};

#[derive(Clone, PartialEq, Message)]
pub(crate) struct RpcStatus {
    #[prost(int32, tag = "1")]
    pub(crate) code: i32,
    #[prost(string, tag = "2")]
    pub(crate) message: String,
    #[prost(message, repeated, tag = "3")]
    pub(crate) details: Vec<Any>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ErrorInfo {
    #[prost(string, tag = "1")]
    pub(crate) reason: String,
    #[prost(string, tag = "2")]
    pub(crate) domain: String,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    pub(crate) retry_delay: Option<Duration>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct BadRequest {
    #[prost(message, repeated, tag = "1")]
    pub(crate) field_violations: Vec<FieldViolation>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct FieldViolation {
    #[prost(string, tag = "1")]
    pub(crate) field: String,
    #[prost(string, tag = "2")]
    pub(crate) description: String,
}

const TYPE_URL_PREFIX: &str = "type.googleapis.com/";

pub(crate) fn any(full_name: &str, message: &impl Message) -> Any {
    Any {
        type_url: format!("{TYPE_URL_PREFIX}{full_name}"),
        value: message.encode_to_vec(),
    }
}

impl RpcStatus {
    /// The first detail of a type.
    pub(crate) fn detail<M: Message + Default>(&self, full_name: &str) -> Option<M> {
        let of_type = |any: &&Any| any.type_url.rsplit('/').next() == Some(full_name);
        self.details
            .iter()
            .find(of_type)
            .and_then(|any| M::decode(any.value.as_slice()).ok())
    }
}
