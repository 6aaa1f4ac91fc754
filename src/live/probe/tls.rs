//! TLS of the client: whom it trusts, what it says it speaks.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::HttpVersion;
use crate::live::{RecordedKeys, Recorder};

/// Which servers are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// Those that the system trusts.
    System,
    /// Those that a certificate in this PEM file vouches for.
    File(PathBuf),
    /// Whoever answers.
    Anyone,
}

/// How connections of this version are made; their secrets are recorded.
///
/// # Errors
/// Certificates cannot be read.
pub(super) fn config(trust: &Trust, version: HttpVersion, recorder: &Recorder) -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let mut config = match trust {
        Trust::Anyone => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(Unverified(provider))).with_no_client_auth()
        }
        Trust::System | Trust::File(_) => builder.with_root_certificates(roots(trust)?).with_no_client_auth(),
    };
    config.alpn_protocols = match version {
        HttpVersion::Http2 => vec![b"h2".to_vec()],
        HttpVersion::Http11 => vec![b"http/1.1".to_vec()],
        HttpVersion::Http10 => vec![b"http/1.0".to_vec(), b"http/1.1".to_vec()],
    };
    config.key_log = Arc::new(RecordedKeys(recorder.clone()));
    Ok(Arc::new(config))
}

fn roots(trust: &Trust) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let certificates = match trust {
        Trust::File(path) => {
            let why = |error: &dyn std::fmt::Display| format!("--cacert {}: {error}", path.display());
            let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).map_err(|error| why(&error))?.collect();
            let found = found.map_err(|error| why(&error))?;
            if found.is_empty() {
                return Err(why(&"holds no certificate in PEM"));
            }
            found
        }
        _ => rustls_native_certs::load_native_certs().certs,
    };
    let (added, _) = roots.add_parsable_certificates(certificates);
    if added == 0 {
        let hint = "no certificate to trust was found; name some with --cacert, or trust whoever answers with --insecure";
        return Err(hint.to_owned());
    }
    Ok(roots)
}

/// Whoever answers is believed, and what they sign with is still looked at.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
