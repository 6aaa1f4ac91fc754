//! Where a request goes: the URL.

use fluent_uri::UriRef;

/// The parts of a URL that a client needs, as they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// `https`
    pub tls: bool,
    /// The name or address, IPv6 without brackets.
    pub host: String,
    /// The port, or the scheme's.
    pub port: u16,
    /// The port was written.
    has_port: bool,
    /// Path and query, sent as they are; never empty.
    pub path: String,
}

impl Target {
    /// Reads `http://host:port/path?query`; without a scheme it is `http`, as with curl.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(url: &str) -> Result<Self, String> {
        let written = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        let (written, _) = written.split_once('#').map_or((written.as_str(), ""), |parts| parts);
        let uri = UriRef::parse(written).map_err(|_| {
            format!("`{url}` is no URL; what a URL cannot hold is sent with --request-target, beside a URL that says where")
        })?;
        let tls = match uri.scheme().map(|scheme| scheme.as_str().to_ascii_lowercase()).as_deref() {
            Some("http") => false,
            Some("https") => true,
            Some(other) => return Err(format!("`{other}` is no scheme of HTTP; expected `http` or `https`")),
            None => return Err(format!("`{url}` has no scheme")),
        };
        let authority = uri.authority().filter(|authority| !authority.host().is_empty());
        let authority = authority.ok_or_else(|| format!("`{url}` names no host"))?;
        if authority.userinfo().is_some() {
            return Err("a URL with a user name is not sent; give the field, as in --header 'Authorization: Basic …'".to_owned());
        }
        let written_port = authority.port().map(|port| port.as_str()).filter(|port| !port.is_empty());
        let port = match written_port {
            None => {
                if tls {
                    443
                } else {
                    80
                }
            }
            Some(port) => port.parse().map_err(|_| format!("`{port}` is no port"))?,
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let path = if uri.path().as_str().is_empty() { "/" } else { uri.path().as_str() };
        let path = match uri.query() {
            Some(query) => format!("{path}?{}", query.as_str()),
            None => path.to_owned(),
        };
        Ok(Self { tls, host, port, has_port: written_port.is_some(), path })
    }

    /// What stands in `Host`: the port only where it is not the scheme's (RFC 9110 §7.2, and as curl does).
    #[must_use]
    pub fn host_field(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let usual = if self.tls { 443 } else { 80 };
        if self.has_port && self.port != usual { format!("{host}:{}", self.port) } else { host }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart_and_nothing_in_them_is_changed() {
        for (url, tls, host, port, path, field) in [
            ("http://a.example", false, "a.example", 80, "/", "a.example"),
            ("a.example:8080/x", false, "a.example", 8080, "/x", "a.example:8080"),
            ("https://A.example:443/a/../b//c?q=%41&r=#part", true, "A.example", 443, "/a/../b//c?q=%41&r=", "A.example"),
            ("http://[::1]:8000/?x", false, "::1", 8000, "/?x", "[::1]:8000"),
            ("https://10.0.0.7", true, "10.0.0.7", 443, "/", "10.0.0.7"),
        ] {
            let target = Target::parse(url).unwrap();
            assert_eq!((target.tls, target.host.as_str(), target.port, target.path.as_str()), (tls, host, port, path), "{url}");
            assert_eq!(target.host_field(), field, "{url}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused_with_a_way_out() {
        for (url, why) in [
            ("ftp://a.example", "`ftp` is no scheme"),
            ("http://", "names no host"),
            ("http://a.example/ b", "is no URL"),
            ("http://a.example:99999/", "is no port"),
            ("http://me:secret@a.example/", "user name"),
        ] {
            let error = Target::parse(url).unwrap_err();
            assert!(error.contains(why) && !error.contains("secret"), "{url}: {error}");
        }
    }
}
