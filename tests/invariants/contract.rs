//! How the contract is written: everything has a comment.

use prost_reflect::{FileDescriptor, MessageDescriptor};

use crate::harness::contract::pool;

/// The comment before a declaration.
pub(super) fn comment(file: &FileDescriptor, path: &[i32]) -> Option<String> {
    let info = file.file_descriptor_proto().source_code_info.as_ref()?;
    let location = info.location.iter().find(|location| location.path == path)?;
    let text = location.leading_comments().trim();
    (!text.is_empty()).then(|| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn message_gaps(message: &MessageDescriptor, gaps: &mut Vec<String>) {
    let file = message.parent_file();
    if comment(&file, message.path()).is_none() {
        gaps.push(message.full_name().to_owned());
    }
    for field in message.fields().filter(|field| comment(&file, field.path()).is_none()) {
        gaps.push(field.full_name().to_owned());
    }
    for inner in message.child_messages().filter(|inner| !inner.is_map_entry()) {
        message_gaps(&inner, gaps);
    }
}

#[test]
fn every_declaration_of_the_contract_says_what_it_is() {
    let mut gaps = Vec::new();
    for file in pool()
        .files()
        .filter(|file| file.package_name().starts_with("stratum."))
    {
        for service in file.services() {
            if comment(&file, service.path()).is_none() {
                gaps.push(service.full_name().to_owned());
            }
            let silent = service
                .methods()
                .filter(|method| comment(&file, method.path()).is_none());
            gaps.extend(silent.map(|method| method.full_name().to_owned()));
        }
        for message in file.messages() {
            message_gaps(&message, &mut gaps);
        }
        for declared in file.enums() {
            if comment(&file, declared.path()).is_none() {
                gaps.push(declared.full_name().to_owned());
            }
            let silent = declared.values().filter(|value| comment(&file, value.path()).is_none());
            gaps.extend(silent.map(|value| value.full_name().to_owned()));
        }
    }
    assert!(gaps.is_empty(), "without a comment: {gaps:#?}");
}

/// Comments are looked for where they are: a path that leads nowhere finds none.
#[test]
fn a_comment_is_found_by_its_path() {
    let service = pool()
        .get_service_by_name("stratum.v1.TenantService")
        .expect("a service");
    let file = service.parent_file();
    assert!(comment(&file, service.path()).is_some());
    assert_eq!(comment(&file, &[99, 99]), None);
}
