//! The server's side of TLS, swapped when its files change.

use std::{sync::Arc, time::Duration};

use rustls::ServerConfig;
use tokio::sync::watch;

use super::{
    expiry::Expiry,
    files::{Contents, HttpVersions, TlsError, TlsFiles},
};

/// What [`ServerTls::reload`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reload {
    /// The files are as they were.
    Unchanged,
    /// New connections use the new files.
    Replaced,
}

/// A listener's TLS: handshakes take the configuration of the moment, established connections keep theirs until their
/// age is up.
pub struct ServerTls {
    files: TlsFiles,
    versions: HttpVersions,
    current: watch::Sender<Current>,
}

struct Current {
    digest: [u8; 32],
    config: Arc<ServerConfig>,
    expiries: Vec<Expiry>,
}

impl Current {
    fn from_contents(contents: &Contents, versions: HttpVersions) -> Result<Self, TlsError> {
        Ok(Self {
            digest: contents.digest(),
            config: contents.server_config(versions)?,
            expiries: contents.expiries()?,
        })
    }
}

impl ServerTls {
    /// Reads the files and checks that they fit together.
    ///
    /// # Errors
    /// [`TlsError`], naming the file.
    pub fn load(files: TlsFiles, versions: HttpVersions) -> Result<Self, TlsError> {
        let current = Current::from_contents(&Contents::read(&files)?, versions)?;
        Ok(Self {
            files,
            versions,
            current: watch::Sender::new(current),
        })
    }

    /// What the next handshake uses.
    #[must_use]
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.borrow().config)
    }

    /// Reads the files again and, when their content changed, swaps what new connections use. Content is compared, not
    /// time stamps: files swapped by a symbolic link or within a clock tick count too. Blocks on the file system.
    ///
    /// # Errors
    /// [`TlsError`]; what was in use stays in use.
    pub fn reload(&self) -> Result<Reload, TlsError> {
        let contents = Contents::read(&self.files)?;
        if self.current.borrow().digest == contents.digest() {
            return Ok(Reload::Unchanged);
        }
        let replacement = Current::from_contents(&contents, self.versions)?;
        self.current.send_replace(replacement);
        Ok(Reload::Replaced)
    }

    /// When the content of each file in use ends.
    #[must_use]
    pub fn expiries(&self) -> Vec<Expiry> {
        self.current.borrow().expiries.clone()
    }

    /// Looks at the files every `interval`, for as long as the returned future is polled. What is wrong with them is
    /// logged once, not at every look: certificate and key are seldom replaced in the same instant.
    pub async fn watch_files(self: Arc<Self>, interval: Duration) {
        let mut known = Vec::new();
        loop {
            tokio::time::sleep(interval).await;
            let troubles = self.look().await;
            for trouble in troubles.iter().filter(|trouble| !known.contains(*trouble)) {
                tracing::error!(trouble, "TLS files need attention; what was in use stays in use");
            }
            known = troubles;
        }
    }

    /// Reloads, and returns what is wrong, if anything.
    async fn look(self: &Arc<Self>) -> Vec<String> {
        let tls = Arc::clone(self);
        let reloaded = tokio::task::spawn_blocking(move || tls.reload()).await;
        let mut troubles = Vec::new();
        match reloaded {
            Ok(Ok(Reload::Unchanged)) => {}
            Ok(Ok(Reload::Replaced)) => {
                tracing::info!(certificate = %self.files.certificate.display(), "TLS files reloaded");
            }
            Ok(Err(error)) => troubles.push(error.to_string()),
            Err(error) => troubles.push(error.to_string()),
        }
        let over = self.expiries().into_iter().filter(Expiry::is_over);
        troubles.extend(over.map(|expiry| expiry.to_string()));
        troubles
    }
}
