//! What of a URL becomes a request. Browsers write URLs that RFC 3986 does not allow (`|`, `{`), so it is split, not parsed.

/// The parts of a URL that a request is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Url<'t> {
    /// Host, and port where it is written, without user and password.
    pub(super) authority: &'t str,
    /// Path and query as they are sent: without the fragment. Empty where the URL has neither.
    pub(super) target: &'t str,
    /// `https` or `wss`.
    pub(super) secure: bool,
}

/// Splits a URL; `None` for those of other schemes (`data:`, `blob:`, `chrome-extension:` …) and for what is no URL.
pub(super) fn split(url: &str) -> Option<Url<'_>> {
    let (scheme, rest) = url.split_once("://")?;
    let secure = match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => false,
        "https" | "wss" => true,
        _ => return None,
    };
    let rest = rest.split('#').next().unwrap_or_default();
    let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let authority = authority.rsplit_once('@').map_or(authority, |(_, authority)| authority);
    (!authority.is_empty()).then_some(Url { authority, target, secure })
}

impl Url<'_> {
    /// The server's port: what the scheme says where none is written (RFC 9110 §4.2).
    pub(super) fn port(&self) -> Option<u16> {
        match self.authority.rsplit_once(':') {
            Some((host, port)) if !host.starts_with('[') || host.ends_with(']') => port.parse().ok(),
            _ => Some(if self.secure { 443 } else { 80 }),
        }
    }

    /// The target as a request has it (RFC 9112 §3.2).
    pub(super) fn request_target(&self, method: &str) -> String {
        match self.target {
            _ if method == "CONNECT" => {
                let host = self.authority.strip_suffix(&format!(":{}", self.port().unwrap_or_default()));
                format!("{}:{}", host.unwrap_or(self.authority), self.port().unwrap_or_default())
            }
            target if target.starts_with('/') => target.to_owned(),
            target => format!("/{target}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_urls() {
        for (url, authority, target) in [
            ("http://a.example/b?c=d#e", "a.example", "/b?c=d"),
            ("HTTPS://a.example:8443", "a.example:8443", "/"),
            ("https://u:p@a.example?x=/y", "a.example", "/?x=/y"),
            ("wss://[::1]:1/a|b", "[::1]:1", "/a|b"),
            ("http://a/?u=http://b@c/", "a", "/?u=http://b@c/"),
        ] {
            let split = split(url).unwrap_or_else(|| panic!("{url}"));
            assert_eq!((split.authority, split.request_target("GET").as_str()), (authority, target), "{url}");
        }
        let port = |url| split(url).and_then(|url| url.port());
        assert_eq!(
            [port("http://a/"), port("https://[::1]/"), port("https://[::1]:8/"), port("http://a:99999/")],
            [Some(80), Some(443), Some(8), None]
        );
        let target = |url| split(url).map(|url| url.request_target("CONNECT"));
        assert_eq!(target("https://a.example/").as_deref(), Some("a.example:443"));
        assert_eq!(target("http://a.example:8080/").as_deref(), Some("a.example:8080"));
        for url in ["data:text/plain,a", "chrome-extension://x/y", "about:blank", "http://", "/a", "", "https:///a"] {
            assert_eq!(split(url), None, "{url}");
        }
    }
}
