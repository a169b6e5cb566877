//! What a user would reach for instead, on the same data in the same run.

use std::io;
use std::path::Path;
use std::process::Command;

use super::data::Data;

/// Writes the data to a folder and runs the peers on it: `STRATUM_PEERS_PYTHON` names a Python with numpy (and
/// tantivy, and psycopg2 with a server in `STRATUM_PEERS_DATABASE`). Peers that are not installed say so.
pub fn run(name: &str, data: &Data, scores: &[f64], directory: &Path) {
    let folder = directory.join(format!("similarity_{name}"));
    if let Err(error) = export(data, scores, &folder) {
        eprintln!("# peers not run: {error}");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/similarity_peers.py");
    let python = std::env::var("STRATUM_PEERS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let status = Command::new(&python)
        .arg(script)
        .arg(name)
        .arg(&folder)
        .status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => eprintln!("# peers ended with {status}"),
        Err(error) => eprintln!("# peers not run: {python}: {error}"),
    }
}

/// Little-endian arrays without headers: rows as one list and the start of each, and the ten scores expected of
/// every query.
fn export(data: &Data, scores: &[f64], folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, rows) in [("records", &data.records), ("queries", &data.queries)] {
        let features = rows
            .features
            .iter()
            .flat_map(|feature| feature.to_le_bytes());
        let starts = rows.starts.iter().flat_map(|start| start.to_le_bytes());
        std::fs::write(
            folder.join(format!("{name}.features.u32")),
            features.collect::<Vec<u8>>(),
        )?;
        std::fs::write(
            folder.join(format!("{name}.starts.u64")),
            starts.collect::<Vec<u8>>(),
        )?;
    }
    let scores = scores.iter().flat_map(|score| score.to_le_bytes());
    std::fs::write(
        folder.join("expected_scores.f64"),
        scores.collect::<Vec<u8>>(),
    )
}
