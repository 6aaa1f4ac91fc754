//! TLS of the server: a certificate that was given, or one of its own.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::NoServerSessionStorage;

use super::Address;
use crate::live::{RecordedKeys, Recorder};

/// Who the server says it is.
#[derive(Debug, Clone, Copy)]
pub enum Certificate<'a> {
    /// A certificate of its own, for the names of the address, that nobody vouches for.
    SelfMade(&'a Address),
    /// PEM files of the chain and of its key.
    Files(&'a Path, &'a Path),
}

/// How connections are secured.
#[derive(Debug)]
pub struct Secured(ServerConfig);

impl Secured {
    /// With this certificate; HTTP/2 and HTTP/1.1 are offered.
    ///
    /// # Errors
    /// Certificate or key cannot be read, or do not belong together.
    pub fn new(certificate: Certificate<'_>) -> Result<Self, String> {
        let (chain, key) = match certificate {
            Certificate::SelfMade(address) => self_made(address)?,
            Certificate::Files(chain, key) => files(chain, key)?,
        };
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let mut config = builder.with_no_client_auth().with_single_cert(chain, key).map_err(|error| error.to_string())?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec(), b"http/1.0".to_vec()];
        // Every connection is whole in itself: nothing is kept of those before.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self(config))
    }

    /// The same, whose secrets are recorded.
    pub(super) fn recorded(mut self, recorder: &Recorder) -> Arc<ServerConfig> {
        self.0.key_log = Arc::new(RecordedKeys(recorder.clone()));
        Arc::new(self.0)
    }
}

type Pair = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn self_made(address: &Address) -> Result<Pair, String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    if !names.iter().any(|name| name == address.host()) {
        names.push(address.host().to_owned());
    }
    let why = |error: rcgen::Error| format!("no certificate can be made for {}: {error}", address.host());
    let made = rcgen::generate_simple_self_signed(names).map_err(why)?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    Ok((vec![made.cert.der().clone()], key.into()))
}

fn files(chain: &Path, key: &Path) -> Result<Pair, String> {
    let why = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(chain).map_err(|error| why(chain, &error))?.collect();
    let found = found.map_err(|error| why(chain, &error))?;
    if found.is_empty() {
        return Err(why(chain, &"holds no certificate in PEM"));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| why(key, &error))?;
    Ok((found, key))
}
