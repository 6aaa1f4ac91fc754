//! The secrets of our own TLS connections, recorded before what they open: the recording holds what was on the wire, and can be read.

use rustls::KeyLog;

use super::Recorder;

/// Writes secrets as SSLKEYLOGFILE has them
/// (<https://www.ietf.org/archive/id/draft-ietf-tls-keylogfile-02.html>).
#[derive(Debug)]
pub struct RecordedKeys(pub Recorder);

impl KeyLog for RecordedKeys {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let mut line = format!("{label} ");
        let hex = |line: &mut String, bytes: &[u8]| bytes.iter().for_each(|byte| line.push_str(&format!("{byte:02x}")));
        hex(&mut line, client_random);
        line.push(' ');
        hex(&mut line, secret);
        line.push('\n');
        self.0.secrets(line.as_bytes());
    }
}
