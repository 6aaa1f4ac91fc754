//! Ctrl-C and the system's wish to end.

use super::{Ended, Stop};

/// From here on Ctrl-C (and SIGTERM, SIGHUP) ends the run, so that its report is written; the second ends the process.
///
/// # Errors
/// The system lets nobody hear of it.
pub fn interrupt(stop: &Stop) -> Result<(), String> {
    let stop = stop.clone();
    let hear = move || {
        if stop.ended().is_some() {
            // The report takes too long for whoever asks again. 128 + SIGINT is what shells know.
            #[expect(clippy::exit, clippy::disallowed_methods, reason = "there is nobody to return to")]
            std::process::exit(130);
        }
        stop.end(Ended::Interrupted);
    };
    ctrlc::set_handler(hear).map_err(|error| error.to_string())
}
