mod metrics; pub use metrics::*;
mod cases; pub use cases::*;
use super::super::precedents::decisions;
use super::estimate;
