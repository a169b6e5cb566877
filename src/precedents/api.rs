//! Precedents on the wire: each method opens its frame and names the work done in it.

use tonic::{Request, Response, Status};

use super::mask::Masks;
use super::{change, export, history, reading, stats};
use crate::proto::google::api::HttpBody;
use crate::proto::v1::precedent_service_server::PrecedentService;
use crate::proto::v1::{
    ApplyPrecedentRequest, ApplyPrecedentResponse, ArchivePrecedentRequest, ArchivePrecedentResponse,
    BatchCreatePrecedentsRequest, BatchCreatePrecedentsResponse, CreatePrecedentRequest, CreatePrecedentResponse,
    DiffPrecedentVersionsRequest, DiffPrecedentVersionsResponse, ExportPrecedentsRequest, GetPrecedentRequest,
    GetPrecedentResponse, GetPrecedentStatsRequest, GetPrecedentStatsResponse, GetPrecedentVersionRequest,
    GetPrecedentVersionResponse, ListPrecedentVersionsRequest, ListPrecedentVersionsResponse, ListPrecedentsRequest,
    ListPrecedentsResponse, RecordOutcomeRequest, RecordOutcomeResponse, RestorePrecedentRequest,
    RestorePrecedentResponse, SearchPrecedentsRequest, SearchPrecedentsResponse, UpdatePrecedentRequest,
    UpdatePrecedentResponse, ValidatePrecedentRequest, ValidatePrecedentResponse,
};
use crate::registries::Registries;
use crate::rpc::call::{ByteStream, Calls, Idempotent};

/// `PrecedentService`.
#[derive(Debug, Clone)]
pub struct Api {
    calls: Calls,
    masks: Masks,
    disclosure_notice: Option<String>,
}

impl Api {
    /// Serves precedents through `calls`.
    #[must_use]
    pub fn new(calls: Calls, masks: Masks, registries: &Registries) -> Self {
        Self {
            calls,
            masks,
            disclosure_notice: export::disclosure_notice(registries),
        }
    }
}

macro_rules! idempotent {
    ($($request:ty),+ $(,)?) => { $(impl Idempotent for $request {
        fn request_id(&self) -> &str { &self.request_id }
    })+ };
}
idempotent!(
    ApplyPrecedentRequest,
    ArchivePrecedentRequest,
    BatchCreatePrecedentsRequest,
    CreatePrecedentRequest,
    RecordOutcomeRequest,
    RestorePrecedentRequest,
    UpdatePrecedentRequest,
    ValidatePrecedentRequest,
);

type Reply<R> = Result<Response<R>, Status>;

#[tonic::async_trait]
impl PrecedentService for Api {
    async fn create_precedent(&self, request: Request<CreatePrecedentRequest>) -> Reply<CreatePrecedentResponse> {
        self.calls
            .mutate(request, |tx, request, call| {
                Box::pin(change::create_one(tx, request, call))
            })
            .await
    }

    async fn batch_create_precedents(
        &self,
        request: Request<BatchCreatePrecedentsRequest>,
    ) -> Reply<BatchCreatePrecedentsResponse> {
        let calls = self.calls.clone();
        self.calls
            .mutate_each(request, move |tx, request, call| {
                Box::pin(change::create_many(calls, tx, request, call))
            })
            .await
    }

    async fn get_precedent(&self, request: Request<GetPrecedentRequest>) -> Reply<GetPrecedentResponse> {
        self.calls
            .read(request, |tx, request, _| Box::pin(reading::get(tx, request)))
            .await
    }

    async fn list_precedents(&self, request: Request<ListPrecedentsRequest>) -> Reply<ListPrecedentsResponse> {
        let pages = self.calls.pages();
        self.calls
            .read(request, move |tx, request, _| {
                Box::pin(reading::list(pages, tx, request))
            })
            .await
    }

    async fn search_precedents(&self, request: Request<SearchPrecedentsRequest>) -> Reply<SearchPrecedentsResponse> {
        let pages = self.calls.pages();
        self.calls
            .read(request, move |tx, request, _| {
                Box::pin(reading::search(pages, tx, request))
            })
            .await
    }

    async fn update_precedent(&self, request: Request<UpdatePrecedentRequest>) -> Reply<UpdatePrecedentResponse> {
        let masks = self.masks.clone();
        self.calls
            .mutate(request, move |tx, request, call| {
                Box::pin(change::update(masks, tx, request, call))
            })
            .await
    }

    async fn archive_precedent(&self, request: Request<ArchivePrecedentRequest>) -> Reply<ArchivePrecedentResponse> {
        self.calls
            .mutate(request, |tx, request, call| {
                Box::pin(change::archive(tx, request, call))
            })
            .await
    }

    async fn restore_precedent(&self, request: Request<RestorePrecedentRequest>) -> Reply<RestorePrecedentResponse> {
        let guard = self.calls.guard();
        self.calls
            .mutate(request, move |tx, request, call| {
                Box::pin(change::restore(guard, tx, request, call))
            })
            .await
    }

    async fn validate_precedent(&self, request: Request<ValidatePrecedentRequest>) -> Reply<ValidatePrecedentResponse> {
        self.calls
            .mutate(request, |tx, request, call| {
                Box::pin(change::validate(tx, request, call))
            })
            .await
    }

    async fn apply_precedent(&self, request: Request<ApplyPrecedentRequest>) -> Reply<ApplyPrecedentResponse> {
        self.calls
            .mutate(request, |tx, request, call| Box::pin(change::apply(tx, request, call)))
            .await
    }

    async fn record_outcome(&self, request: Request<RecordOutcomeRequest>) -> Reply<RecordOutcomeResponse> {
        self.calls
            .mutate(request, |tx, request, call| {
                Box::pin(change::record_outcome(tx, request, call))
            })
            .await
    }

    async fn list_precedent_versions(
        &self,
        request: Request<ListPrecedentVersionsRequest>,
    ) -> Reply<ListPrecedentVersionsResponse> {
        let pages = self.calls.pages();
        self.calls
            .read(request, move |tx, request, _| {
                Box::pin(history::list(pages, tx, request))
            })
            .await
    }

    async fn get_precedent_version(
        &self,
        request: Request<GetPrecedentVersionRequest>,
    ) -> Reply<GetPrecedentVersionResponse> {
        self.calls
            .read(request, |tx, request, _| Box::pin(history::get(tx, request)))
            .await
    }

    async fn diff_precedent_versions(
        &self,
        request: Request<DiffPrecedentVersionsRequest>,
    ) -> Reply<DiffPrecedentVersionsResponse> {
        let masks = self.masks.clone();
        self.calls
            .read(request, move |tx, request, _| {
                Box::pin(history::diff(masks, tx, request))
            })
            .await
    }

    async fn get_precedent_stats(
        &self,
        request: Request<GetPrecedentStatsRequest>,
    ) -> Reply<GetPrecedentStatsResponse> {
        self.calls
            .read(request, |tx, request, _| Box::pin(stats::stats(tx, request)))
            .await
    }

    type ExportPrecedentsStream = ByteStream<HttpBody>;

    async fn export_precedents(
        &self,
        request: Request<ExportPrecedentsRequest>,
    ) -> Reply<Self::ExportPrecedentsStream> {
        let (masks, notice) = (self.masks.clone(), self.disclosure_notice.clone());
        self.calls
            .export(request, |request| export::Export::new(masks, notice, request))
            .await
    }
}
