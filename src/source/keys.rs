//! Key logs: files of TLS secrets beside captures, and what is to be said of them once the captures were read.

use std::fs::File;
use std::path::PathBuf;

use super::{Embedded, Input, Limits, SourceError};
use crate::tls::{KeyLog, KeyLogs};

/// Reads key logs (`SSLKEYLOGFILE` format) to their ends, or to where one is of more connections than may be
/// ([`tls::Limits::secrets`](crate::tls::Limits::secrets)).
///
/// # Errors
/// [`SourceError`] where one cannot be read, or holds lines and no secret among them.
pub fn key_logs(paths: &[PathBuf], limits: &Limits) -> Result<KeyLogs, SourceError> {
    let mut logs = Vec::new();
    for path in paths {
        let input = Input::File(path.clone());
        let log = File::open(path)
            .and_then(|file| KeyLog::read(input.name(), limits.tls.secrets, file))
            .map_err(|error| input.failed(&error))?;
        if let (0, Some(problem)) = (log.connections(), log.problems().first()) {
            let why = format!("is no TLS key log: {problem}; expected what SSLKEYLOGFILE makes curl, browsers and OpenSSL write");
            return Err(SourceError::NotACapture { file: input.name(), why });
        }
        logs.push(log);
    }
    Ok(KeyLogs::new(logs))
}

/// What is to be said of key logs once all captures were read: bad lines, and secrets that open nothing. `embedded` are those
/// that captures held themselves, with the captures' names.
#[must_use]
pub fn key_log_remarks<'a>(logs: &KeyLogs, embedded: impl IntoIterator<Item = (&'a str, &'a Embedded)>) -> Vec<String> {
    let mut remarks = Vec::new();
    for log in logs.iter() {
        let name = log.name();
        remarks.extend(log.problems().iter().map(|problem| format!("key log {name}: {problem}")));
        remarks.extend(match (log.connections(), log.used()) {
            (0, _) => Some(format!("key log {name} is empty: whatever made the connections did not write their secrets")),
            (held, 0) => Some(format!(
                "key log {name} opens nothing: none of the {held} TLS connections that it has secrets of is in the captures; \
                 record key log and capture in the same run"
            )),
            _ => None,
        });
    }
    for (capture, secrets) in embedded {
        remarks.extend(secrets.problems.iter().map(|problem| format!("secrets in {capture}: {problem}")));
        if secrets.connections > 0 && secrets.used == 0 {
            let held = secrets.connections;
            remarks
                .push(format!("secrets in {capture} open nothing: none of the {held} TLS connections that they are of is in it"));
        }
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("it can be written");
        path
    }

    #[test]
    fn what_is_no_key_log_is_refused_and_says_which_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = key_logs(&[file(&folder, "a.pem", "-----BEGIN CERTIFICATE-----\n")], &Limits::default())
            .expect_err("no key log")
            .to_string();
        assert!(error.contains("is no TLS key log: line 1 does not begin with a label"), "{error}");
        let error = key_logs(&[folder.path().join("none.log")], &Limits::default()).expect_err("not there").to_string();
        assert!(error.contains("none.log"), "{error}");
    }

    #[test]
    fn a_key_log_that_opens_nothing_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let line = format!("CLIENT_RANDOM {} {}\nhalf a line", "01".repeat(32), "02".repeat(48));
        let logs = key_logs(&[file(&folder, "k.log", &line), file(&folder, "e.log", "# nothing\n")], &Limits::default())
            .expect("they are");
        let secrets = Embedded { connections: 2, used: 0, problems: vec!["line 3 is bad".to_owned()] };
        let remarks = key_log_remarks(&logs, [("a.pcapng", &secrets)]);
        let found: Vec<_> = remarks.iter().map(|remark| remark.rsplit('/').next().unwrap_or_default()).collect();
        assert_eq!(
            found,
            [
                "k.log: line 2 does not begin with a label like CLIENT_RANDOM",
                "k.log opens nothing: none of the 1 TLS connections that it has secrets of is in the captures; record key log \
                 and capture in the same run",
                "e.log is empty: whatever made the connections did not write their secrets",
                "secrets in a.pcapng: line 3 is bad",
                "secrets in a.pcapng open nothing: none of the 2 TLS connections that they are of is in it",
            ]
        );
    }
}
