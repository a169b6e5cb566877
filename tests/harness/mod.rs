//! The stage of every test: a database of its own, a server in this process, and callers of every kind.

pub(crate) mod cast;
pub(crate) mod client;
pub(crate) mod contract;
pub(crate) mod db;
pub(crate) mod logs;
pub(crate) mod random;
pub(crate) mod route;
pub(crate) mod server;

use std::time::Duration;

pub(crate) use self::cast::{ALPHA, BETA, GAMMA, PLATFORM};
pub(crate) use self::client::{Client, DOORS, Door, Outcome};
pub(crate) use self::server::{Scene, Stage};

/// Far longer than anything takes on a busy machine: what reaches it hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Asks again and again until the answer is yes. Each question is a round trip, so nothing sleeps here
/// and nothing is timed; a state that never comes fails the test.
pub(crate) async fn eventually<F>(what: &str, mut question: impl FnMut() -> F)
where
    F: Future<Output = bool>,
{
    let asking = async {
        while !question().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(
        tokio::time::timeout(PATIENCE, asking).await.is_ok(),
        "it never came to this: {what}"
    );
}
