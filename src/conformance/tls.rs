//! TLS of the conformance client: this machine's certificates, so that a deployment behind a
//! government's own authority can be checked as any other.

use std::sync::Arc;

use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Trusts whom the system trusts. Without a readable store nobody is trusted, and `https` says so.
pub fn of_this_machine() -> TlsConfig {
    let found = rustls_native_certs::load_native_certs().certs;
    let certs = found.iter().map(|one| Certificate::from_der(one).to_owned()).collect();
    TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(certs)))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build()
}
