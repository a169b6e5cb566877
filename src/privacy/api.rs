//! The privacy guard on the wire.

use tonic::{Request, Response, Status};

use super::SCAN_VERSION;
use super::guard::{FieldContext, Guard};
use super::{allow_list, consent, personal};
use crate::audit::event::Facts;
use crate::db::stored::StoredEnum as _;
use crate::proto::v1::privacy_service_server::PrivacyService;
use crate::proto::v1::{
    AddAllowListEntryRequest, AddAllowListEntryResponse, CancelErasureRequest, CancelErasureResponse,
    CheckConsentRequest, CheckConsentResponse, Detector, ExportMyDataRequest, ExportMyDataResponse,
    ListAllowListEntriesRequest, ListAllowListEntriesResponse, ListConsentsRequest, ListConsentsResponse,
    ListDetectorsRequest, ListDetectorsResponse, PhiFinding, PhiKind, RecordConsentRequest, RecordConsentResponse,
    RedactTextRequest, RedactTextResponse, RemoveAllowListEntryRequest, RemoveAllowListEntryResponse,
    RequestErasureRequest, RequestErasureResponse, RequestMyErasureRequest, RequestMyErasureResponse, ScanTextRequest,
    ScanTextResponse, WithdrawConsentRequest, WithdrawConsentResponse,
};
use crate::rpc::call::{Answer, Calls, Idempotent};

/// `PrivacyService`.
#[derive(Debug, Clone)]
pub struct Api {
    calls: Calls,
    guard: Guard,
}

impl Api {
    /// Serves `guard` through `calls`.
    #[must_use]
    pub fn new(calls: Calls, guard: Guard) -> Self {
        Self { calls, guard }
    }
}

macro_rules! idempotent {
    ($($request:ty),+ $(,)?) => { $(impl Idempotent for $request {
        fn request_id(&self) -> &str { &self.request_id }
    })+ };
}
idempotent!(
    AddAllowListEntryRequest,
    CancelErasureRequest,
    RecordConsentRequest,
    RemoveAllowListEntryRequest,
    RequestErasureRequest,
    RequestMyErasureRequest,
    WithdrawConsentRequest,
);

type Reply<R> = Result<Response<R>, Status>;

#[tonic::async_trait]
impl PrivacyService for Api {
    async fn scan_text(&self, request: Request<ScanTextRequest>) -> Result<Response<ScanTextResponse>, Status> {
        let guard = self.guard.clone();
        self.calls
            .answer(request, move |ScanTextRequest { text }, _call| {
                let findings = guard
                    .scan(&text, FieldContext::default())
                    .into_iter()
                    .map(|f| PhiFinding {
                        kind: kind(f.kind).into(),
                        start: number(f.start),
                        length: number(f.length),
                        score: f64::from(f.score),
                        detector: f.detector.to_owned(),
                    })
                    .collect();
                Ok(Answer::new(
                    ScanTextResponse {
                        findings,
                        scan_version: version(),
                    },
                    Facts::call(),
                ))
            })
            .await
    }

    async fn redact_text(&self, request: Request<RedactTextRequest>) -> Result<Response<RedactTextResponse>, Status> {
        let guard = self.guard.clone();
        self.calls
            .answer(request, move |RedactTextRequest { text }, _call| {
                let text = guard.redact(&text);
                Ok(Answer::new(
                    RedactTextResponse {
                        text,
                        scan_version: version(),
                    },
                    Facts::call(),
                ))
            })
            .await
    }

    async fn list_detectors(
        &self,
        request: Request<ListDetectorsRequest>,
    ) -> Result<Response<ListDetectorsResponse>, Status> {
        let guard = self.guard.clone();
        self.calls
            .answer(request, move |ListDetectorsRequest {}, _call| {
                let detectors = guard
                    .detectors()
                    .iter()
                    .map(|d| Detector {
                        name: d.name.to_owned(),
                        kind: kind(d.kind).into(),
                        description: format!("{}: {}", d.detects, d.cues),
                    })
                    .collect();
                Ok(Answer::new(
                    ListDetectorsResponse {
                        detectors,
                        scan_version: version(),
                    },
                    Facts::call(),
                ))
            })
            .await
    }

    async fn record_consent(&self, request: Request<RecordConsentRequest>) -> Reply<RecordConsentResponse> {
        self.calls
            .mutate(request, |tx, request, call| {
                Box::pin(consent::record(tx, request, call))
            })
            .await
    }

    async fn withdraw_consent(&self, request: Request<WithdrawConsentRequest>) -> Reply<WithdrawConsentResponse> {
        self.calls
            .mutate(request, |tx, request, _| Box::pin(consent::withdraw(tx, request)))
            .await
    }

    async fn check_consent(&self, request: Request<CheckConsentRequest>) -> Reply<CheckConsentResponse> {
        self.calls
            .read(request, |tx, request, _| Box::pin(consent::check(tx, request)))
            .await
    }

    async fn add_allow_list_entry(
        &self,
        request: Request<AddAllowListEntryRequest>,
    ) -> Reply<AddAllowListEntryResponse> {
        let guard = self.guard.clone();
        self.calls
            .mutate(request, |tx, request, call| {
                Box::pin(allow_list::add(guard, tx, request, call))
            })
            .await
    }

    async fn remove_allow_list_entry(
        &self,
        request: Request<RemoveAllowListEntryRequest>,
    ) -> Reply<RemoveAllowListEntryResponse> {
        self.calls
            .mutate(request, |tx, request, _| Box::pin(allow_list::remove(tx, request)))
            .await
    }

    async fn list_allow_list_entries(
        &self,
        request: Request<ListAllowListEntriesRequest>,
    ) -> Reply<ListAllowListEntriesResponse> {
        self.calls
            .read(request, |tx, request, _| Box::pin(allow_list::list(tx, request)))
            .await
    }

    async fn export_my_data(&self, request: Request<ExportMyDataRequest>) -> Reply<ExportMyDataResponse> {
        let pages = self.calls.pages();
        self.calls
            .read_audit(request, move |tx, request, call| {
                Box::pin(personal::export(pages, tx, request, call))
            })
            .await
    }

    async fn request_my_erasure(&self, request: Request<RequestMyErasureRequest>) -> Reply<RequestMyErasureResponse> {
        self.calls
            .mutate(request, |tx, request, call| {
                Box::pin(personal::request_own(tx, request, call))
            })
            .await
    }

    async fn request_erasure(&self, request: Request<RequestErasureRequest>) -> Reply<RequestErasureResponse> {
        self.calls
            .mutate(request, |tx, request, call| {
                Box::pin(personal::request(tx, request, call))
            })
            .await
    }

    async fn cancel_erasure(&self, request: Request<CancelErasureRequest>) -> Reply<CancelErasureResponse> {
        self.calls
            .mutate(request, |tx, request, _| Box::pin(personal::cancel(tx, request)))
            .await
    }

    async fn list_consents(&self, request: Request<ListConsentsRequest>) -> Reply<ListConsentsResponse> {
        let pages = self.calls.pages();
        self.calls
            .read(request, move |tx, request, _| {
                Box::pin(consent::list(pages, tx, request))
            })
            .await
    }
}

/// The guard names its kinds as the contract does.
fn kind(kind: super::guard::PhiKind) -> PhiKind {
    PhiKind::from_stored(kind.as_str()).unwrap_or(PhiKind::OtherUniqueId)
}

fn number(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn version() -> i32 {
    i32::try_from(SCAN_VERSION).unwrap_or(i32::MAX)
}
