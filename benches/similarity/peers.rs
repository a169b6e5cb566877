//! What a user would reach for instead, on the same data in the same run.

use std::io;
use std::path::Path;
use std::process::Command;

use super::data::Data;

/// Writes the data to a folder and runs the peers on it: `STRATUM_PEERS_PYTHON` names a Python with numpy (and
/// tantivy, and psycopg2 with a server in `STRATUM_PEERS_DATABASE`). Peers that are not installed say so.
pub fn run(name: &str, data: &Data, expected: &Expected, directory: &Path) {
    let folder = directory.join(format!("similarity_{name}"));
    if let Err(error) = export(data, expected, &folder) {
        eprintln!("# peers not run: {error}");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/similarity_peers.py");
    let python = std::env::var("STRATUM_PEERS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let status = Command::new(&python).arg(script).arg(name).arg(&folder).status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => eprintln!("# peers ended with {status}"),
        Err(error) => eprintln!("# peers not run: {python}: {error}"),
    }
}

/// The exact scores of every query's ten best, 0 where there are fewer.
pub struct Expected {
    pub weighted: Vec<f64>,
    pub unweighted: Vec<f64>,
}

/// Little-endian arrays without headers: rows as one list and the start of each, the weights, the scores.
fn export(data: &Data, expected: &Expected, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, rows) in [("records", &data.records), ("queries", &data.queries)] {
        write(
            folder,
            &format!("{name}.features.u32"),
            rows.features.iter().map(|feature| feature.to_le_bytes()),
        )?;
        write(
            folder,
            &format!("{name}.starts.u64"),
            rows.starts.iter().map(|start| start.to_le_bytes()),
        )?;
    }
    write(
        folder,
        "weights.u16",
        data.weights.iter().map(|weight| weight.to_le_bytes()),
    )?;
    for (name, scores) in [
        ("expected", &expected.weighted),
        ("expected_unweighted", &expected.unweighted),
    ] {
        write(
            folder,
            &format!("{name}.f64"),
            scores.iter().map(|score| score.to_le_bytes()),
        )?;
    }
    Ok(())
}

fn write<const SIZE: usize>(folder: &Path, name: &str, values: impl Iterator<Item = [u8; SIZE]>) -> io::Result<()> {
    std::fs::write(folder.join(name), values.flatten().collect::<Vec<u8>>())
}
