//! The registries on the wire. Public, from memory.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{CodeSystem as System, Registries, Word as _};
use crate::audit::event::Facts;
use crate::proto::v1::registry_service_server::RegistryService;
use crate::proto::v1::{
    AppealRuleEntry, CodeSystem, CoreScenario, DenialType, DenialTypeEntry, EvidenceTypeEntry, GetRegistryInfoRequest,
    GetRegistryInfoResponse, ListAppealRulesRequest, ListAppealRulesResponse, ListCodesRequest, ListCodesResponse,
    ListDenialTypesRequest, ListDenialTypesResponse, ListEvidenceTypesRequest, ListEvidenceTypesResponse,
    ListPayersRequest, ListPayersResponse, ListPlansRequest, ListPlansResponse, ListServiceCategoriesRequest,
    ListServiceCategoriesResponse, Payer, PayerMatch, Plan, Provenance, RegistryFile, RemittanceCode,
    ResolvePayerRequest, ResolvePayerResponse, ServiceCategoryEntry,
};
use crate::rpc::call::{Answer, Calls};
use crate::rpc::error::{Error, Result};
use crate::rpc::page::{Cursor, PageScope, PageTokens};

/// Rows of a page when the request does not say; the whole of the smaller registries.
const PAGE_SIZE: usize = 1_000;
/// Codes of a page when the request does not say.
const CODES_PAGE_SIZE: usize = 200;

/// `RegistryService`.
#[derive(Debug, Clone)]
pub struct Api {
    calls: Calls,
    registries: Arc<Registries>,
}

impl Api {
    /// Serves `registries` through `calls`.
    #[must_use]
    pub fn new(calls: Calls, registries: Arc<Registries>) -> Self {
        Self { calls, registries }
    }
}

#[tonic::async_trait]
impl RegistryService for Api {
    async fn list_payers(
        &self,
        request: Request<ListPayersRequest>,
    ) -> std::result::Result<Response<ListPayersResponse>, Status> {
        let (registries, pages) = (self.registries.clone(), self.calls.pages());
        self.calls
            .answer(
                request,
                move |ListPayersRequest {
                          family,
                          page_size,
                          page_token,
                      },
                      _call| {
                    if !family.is_empty() && !registries.payer_families.contains(&family) {
                        return Err(Error::field("family", "is no payer family of the registry"));
                    }
                    let scope = scope(
                        "ListPayers",
                        &ListPayersRequest {
                            family: family.clone(),
                            ..Default::default()
                        },
                    );
                    let rows = registries
                        .payers
                        .rows()
                        .iter()
                        .filter(|p| family.is_empty() || p.family_id == family);
                    let (rows, next_page_token) =
                        page(&pages, &scope, rows.collect(), page_size, &page_token, PAGE_SIZE)?;
                    let payers = rows.into_iter().map(payer).collect();
                    Ok(Answer::new(
                        ListPayersResponse {
                            payers,
                            next_page_token,
                        },
                        Facts::call(),
                    ))
                },
            )
            .await
    }

    async fn resolve_payer(
        &self,
        request: Request<ResolvePayerRequest>,
    ) -> std::result::Result<Response<ResolvePayerResponse>, Status> {
        let registries = self.registries.clone();
        self.calls
            .answer(request, move |ResolvePayerRequest { name }, _call| {
                let matches = registries
                    .resolve_payer(&name)
                    .into_iter()
                    .filter_map(|found| {
                        let row = registries.payers.get(&found.payer_id)?;
                        Some(PayerMatch {
                            payer: Some(payer(row)),
                            alias: found.alias,
                            score: found.score,
                        })
                    })
                    .collect();
                Ok(Answer::new(ResolvePayerResponse { matches }, Facts::call()))
            })
            .await
    }

    async fn list_plans(
        &self,
        request: Request<ListPlansRequest>,
    ) -> std::result::Result<Response<ListPlansResponse>, Status> {
        let (registries, pages) = (self.registries.clone(), self.calls.pages());
        self.calls
            .answer(
                request,
                move |ListPlansRequest {
                          payer_id,
                          page_size,
                          page_token,
                      },
                      _call| {
                    if !payer_id.is_empty() && !registries.payers.contains(&payer_id) {
                        return Err(Error::field("payer_id", "is no payer of the registry"));
                    }
                    let scope = scope(
                        "ListPlans",
                        &ListPlansRequest {
                            payer_id: payer_id.clone(),
                            ..Default::default()
                        },
                    );
                    let rows = registries
                        .plans
                        .rows()
                        .iter()
                        .filter(|p| payer_id.is_empty() || p.payer_id == payer_id);
                    let (rows, next_page_token) =
                        page(&pages, &scope, rows.collect(), page_size, &page_token, PAGE_SIZE)?;
                    let plans = rows
                        .into_iter()
                        .map(|plan| Plan {
                            id: plan.id.clone(),
                            payer_id: plan.payer_id.clone(),
                            name: plan.name.clone(),
                            line_of_business: plan.line_of_business.into(),
                            state: plan.state.clone().unwrap_or_default(),
                            provenance: Some(provenance(&plan.provenance)),
                        })
                        .collect();
                    Ok(Answer::new(ListPlansResponse { plans, next_page_token }, Facts::call()))
                },
            )
            .await
    }

    async fn list_codes(
        &self,
        request: Request<ListCodesRequest>,
    ) -> std::result::Result<Response<ListCodesResponse>, Status> {
        let (registries, pages) = (self.registries.clone(), self.calls.pages());
        self.calls
            .answer(
                request,
                move |ListCodesRequest {
                          system,
                          code,
                          page_size,
                          page_token,
                      },
                      _call| {
                    let scope = scope(
                        "ListCodes",
                        &ListCodesRequest {
                            system,
                            code: code.clone(),
                            ..Default::default()
                        },
                    );
                    let rows = registries.codes.rows().iter().filter(|row| {
                        code_system(row.system).is_some_and(|s| system == 0 || s as i32 == system)
                            && (code.is_empty() || row.code == code)
                    });
                    let (rows, next_page_token) =
                        page(&pages, &scope, rows.collect(), page_size, &page_token, CODES_PAGE_SIZE)?;
                    let codes = rows
                        .into_iter()
                        .map(|row| RemittanceCode {
                            system: code_system(row.system).unwrap_or(CodeSystem::Unspecified).into(),
                            code: row.code.clone(),
                            label: row.label.clone(),
                            is_current: row.current,
                            requires_rarc: row.requires_rarc,
                            is_informational: row.informational,
                            provenance: Some(provenance(&row.provenance)),
                        })
                        .collect();
                    Ok(Answer::new(ListCodesResponse { codes, next_page_token }, Facts::call()))
                },
            )
            .await
    }

    async fn list_denial_types(
        &self,
        request: Request<ListDenialTypesRequest>,
    ) -> std::result::Result<Response<ListDenialTypesResponse>, Status> {
        let registries = self.registries.clone();
        self.calls
            .answer(request, move |ListDenialTypesRequest {}, _call| {
                let denial_types = registries
                    .denial_types
                    .rows()
                    .iter()
                    .map(|row| DenialTypeEntry {
                        denial_type: row.denial_type.into(),
                        label: row.label.clone(),
                        description: row.description.clone(),
                        parent: row.parent.unwrap_or(DenialType::Unspecified).into(),
                        core_scenario: row.core_scenario.unwrap_or(CoreScenario::Unspecified).into(),
                        default_action: row.default_action.into(),
                        typical_evidence: row.typical_evidence.iter().map(|k| (*k).into()).collect(),
                        provenance: Some(provenance(&row.provenance)),
                    })
                    .collect();
                Ok(Answer::new(ListDenialTypesResponse { denial_types }, Facts::call()))
            })
            .await
    }

    async fn list_service_categories(
        &self,
        request: Request<ListServiceCategoriesRequest>,
    ) -> std::result::Result<Response<ListServiceCategoriesResponse>, Status> {
        let registries = self.registries.clone();
        self.calls
            .answer(request, move |ListServiceCategoriesRequest {}, _call| {
                let service_categories = registries
                    .service_categories
                    .rows()
                    .iter()
                    .map(|row| ServiceCategoryEntry {
                        id: row.id.clone(),
                        name: row.name.clone(),
                        words: row.words.clone(),
                        provenance: Some(provenance(&row.provenance)),
                    })
                    .collect();
                Ok(Answer::new(
                    ListServiceCategoriesResponse { service_categories },
                    Facts::call(),
                ))
            })
            .await
    }

    async fn list_evidence_types(
        &self,
        request: Request<ListEvidenceTypesRequest>,
    ) -> std::result::Result<Response<ListEvidenceTypesResponse>, Status> {
        let registries = self.registries.clone();
        self.calls
            .answer(request, move |ListEvidenceTypesRequest {}, _call| {
                let evidence_types = registries
                    .evidence_kinds
                    .rows()
                    .iter()
                    .map(|row| EvidenceTypeEntry {
                        kind: row.kind.into(),
                        label: row.label.clone(),
                        description: row.description.clone(),
                        loinc: row.loinc.clone().unwrap_or_default(),
                        provenance: Some(provenance(&row.provenance)),
                    })
                    .collect();
                Ok(Answer::new(ListEvidenceTypesResponse { evidence_types }, Facts::call()))
            })
            .await
    }

    async fn list_appeal_rules(
        &self,
        request: Request<ListAppealRulesRequest>,
    ) -> std::result::Result<Response<ListAppealRulesResponse>, Status> {
        let registries = self.registries.clone();
        self.calls
            .answer(request, move |ListAppealRulesRequest { jurisdiction }, _call| {
                if !jurisdiction.is_empty() && !registries.jurisdictions.contains(&jurisdiction) {
                    return Err(Error::field("jurisdiction", "is no jurisdiction of the registry"));
                }
                let appeal_rules = registries
                    .appeal_rules
                    .rows()
                    .iter()
                    .filter(|row| jurisdiction.is_empty() || row.jurisdiction == jurisdiction)
                    .map(|row| AppealRuleEntry {
                        id: row.id.clone(),
                        jurisdiction: row.jurisdiction.clone(),
                        lines_of_business: row.programs.iter().map(|p| (*p).into()).collect(),
                        level: row.level.into(),
                        amount: format!("{} {}", row.amount, row.unit.word()),
                        anchor: row.anchor.word().to_owned(),
                        citation: row.citation.clone(),
                        source_url: row.source_url.clone(),
                        provenance: Some(provenance(&row.provenance)),
                        clock: row.kind.word().to_owned(),
                    })
                    .collect();
                Ok(Answer::new(ListAppealRulesResponse { appeal_rules }, Facts::call()))
            })
            .await
    }

    async fn get_registry_info(
        &self,
        request: Request<GetRegistryInfoRequest>,
    ) -> std::result::Result<Response<GetRegistryInfoResponse>, Status> {
        let registries = self.registries.clone();
        self.calls
            .answer(request, move |GetRegistryInfoRequest {}, _call| {
                let files = registries
                    .manifest
                    .files
                    .iter()
                    .map(|file| RegistryFile {
                        name: file.file.clone(),
                        sha256: file.sha256.clone(),
                        rows: i64::try_from(file.rows).unwrap_or(i64::MAX),
                    })
                    .collect();
                let release = registries.manifest.release.clone();
                Ok(Answer::new(GetRegistryInfoResponse { release, files }, Facts::call()))
            })
            .await
    }
}

fn scope(method: &'static str, filter: &impl prost::Message) -> PageScope {
    PageScope::new(uuid::Uuid::nil(), method, filter)
}

/// The rows of a page. The cursor counts rows: a release does not change while the server runs.
fn page<'r, T>(
    pages: &PageTokens,
    scope: &PageScope,
    rows: Vec<&'r T>,
    page_size: i32,
    page_token: &str,
    default: usize,
) -> Result<(Vec<&'r T>, String)> {
    let start = pages
        .open(scope, page_token)?
        .map_or(0, |c| usize::try_from(c.key).unwrap_or(usize::MAX));
    let size = usize::try_from(page_size).ok().filter(|n| *n > 0).unwrap_or(default);
    let end = start.saturating_add(size).min(rows.len());
    let token = if end < rows.len() {
        pages.seal(
            scope,
            &Cursor::behind(i64::try_from(end).unwrap_or(i64::MAX), uuid::Uuid::nil()),
        )?
    } else {
        String::new()
    };
    Ok((rows.get(start..end).unwrap_or_default().to_vec(), token))
}

fn payer(row: &super::Payer) -> Payer {
    Payer {
        id: row.id.clone(),
        name: row.name.clone(),
        family_id: row.family_id.clone(),
        aliases: row.aliases.clone(),
        kind: row.kind.word().to_owned(),
        states: row.states.clone(),
        provenance: Some(provenance(&row.provenance)),
    }
}

fn provenance(row: &super::Provenance) -> Provenance {
    let day = |day: Option<time::Date>| day.map(|d| d.to_string()).unwrap_or_default();
    Provenance {
        source: row.source.clone(),
        verified_on: day(row.verified_on),
        effective_from: day(row.effective_from),
        effective_to: day(row.effective_to),
        confidence: row.confidence.word().to_owned(),
    }
}

/// The lists that are served; others are used inside.
fn code_system(system: System) -> Option<CodeSystem> {
    match system.word() {
        "CARC" => Some(CodeSystem::Carc),
        "RARC" => Some(CodeSystem::Rarc),
        "CAGC" => Some(CodeSystem::Cagc),
        _ => None,
    }
}
