//! `stratum classify`: the main job for a person at a terminal.

use std::path::PathBuf;

use clap::Args;

use super::client::Connection;
use super::{present, rest, say};
use crate::db::stored::StoredEnum as _;
use crate::dev::DevError;
use crate::proto::v1::{
    Adjustment, ClassifyDenialRequest, DenialDates, GroupCode, LineOfBusiness, PayerRef, Scenario, ServiceLine,
    ServiceTiming,
};

/// The example of the greeting and the README.
pub(super) const EXAMPLE_WORDS: &str = "MRI of the lumbar spine denied, no prior authorization on file";
/// Its codes: the denial beside the patient's deductible.
pub(super) const EXAMPLE_CODES: &str = "CO-197,N706,PR-1";

#[derive(Debug, Args)]
pub(super) struct ClassifyArgs {
    /// The denial in words, without anything that identifies a person.
    words: String,
    /// Codes of one service line, such as `CO-197,N706,PR-1`; again for another line.
    #[arg(long)]
    codes: Vec<String>,
    /// CPT or HCPCS code.
    #[arg(long)]
    procedure: Vec<String>,
    /// ICD-10-CM code.
    #[arg(long)]
    diagnosis: Vec<String>,
    /// Registry id of the payer, such as `aetna`.
    #[arg(long)]
    payer: Option<String>,
    /// Program, such as `COMMERCIAL_FULLY_INSURED` or `MEDICARE_ADVANTAGE`.
    #[arg(long)]
    program: Option<String>,
    /// Two-letter state.
    #[arg(long)]
    state: Option<String>,
    /// The service has not taken place yet.
    #[arg(long)]
    pre_service: bool,
    /// Date on the denial notice, `YYYY-MM-DD`: deadlines are counted from it.
    #[arg(long)]
    notice_date: Option<String>,
    /// Date the notice was received.
    #[arg(long)]
    receipt_date: Option<String>,
    /// Date of the remittance.
    #[arg(long)]
    remittance_date: Option<String>,
    /// Date of service.
    #[arg(long)]
    service_date: Option<String>,
    /// The day to count from; today when left out.
    #[arg(long)]
    as_of: Option<String>,
    /// How many precedents.
    #[arg(long, default_value_t = 5)]
    top: i32,
    /// The demo tenant that asks; the first one when left out.
    #[arg(long)]
    tenant: Option<String>,
    /// The data directory of the server.
    #[arg(long, default_value = ".stratum")]
    data_dir: PathBuf,
    /// Ask over REST, at this URL.
    #[arg(long, requires = "api_key")]
    rest: Option<String>,
    /// The API key for REST.
    #[arg(long, env = "STRATUM_API_KEY", hide_env_values = true)]
    api_key: Option<String>,
    /// The CA that signed the REST listener's certificate, PEM.
    #[arg(long)]
    ca: Option<PathBuf>,
    /// Print the answer as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn classify(args: ClassifyArgs) -> Result<(), DevError> {
    let request = request(&args)?;
    let answer = match (&args.rest, &args.api_key) {
        (Some(url), Some(key)) => rest::classify(url, key, args.ca.as_deref(), &request).await?,
        (Some(_) | None, _) => {
            Connection::in_directory(&args.data_dir, args.tenant.as_deref())?
                .classify(request)
                .await?
        }
    };
    if args.json {
        say(&rest::pretty(&answer)?);
    } else {
        say(&present::answer(
            &answer,
            usize::try_from(args.top).unwrap_or(usize::MAX),
        )?);
    }
    Ok(())
}

/// The question of the greeting.
pub(super) fn example() -> Result<ClassifyDenialRequest, DevError> {
    let scenario = Scenario {
        denial_trigger: EXAMPLE_WORDS.to_owned(),
        lines: vec![line(EXAMPLE_CODES)?],
        ..Default::default()
    };
    Ok(ClassifyDenialRequest {
        scenario: Some(scenario),
        as_of: String::new(),
        top_k: 3,
        ..Default::default()
    })
}

fn request(args: &ClassifyArgs) -> Result<ClassifyDenialRequest, DevError> {
    let text = |given: &Option<String>| given.clone().unwrap_or_default();
    let dates = DenialDates {
        service_date: text(&args.service_date),
        notice_date: text(&args.notice_date),
        receipt_date: text(&args.receipt_date),
        remittance_date: text(&args.remittance_date),
        ..Default::default()
    };
    let program = match &args.program {
        Some(name) => LineOfBusiness::from_stored(name).ok_or_else(|| format!("`{name}` is no program"))?,
        None => LineOfBusiness::Unspecified,
    };
    let scenario = Scenario {
        denial_trigger: args.words.clone(),
        lines: args.codes.iter().map(|codes| line(codes)).collect::<Result<_, _>>()?,
        procedure_codes: args.procedure.clone(),
        diagnosis_codes: args.diagnosis.clone(),
        payer: args.payer.clone().map(|payer_id| PayerRef {
            payer_id,
            plan_id: String::new(),
        }),
        line_of_business: program.into(),
        state: text(&args.state),
        service_timing: if args.pre_service {
            ServiceTiming::PreService
        } else {
            ServiceTiming::Unspecified
        }
        .into(),
        dates: (dates != DenialDates::default()).then_some(dates),
        ..Default::default()
    };
    Ok(ClassifyDenialRequest {
        scenario: Some(scenario),
        as_of: text(&args.as_of),
        top_k: args.top,
        ..Default::default()
    })
}

/// A line from `CO-197,N706,PR-1`: remarks belong to the reason before them, or the first one.
fn line(codes: &str) -> Result<ServiceLine, DevError> {
    let mut adjustments: Vec<Adjustment> = Vec::new();
    let mut early: Vec<String> = Vec::new();
    for code in codes.split([',', ' ']).map(str::trim).filter(|code| !code.is_empty()) {
        let code = code.to_uppercase();
        if let Some((group, carc)) = code.split_once('-') {
            let group = GroupCode::from_stored(group).filter(|g| *g != GroupCode::Unspecified);
            let group_code = group
                .ok_or_else(|| format!("`{code}` has no group CO, PR, OA or PI"))?
                .into();
            let rarcs = std::mem::take(&mut early);
            adjustments.push(Adjustment {
                group_code,
                carc: carc.to_owned(),
                rarcs,
                amount_minor: None,
            });
        } else if code.starts_with(['M', 'N']) {
            adjustments
                .last_mut()
                .map_or(&mut early, |last| &mut last.rarcs)
                .push(code);
        } else {
            return Err(format!("`{code}` is neither a reason such as CO-197 nor a remark such as N706").into());
        }
    }
    if !early.is_empty() {
        return Err("a remark code needs a reason code such as CO-197 beside it".into());
    }
    Ok(ServiceLine {
        adjustments,
        ..Default::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_join_the_reason_before_them() {
        let read = line("co-197, N706,PR-1").expect("a line");
        let told: Vec<(&str, usize)> = read
            .adjustments
            .iter()
            .map(|a| (a.carc.as_str(), a.rarcs.len()))
            .collect();
        assert_eq!(told, [("197", 1), ("1", 0)]);
        assert_eq!(line("N706 CO-16").expect("a line").adjustments.len(), 1);
    }

    #[test]
    fn what_is_no_code_is_named() {
        for bad in ["197", "XX-1", "N706", "CO-197,hello"] {
            assert!(line(bad).is_err(), "{bad}");
        }
    }
}
