//! A client of a running `stratum dev`, with the tenant's certificate.

use std::path::Path;
use std::time::Duration;

use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};

use crate::dev::{DevError, DevFile, DevTenant};
use crate::proto::v1::classification_service_client::ClassificationServiceClient;
use crate::proto::v1::{ClassifyDenialRequest, ClassifyDenialResponse};

/// How long a server may take to accept, and to answer the first question, which loads the corpora.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// Where a tenant's server is and what opens its door.
pub(super) struct Connection {
    endpoint: Endpoint,
    address: String,
}

impl Connection {
    /// The server of a data directory.
    pub(super) fn in_directory(directory: &Path, slug: Option<&str>) -> Result<Self, DevError> {
        let file = DevFile::read(directory).ok_or_else(|| {
            let directory = directory.display();
            format!("{directory} holds no dev.json: start a server with `stratum dev --data-dir {directory}`")
        })?;
        Self::of(&file, slug)
    }

    /// The server of a `dev.json`, as this tenant, or the first one.
    pub(super) fn of(file: &DevFile, slug: Option<&str>) -> Result<Self, DevError> {
        let tenant = tenant(file, slug)?;
        let read = |path: &Path| std::fs::read(path).map_err(|e| format!("{} can't be read: {e}", path.display()));
        let tls = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(read(&file.ca)?))
            .identity(Identity::from_pem(read(&tenant.cert)?, read(&tenant.key)?));
        let endpoint = Endpoint::from_shared(format!("https://{}", file.grpc))?
            .tls_config(tls)?
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT);
        Ok(Self {
            endpoint,
            address: file.grpc.clone(),
        })
    }

    /// Asks what a denial is.
    pub(super) async fn classify(&self, request: ClassifyDenialRequest) -> Result<ClassifyDenialResponse, DevError> {
        let address = &self.address;
        let channel = self.endpoint.connect().await.map_err(|_| {
            format!("no server answers at {address}, where dev.json says it is: start it with `stratum dev`")
        })?;
        let reply = ClassificationServiceClient::new(channel).classify_denial(request).await;
        Ok(reply.map_err(|status| refusal(&status))?.into_inner())
    }
}

fn tenant<'a>(file: &'a DevFile, slug: Option<&str>) -> Result<&'a DevTenant, DevError> {
    let found = match slug {
        Some(slug) => file.tenants.get(slug),
        None => file.tenants.first_key_value().map(|(_, tenant)| tenant),
    };
    found.ok_or_else(|| {
        let known: Vec<&str> = file.tenants.keys().map(String::as_str).collect();
        format!("there is no such tenant; there are {}", known.join(", ")).into()
    })
}

/// A refusal in the server's words, with each field at fault.
fn refusal(status: &tonic::Status) -> String {
    use tonic_types::StatusExt as _;
    let mut text = format!("the server refused: {}", status.message());
    for violation in status
        .get_details_bad_request()
        .iter()
        .flat_map(|b| &b.field_violations)
    {
        text.push_str(&format!("\n  {} {}", violation.field, violation.description));
    }
    text
}
