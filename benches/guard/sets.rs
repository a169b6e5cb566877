//! The shared sets, read from `STRATUM_TEST_DATA` in their own forms.

use std::ops::Range;
use std::path::PathBuf;

use serde_json::Value;

use crate::texts::Text;

fn data() -> PathBuf {
    std::env::var_os("STRATUM_TEST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    )
}

fn read(path: &str) -> Option<String> {
    let text = std::fs::read_to_string(data().join(path)).ok();
    if text.is_none() {
        eprintln!("skipped: no {path} under {}", data().display());
    }
    text
}

/// Texts that other authors wrote for this measurement: those that detectors were mended by, and those that nobody
/// had looked at before they were measured.
pub fn other_authors() -> Vec<(&'static str, Vec<Text>)> {
    const FILES: [(&str, [(&str, &str); 4]); 2] = [
        (
            include_str!("others/mended_by.ndjson"),
            [
                ("mended_by_queries", "query"),
                ("mended_by_near_misses", "nearmiss"),
                ("mended_by_remarks", "remark"),
                ("mended_by_denials", "denial"),
            ],
        ),
        (
            include_str!("others/unseen.ndjson"),
            [
                ("unseen_queries", "query"),
                ("unseen_near_misses", "nearmiss"),
                ("unseen_remarks", "remark"),
                ("unseen_denials", "denial"),
            ],
        ),
    ];
    let of_file = |(file, names): (&str, [(&'static str, &str); 4])| {
        names.map(|(name, set)| (name, file.lines().filter_map(|line| of_author(line, set)).collect()))
    };
    FILES.into_iter().flat_map(of_file).collect()
}

/// A line `{"set", "text", "phi": [{"value", "kind"}]}`, if it is of the set.
fn of_author(line: &str, set: &str) -> Option<Text> {
    let value: Value = serde_json::from_str(line).ok()?;
    let text = value["text"].as_str().filter(|_| value["set"] == set)?.to_owned();
    let part = |part: &Value| Some((kind(part["kind"].as_str()?), find(&text, part["value"].as_str()?)?));
    let parts = value["phi"].as_array()?.iter().filter_map(part).collect();
    Some(Text { text, parts })
}

/// Every shared set that is there, by name.
pub fn shared_sets() -> Vec<(&'static str, Vec<Text>)> {
    let mut sets = Vec::new();
    sets.extend(read("phi/safeharbor_18_seed.jsonl").map(|text| ("safeharbor", safe_harbor(&text))));
    let presidio: Vec<Text> = ["phi/presidio_generated_small.json", "phi/presidio_generated_large.json"]
        .into_iter()
        .filter_map(read)
        .flat_map(|text| presidio(&text))
        .collect();
    sets.extend((!presidio.is_empty()).then_some(("presidio", presidio)));
    sets.extend(read("phi/openmed_hard_negatives.json").map(|text| ("openmed_hard_negatives", fixtures(&text))));
    sets.extend(read("phi/openmed_checksum_ids.json").map(|text| ("openmed_checksums", fixtures(&text))));
    sets.extend(
        read("phi/mts_dialog_training_clinical_text.csv")
            .map(|text| ("mts_sections", column(&text, b',', "section_text"))),
    );
    sets.extend(read("codes/icd10cm_tabular_2026-04.csv").map(|text| ("icd10cm", column(&text, b',', "description"))));
    sets.extend(
        read("codes/hcpcs_level2_descriptions_2024_northstar.csv")
            .map(|text| ("hcpcs", column(&text, b',', "hcpcs_description"))),
    );
    sets
}

fn safe_harbor(text: &str) -> Vec<Text> {
    let record = |line: &str| {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = value["text"].as_str()?.to_owned();
        let parts = value["phi"]
            .as_array()?
            .iter()
            .filter_map(|part| Some((kind(part["category"].as_str()?), find(&text, part["value"].as_str()?)?)))
            .collect();
        Some(Text { text, parts })
    };
    text.lines().filter_map(record).collect()
}

/// The kind behind a set's name for it.
fn kind(category: &str) -> &'static str {
    match category {
        "name" => "NAME",
        "geo" | "geography" => "GEOGRAPHY",
        "date" => "DATE",
        "age_over_89" => "AGE_OVER_89",
        "phone" => "PHONE",
        "fax" => "FAX",
        "email" => "EMAIL",
        "ssn" => "SSN",
        "mrn" => "MRN",
        "health_plan" | "health_plan_id" => "HEALTH_PLAN_ID",
        "account" => "ACCOUNT",
        "license" => "LICENSE",
        "vehicle" => "VEHICLE",
        "device" => "DEVICE",
        "url" => "URL",
        "ip" => "IP",
        "biometric" => "BIOMETRIC",
        "photo" => "PHOTO",
        _ => "OTHER_UNIQUE_ID",
    }
}

/// The code points of the first occurrence.
fn find(text: &str, part: &str) -> Option<Range<usize>> {
    let start = text[..text.find(part)?].chars().count();
    Some(start..start + part.chars().count())
}

/// Its own kinds where they are ours. Countries, organisations, titles and week days are nobody's identifier here, and not marked.
fn presidio(text: &str) -> Vec<Text> {
    let kind = |entity: &str| match entity {
        "PERSON" => Some("NAME"),
        "ADDRESS" | "LOCATION" => Some("GEOGRAPHY"),
        "CREDIT_CARD" | "IBAN_CODE" => Some("ACCOUNT"),
        "PHONE_NUMBER" => Some("PHONE"),
        "EMAIL_ADDRESS" => Some("EMAIL"),
        "US_SSN" => Some("SSN"),
        "DOMAIN_NAME" => Some("URL"),
        "US_DRIVER_LICENSE" => Some("LICENSE"),
        "IP_ADDRESS" => Some("IP"),
        "DATE_TIME" => Some("DATE"),
        _ => None,
    };
    let at = |span: &Value, key: &str| usize::try_from(span[key].as_u64()?).ok();
    let record = |record: &Value| {
        let parts = record["spans"]
            .as_array()?
            .iter()
            .filter(|span| !span["entity_value"].as_str().is_some_and(is_nobodys))
            .filter_map(|span| {
                Some((
                    kind(span["entity_type"].as_str()?)?,
                    at(span, "start_position")?..at(span, "end_position")?,
                ))
            })
            .collect();
        Some(Text {
            text: record["full_text"].as_str()?.to_owned(),
            parts,
        })
    };
    let records: Value = serde_json::from_str(text).unwrap_or_default();
    records
        .as_array()
        .map(|records| records.iter().filter_map(record).collect())
        .unwrap_or_default()
}

/// A country, a part of the world or a day of the week: larger than a state, or no date.
fn is_nobodys(value: &str) -> bool {
    NOBODYS.split('|').any(|known| known.eq_ignore_ascii_case(value.trim()))
}

/// Countries as the set spells them, and week days.
const NOBODYS: &str = "\
afghanistan|aland islands|albania|algeria|american samoa|andorra|angola|anguilla|antarctica|antigua and barbuda|argentina|armenia|aruba|\
australia|austria|azerbaijan|bahamas|bahrain|bangladesh|barbados|belarus|belgium|belize|benin|bermuda|bhutan|bolivia|\
bonaire, saint eustatius and saba |bosnia and herzegovina|botswana|bouvet island|brazil|british indian ocean territory|\
british virgin islands|brunei|brunei darussalam|bulgaria|burkina faso|burma|burundi|cabo verde|cambodia|cameroon|canada|cape verde|\
cayman islands|central african republic|chad|chile|china|christmas island|cocos islands|colombia|comoros|congo|cook islands|costa rica|\
cote d'ivoire|croatia|cuba|curacao|cyprus|czech republic|czechia|côte d'ivoire|democratic republic of the congo|denmark|djibouti|dominica|\
dominican republic|east timor|ecuador|egypt|el salvador|england|equatorial guinea|eritrea|estonia|eswatini|ethiopia|falkland islands|\
faroe islands|fiji|finland|france|french guiana|french polynesia|french southern territories|friday|gabon|gambia|georgia|germany|ghana|\
gibraltar|great britain|greece|greenland|grenada|guadeloupe|guam|guatemala|guernsey|guinea|guinea-bissau|guyana|haiti|\
heard island and mcdonald islands|holy see|honduras|hong kong|hungary|iceland|india|indonesia|iran|iraq|ireland|isle of man|israel|italy|\
ivory coast|jamaica|japan|jersey|jordan|kazakhstan|kenya|kiribati|korea|kosovo|kuwait|kyrgyz republic|kyrgyzstan|lao pdr|\
lao people's democratic republic|laos|latvia|lebanon|lesotho|liberia|libya|libyan arab jamahiriya|liechtenstein|lithuania|luxembourg|macao|\
macau|macedonia|madagascar|malawi|malaysia|maldives|mali|malta|marshall islands|martinique|mauritania|mauritius|mayotte|mexico|micronesia|\
moldova|monaco|monday|mongolia|montenegro|montserrat|morocco|mozambique|myanmar|namibia|nauru|nepal|netherlands antilles|new caledonia|\
new zealand|nicaragua|niger|nigeria|niue|norfolk island|north korea|north macedonia|northern ireland|northern mariana islands|norway|oman|\
pakistan|palau|palestine|palestinian territory|panama|papua new guinea|paraguay|peru|philippines|pitcairn|poland|portugal|puerto rico|qatar|\
republic of the congo|reunion|romania|russia|russian federation|rwanda|saint barthelemy|saint helena|saint kitts and nevis|saint lucia|\
saint martin|saint pierre and miquelon|saint vincent and the grenadines|samoa|san marino|sao tome and principe|saturday|saudi arabia|\
scotland|senegal|serbia|serbia and montenegro|seychelles|sierra leone|singapore|sint maarten|slovak republic|slovakia|slovenia|\
solomon islands|somalia|south africa|south georgia and the south sandwich islands|south korea|south sudan|spain|sri lanka|st. helena|sudan|\
sunday|suriname|svalbard & jan mayen islands|svalbard and jan mayen|swaziland|sweden|switzerland|syria|syrian arab republic|taiwan|\
tajikistan|tanzania|thailand|the bahamas|the gambia|the netherlands|thursday|timor leste|togo|tokelau|tonga|trinidad and tobago|tuesday|\
tunisia|turkey|turkmenistan|turks and caicos islands|tuvalu|u.s. virgin islands|uganda|ukraine|united arab emirates|united kingdom|\
united states|united states minor outlying islands|united states of america|united states virgin islands|uruguay|us minor outlying islands|\
uzbekistan|vanuatu|vatican|vatican city|venezuela|viet nam|vietnam|wales|wallis and futuna|wednesday|western sahara|yemen|zambia|zimbabwe";

fn fixtures(text: &str) -> Vec<Text> {
    let kind = |label: &str| {
        if label == "CREDIT_CARD" {
            "ACCOUNT"
        } else {
            "OTHER_UNIQUE_ID"
        }
    };
    let at = |span: &Value, key: &str| usize::try_from(span[key].as_u64()?).ok();
    let root: Value = serde_json::from_str(text).unwrap_or_default();
    let record = |fixture: &Value| {
        let parts = fixture["gold_spans"]
            .as_array()?
            .iter()
            .filter_map(|span| Some((kind(span["label"].as_str()?), at(span, "start")?..at(span, "end")?)))
            .collect();
        Some(Text {
            text: fixture["text"].as_str()?.to_owned(),
            parts,
        })
    };
    root["fixtures"]
        .as_array()
        .map(|fixtures| fixtures.iter().filter_map(record).collect())
        .unwrap_or_default()
}

/// One column of a comma-separated file with quoted fields.
fn column(text: &str, separator: u8, name: &str) -> Vec<Text> {
    let mut rows = rows(text, separator).into_iter();
    let Some(index) = rows
        .next()
        .and_then(|header| header.iter().position(|field| field == name))
    else {
        return Vec::new();
    };
    rows.filter_map(|mut row| {
        (index < row.len()).then(|| Text {
            text: row.swap_remove(index),
            parts: Vec::new(),
        })
    })
    .collect()
}

fn rows(text: &str, separator: u8) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => field.extend(characters.next()),
            '"' => quoted = !quoted,
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c if !quoted && c == char::from(separator) => row.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    rows
}
