//! The development PKI keeps what is good and makes the rest anew.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use stratum::{
    dev::pki::{Directory, Leaf, PkiError},
    tls::{ClientCertificates, ClientTrust, HttpVersions, ServerTls, TlsFiles},
};
use tempfile::TempDir;

use super::client_leaf;

fn open(directory: &TempDir) -> Directory {
    Directory::open(directory.path()).expect("a PKI")
}

fn mode(path: &Path) -> u32 {
    let metadata = fs::metadata(path).expect("a file");
    metadata.permissions().mode() & 0o777
}

#[test]
fn a_second_run_changes_nothing() {
    let directory = TempDir::new().expect("a directory");
    let made = |pki: &Directory| {
        let list = pki.revocation_list().expect("a list");
        (
            fs::read(pki.ca_certificate()).expect("a file"),
            fs::read(list).expect("a file"),
            pki.server().expect("a certificate").summary,
            pki.client("alpha", "billing").expect("a certificate").summary,
        )
    };
    let first = made(&open(&directory));
    assert_eq!(first, made(&open(&directory)));
}

#[test]
fn keys_are_their_owners_alone() {
    let directory = TempDir::new().expect("a directory");
    let pki = open(&directory);
    let client = pki.client("alpha", "billing").expect("a certificate");
    for key in [
        directory.path().join("ca.key"),
        pki.server().expect("a certificate").private_key,
        client.private_key,
    ] {
        assert_eq!(mode(&key), 0o600, "{}", key.display());
    }
}

#[test]
fn its_files_make_a_server() {
    let directory = TempDir::new().expect("a directory");
    let pki = open(&directory);
    let server = pki.server().expect("a certificate");
    let files = TlsFiles {
        certificate: server.certificate,
        private_key: server.private_key,
        clients: ClientCertificates::Required(ClientTrust {
            ca: pki.ca_certificate(),
            revocation_list: Some(pki.revocation_list().expect("a list")),
        }),
    };
    assert!(ServerTls::load(files, HttpVersions::Http2).is_ok());
}

#[test]
fn what_is_about_to_end_is_renewed() {
    let directory = TempDir::new().expect("a directory");
    let pki = open(&directory);
    let client = pki.client("alpha", "billing").expect("a certificate");
    let expired = pki.authority().issue(&client_leaf().expired());
    let expired = expired.expect("a certificate");
    fs::write(&client.certificate, &expired.certificate_pem).expect("written");
    fs::write(&client.private_key, &expired.private_key_pem).expect("written");
    let renewed = pki.client("alpha", "billing").expect("a certificate");
    assert!(renewed.summary.not_after > expired.summary.not_after);
}

#[test]
fn a_certificate_without_its_key_is_made_anew() {
    let directory = TempDir::new().expect("a directory");
    let pki = open(&directory);
    let first = pki.server().expect("a certificate");
    let stranger = pki.authority().issue(&Leaf::server()).expect("a certificate");
    fs::write(&first.private_key, stranger.private_key_pem).expect("written");
    let second = pki.server().expect("a certificate");
    assert_ne!(first.summary, second.summary);
    assert_eq!(second.summary, pki.server().expect("a certificate").summary);
}

#[test]
fn a_revoked_client_gets_a_new_certificate_and_stays_revoked() {
    let directory = TempDir::new().expect("a directory");
    let pki = open(&directory);
    let first = pki.client("alpha", "billing").expect("a certificate");
    pki.revoke(&first.summary).expect("revoked");
    let second = pki.client("alpha", "billing").expect("a certificate");
    assert_ne!(first.summary.serial, second.summary.serial);
    pki.revoke(&second.summary).expect("revoked");
    // A third differs from both only if the list still holds the second, and the first was not forgotten for it.
    let list = fs::read(pki.revocation_list().expect("a list")).expect("a file");
    let (_, pem) = x509_parser::pem::parse_x509_pem(&list).expect("PEM");
    let (_, list) = x509_parser::parse_x509_crl(&pem.contents).expect("a list");
    let serials: Vec<_> = list
        .iter_revoked_certificates()
        .map(|revoked| revoked.raw_serial().to_vec())
        .collect();
    assert_eq!(serials, [first.summary.serial, second.summary.serial]);
}

#[test]
fn a_new_authority_makes_everything_anew() {
    let directory = TempDir::new().expect("a directory");
    let pki = open(&directory);
    let server = pki.server().expect("a certificate").summary;
    let list = fs::read(pki.revocation_list().expect("a list")).expect("a file");
    fs::remove_file(directory.path().join("ca.key")).expect("removed");
    let pki = open(&directory);
    assert_ne!(server, pki.server().expect("a certificate").summary);
    let renewed = fs::read(pki.revocation_list().expect("a list")).expect("a file");
    assert_ne!(list, renewed);
}

#[test]
fn names_that_are_no_slugs_are_refused() {
    let directory = TempDir::new().expect("a directory");
    let pki = open(&directory);
    for name in ["", "Alpha", "../alpha", "al pha", "-alpha", "alpha-", "al.pha"] {
        let refused = pki.client(name, "billing");
        assert!(matches!(refused, Err(PkiError::Slug(_))), "{name}");
        let refused = pki.client("alpha", name);
        assert!(matches!(refused, Err(PkiError::Slug(_))), "{name}");
    }
}
