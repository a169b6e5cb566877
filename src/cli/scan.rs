//! `stratum scan`: the privacy guard over a stream of texts, without a server.

use std::io::{BufReader, stdin, stdout};
use std::num::NonZeroUsize;
use std::process::ExitCode;

use clap::Args;

use super::{complain, progress_bar};
use crate::privacy::guard::Guard;
use crate::privacy::scan::scan_ndjson;

/// Exit code when some lines could not be scanned.
const EXIT_BAD_LINES: u8 = 2;

/// How much is read at a time, in bytes.
const INPUT_BUFFER_BYTES: usize = 1 << 20;

#[derive(Debug, Args)]
pub(super) struct ScanArgs {
    /// How many threads scan; all cores when not given.
    #[arg(long)]
    threads: Option<NonZeroUsize>,
}

/// Ends with 2 when lines were bad; the others are answered all the same.
pub(super) fn scan(args: &ScanArgs) -> ExitCode {
    let all_cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let bar = progress_bar(u64::MAX, "{spinner} {decimal_bytes} scanned, {decimal_bytes_per_sec}");
    let scanned = scan_ndjson(
        BufReader::with_capacity(INPUT_BUFFER_BYTES, stdin().lock()),
        stdout().lock(),
        &Guard::new(),
        args.threads.unwrap_or_else(all_cores),
        |bytes| bar.set_position(bytes),
    );
    bar.finish_and_clear();
    match scanned {
        Ok(summary) if summary.bad_lines == 0 => ExitCode::SUCCESS,
        Ok(summary) => {
            for bad in &summary.first_bad_lines {
                complain(&format!("line {}: {}", bad.line, bad.reason.as_str()));
            }
            complain(&format!("{} lines could not be scanned", summary.bad_lines));
            ExitCode::from(EXIT_BAD_LINES)
        }
        Err(error) => {
            complain(&format!("stratum: {error}"));
            ExitCode::FAILURE
        }
    }
}
