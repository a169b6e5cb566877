//! What a PEM file is refused for, and that refusals keep its secrets.

use std::fs;

use stratum::tls::pem::{PemError, PemFile};

use super::Stage;

fn file(stage: &Stage, text: &str) -> PemFile {
    let path = stage.path("tried.pem");
    fs::write(&path, text).expect("a file written");
    PemFile::read(&path).expect("a file")
}

#[test]
fn a_file_may_hold_chain_key_and_list() {
    let stage = Stage::new();
    let issued = stage.client();
    let list = stage.authority.revocation_list(1, &[]).expect("a list");
    let all = [
        issued.certificate_pem.as_str(),
        stage.authority.certificate_pem(),
        &issued.private_key_pem,
        &list,
    ];
    let file = file(&stage, &all.concat());
    assert_eq!(file.certificates().expect("certificates").len(), 2);
    assert!(file.private_key().is_ok());
    assert_eq!(file.revocation_lists().expect("lists").len(), 1);
}

#[test]
fn what_is_missing_is_named() {
    let stage = Stage::new();
    let issued = stage.client();
    let only_key = file(&stage, &issued.private_key_pem);
    let error = only_key.certificates().expect_err("no certificate");
    assert!(matches!(error, PemError::Missing { .. }));
    let text = error.to_string();
    assert!(text.contains("tried.pem") && text.contains("certificates"));
    assert!(only_key.revocation_lists().is_err());
    let only_certificate = file(&stage, &issued.certificate_pem);
    assert!(matches!(only_certificate.private_key(), Err(PemError::Missing { .. })));
    assert!(matches!(
        PemFile::read(&stage.path("absent.pem")),
        Err(PemError::Unreadable { .. })
    ));
}

#[test]
fn of_two_keys_none_is_guessed() {
    let stage = Stage::new();
    let keys = [stage.client(), stage.client()].map(|client| client.private_key_pem);
    let error = file(&stage, &keys.concat()).private_key();
    assert!(matches!(error, Err(PemError::SeveralKeys { found: 2, .. })));
}

#[test]
fn a_malformed_key_is_never_quoted() {
    let stage = Stage::new();
    let key = stage.client().private_key_pem;
    let secret = key.lines().nth(1).expect("a line of the key");
    let malformed = [
        key.replace("-----END", "----END"),
        key.replace(secret, &format!("{secret}!")),
        key.replace(secret, &format!("-----BEGIN {secret}")),
    ];
    for text in malformed {
        let error = file(&stage, &text).private_key().expect_err("malformed");
        assert!(matches!(error, PemError::Malformed { .. }), "{error}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(secret), "{shown}");
    }
}
