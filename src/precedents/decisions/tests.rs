use super::*;

const HEADER: &str = "Reference ID;Report Year;Diagnosis Category;Diagnosis Sub Category;\
    Treatment Category;Treatment Sub Category;Determination;Type;Age Range;Patient Gender";

fn read_text(text: &str) -> (Vec<Decision>, Vec<RowError>) {
    let rows = DecisionReader::new(text.as_bytes()).expect("the header is complete");
    let (accepted, refused): (Vec<_>, Vec<_>) = rows.partition(Result::is_ok);
    (
        accepted.into_iter().filter_map(Result::ok).collect(),
        refused.into_iter().filter_map(Result::err).collect(),
    )
}

fn refusal_of_row(row: &str) -> RowError {
    let (accepted, refused) = read_text(&format!("{HEADER}\r\n{row}\r\n"));
    assert!(accepted.is_empty(), "the row was accepted");
    refused.into_iter().next().expect("one refusal")
}

#[test]
fn a_row_is_read_into_its_types() {
    let (rows, refused) = read_text(&format!(
        "{HEADER}\r\nMN1;2010;Skin;Acne;Pharmacy;Creams;Overturned Decision of Health Plan;\
         Medical Necessity;11_20;Female\r\n"
    ));
    assert_eq!(refused, []);
    let expected = Decision {
        reference_id: "MN1".into(),
        year: 2010,
        diagnosis_category: Some("Skin".into()),
        diagnosis_sub_category: Some("Acne".into()),
        treatment_category: Some("Pharmacy".into()),
        treatment_sub_category: Some("Creams".into()),
        determination: Determination::Overturned,
        dispute_type: Some(DisputeType::MedicalNecessity),
        age_range: Some(AgeRange {
            low: 11,
            high: Some(20),
        }),
        gender: Some(Gender::Female),
    };
    assert_eq!(rows, [expected]);
}

#[test]
fn empty_cells_are_missing_values() {
    let (rows, refused) = read_text(&format!("{HEADER}\nA;2001;;;;;Upheld Decision of Health Plan;;;\n"));
    assert_eq!(refused, []);
    let row = rows.first().expect("one row");
    assert_eq!(row.diagnosis_category, None);
    assert_eq!(row.dispute_type, None);
    assert_eq!(row.age_range, None);
    assert_eq!(row.gender, None);
}

#[test]
fn columns_are_found_by_name_in_any_order_and_others_ignored() {
    let (rows, refused) = read_text(
        "\u{feff}Patient Gender,ReferenceID,Findings,Determination,AgeRange,Type,ReportYear,\
         TreatmentSubCategory,TreatmentCategory,DiagnosisSubCategory,DiagnosisCategory\n\
         Male,A1,\"first, line\nsecond\",Upheld,65+,Urgent Care,2012,ts,tc,ds,dc\n\
         Male,A2,x,Upheld,65+,Urgent Care,20x2,ts,tc,ds,dc\n",
    );
    let row = rows.first().expect("one row");
    assert_eq!(row.diagnosis_category.as_deref(), Some("dc"));
    assert_eq!(row.treatment_sub_category.as_deref(), Some("ts"));
    assert_eq!(row.age_range, Some(AgeRange { low: 65, high: None }));
    let refusal = refused.first().expect("one refusal");
    assert_eq!(refusal.line, 4, "a quoted line break counts");
    assert_eq!(refusal.reason, RowErrorReason::InvalidYear);
}

#[test]
fn a_header_without_columns_is_an_error_that_names_them() {
    let error = DecisionReader::new("Reference ID;Report Year\n".as_bytes())
        .err()
        .expect("eight columns are missing");
    assert!(error.to_string().contains("Treatment Sub Category"), "{error}");
}

#[test]
fn bad_rows_are_refused_with_line_column_and_reason() {
    let cases = [
        (
            ";2001;;;;;Upheld;;;",
            Some(Column::ReferenceId),
            RowErrorReason::Missing,
        ),
        ("A;;;;;;Upheld;;;", Some(Column::ReportYear), RowErrorReason::Missing),
        (
            "A;201;;;;;Upheld;;;",
            Some(Column::ReportYear),
            RowErrorReason::InvalidYear,
        ),
        ("A;2001;;;;;;;;", Some(Column::Determination), RowErrorReason::Missing),
        (
            "A;2001;;;;;Maybe;;;",
            Some(Column::Determination),
            RowErrorReason::UnknownDetermination,
        ),
        (
            "A;2001;;;;;Upheld;Other;;",
            Some(Column::DisputeType),
            RowErrorReason::UnknownDisputeType,
        ),
        (
            "A;2001;;;;;Upheld;;old;",
            Some(Column::AgeRange),
            RowErrorReason::InvalidAgeRange,
        ),
        (
            "A;2001;;;;;Upheld;;40-31;",
            Some(Column::AgeRange),
            RowErrorReason::InvalidAgeRange,
        ),
        (
            "A;2001;;;;;Upheld;;91-95;",
            Some(Column::AgeRange),
            RowErrorReason::AgeOver89,
        ),
        (
            "A;2001;;;;;Upheld;;95+;",
            Some(Column::AgeRange),
            RowErrorReason::AgeOver89,
        ),
        (
            "A;2001;;;;;Upheld;;;?",
            Some(Column::PatientGender),
            RowErrorReason::UnknownGender,
        ),
        (
            "A;2001;Upheld",
            None,
            RowErrorReason::CellCount { expected: 10, found: 3 },
        ),
    ];
    for (row, column, reason) in cases {
        let refusal = refusal_of_row(row);
        assert_eq!(
            (refusal.line, refusal.column, refusal.reason),
            (2, column, reason),
            "{row}"
        );
    }
}

#[test]
fn a_refused_row_does_not_stop_the_file() {
    let mut bytes = format!("{HEADER}\nA;2001;;;;;Upheld;;;\n").into_bytes();
    bytes.extend_from_slice(b"B;2001;\xff\xfe;;;;Upheld;;;\n");
    bytes.extend_from_slice(b"A;2001;;;;;Upheld;;;\nC;2001;;;;;Overturned in part;;;\n");
    let rows: Vec<_> = DecisionReader::new(bytes.as_slice())
        .expect("the header is complete")
        .collect();
    let reasons: Vec<_> = rows
        .iter()
        .map(|row| row.as_ref().map_err(|refusal| (refusal.line, refusal.reason)).err())
        .collect();
    assert_eq!(
        reasons,
        [
            None,
            Some((3, RowErrorReason::NotUtf8)),
            Some((4, RowErrorReason::DuplicateReference)),
            None,
        ]
    );
}

#[test]
fn a_refusal_does_not_repeat_the_refused_text() {
    let refusal = refusal_of_row("A;2001;;;;;Jane Roe;;;");
    let said = refusal.to_string();
    assert_eq!(said, "line 2, Determination: is neither overturned nor upheld");
}

#[test]
fn blank_lines_are_skipped_and_still_counted() {
    let (rows, refused) = read_text(&format!(
        "{HEADER}\r\n\r\nA;2001;;;;;Upheld;;;\r\nB;x;;;;;Upheld;;;\r\n\r\n"
    ));
    assert_eq!(rows.len(), 1);
    let lines: Vec<u64> = refused.iter().map(|refusal| refusal.line).collect();
    assert_eq!(lines, [4]);
}
