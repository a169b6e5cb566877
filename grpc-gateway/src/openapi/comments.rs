//! Leading comments of a pool's files.

use std::collections::HashMap;

use prost_reflect::{DescriptorPool, FileDescriptor};

/// Comments by file and by the path that the descriptor format gives each element.
pub(super) struct Comments(HashMap<String, HashMap<Vec<i32>, String>>);

impl Comments {
    pub(super) fn of(pool: &DescriptorPool) -> Self {
        let files = pool.files().map(|file| (file.name().to_owned(), of_file(&file)));
        Self(files.collect())
    }

    /// The comment above an element; empty without one.
    pub(super) fn text(&self, file: &FileDescriptor, path: &[i32]) -> &str {
        let comment = self.0.get(file.name()).and_then(|comments| comments.get(path));
        comment.map_or("", String::as_str)
    }

    /// The comment's first paragraph on one line, and the rest.
    pub(super) fn summary_and_description(&self, file: &FileDescriptor, path: &[i32]) -> (String, String) {
        let text = self.text(file, path);
        let (first, rest) = text.split_once("\n\n").unwrap_or((text, ""));
        (first.replace('\n', " "), rest.trim().to_owned())
    }
}

fn of_file(file: &FileDescriptor) -> HashMap<Vec<i32>, String> {
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    let locations = info.map(|info| info.location.as_slice()).unwrap_or_default();
    let comments = locations.iter().filter_map(|location| {
        let comment = location.leading_comments.as_ref()?;
        Some((location.path.clone(), without_margin(comment)))
    });
    comments.collect()
}

/// Comments keep the blank after their slashes.
fn without_margin(comment: &str) -> String {
    let lines = comment
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}
