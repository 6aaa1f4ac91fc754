//! What is asked: a request to the byte.

use super::Target;

/// The version that a request is sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpVersion {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1
    Http11,
    /// HTTP/2: agreed on by ALPN, or known before.
    Http2,
}

/// A request as somebody asks for it.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The method, sent as it is.
    pub method: String,
    /// What stands in the start line in place of the URL's path and query.
    pub request_target: Option<String>,
    /// The version.
    pub version: HttpVersion,
    /// Fields in the order in which they are sent, `(name, value)`; `None` leaves out a field that is sent otherwise.
    pub fields: Vec<(String, Option<String>)>,
    /// Only these fields are sent.
    pub bare: bool,
    /// The body.
    pub body: Option<Vec<u8>>,
}

/// Reads a field as curl does: `Name: value`, `Name;` for one without a value, `Name:` for one that is not to be sent.
///
/// # Errors
/// It is none of these.
pub fn field(text: &str) -> Result<(String, Option<String>), String> {
    if text.bytes().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
        return Err("a field line holds no line end".to_owned());
    }
    if let Some((name, value)) = text.split_once(':').filter(|(name, _)| !name.trim().is_empty()) {
        // What stands behind one blank is the value, further blanks too.
        let value = value.strip_prefix(' ').unwrap_or(value);
        return Ok((name.to_owned(), (!value.is_empty()).then(|| value.to_owned())));
    }
    match text.strip_suffix(';').filter(|name| !name.trim().is_empty()) {
        Some(name) => Ok((name.to_owned(), Some(String::new()))),
        None => Err(format!("expected `Name: value`, `Name;` for an empty one, or `Name:` for none, and not `{text}`")),
    }
}

impl Ask {
    /// All fields that are sent, in their order: Host, User-Agent and Accept, then what is asked for, then what the body needs.
    #[must_use]
    pub fn lines(&self, target: &Target) -> Vec<(String, String)> {
        let asked = |name: &str| self.fields.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        let mut lines: Vec<(String, String)> = Vec::new();
        let add = |lines: &mut Vec<(String, String)>, name: &str, value: String| {
            if !self.bare && !asked(name) {
                lines.push((name.to_owned(), value));
            }
        };
        // Where it is asked for, it stands first, as curl sends it.
        let is_host = |name: &str| name.eq_ignore_ascii_case("host");
        let hosts = self.fields.iter().filter(|(name, _)| is_host(name) && !self.bare);
        lines.extend(hosts.filter_map(|(name, value)| Some((name.clone(), value.clone()?))));
        add(&mut lines, "Host", target.host_field());
        add(&mut lines, "User-Agent", concat!("hopspec/", env!("CARGO_PKG_VERSION")).to_owned());
        add(&mut lines, "Accept", "*/*".to_owned());
        let others = self.fields.iter().filter(|(name, _)| self.bare || !is_host(name));
        lines.extend(others.filter_map(|(name, value)| Some((name.clone(), value.clone()?))));
        if let Some(body) = &self.body {
            if !asked("Transfer-Encoding") {
                add(&mut lines, "Content-Length", body.len().to_string());
            }
            add(&mut lines, "Content-Type", "application/x-www-form-urlencoded".to_owned());
        }
        lines
    }

    /// The fields of a request in frames: names in lower case, Host as `:authority` where it is not asked for as a field, and none
    /// that speaks of a connection (RFC 9113 §8.2.2, §8.3.1). With `bare` they are those that are asked for, behind the
    /// pseudo-header fields.
    #[must_use]
    pub fn frame_lines(&self, target: &Target) -> Vec<(String, String)> {
        let path = self.request_target.as_deref().unwrap_or(&target.path);
        let scheme = if target.tls { "https" } else { "http" };
        let mut authority = target.host_field();
        let mut fields = Vec::new();
        for (name, value) in self.lines(target) {
            let name = name.to_ascii_lowercase();
            match name.as_str() {
                "host" => authority = value,
                "connection" | "keep-alive" | "proxy-connection" | "transfer-encoding" | "upgrade" if !self.bare => {}
                _ => fields.push((name, value)),
            }
        }
        let pseudo = [(":method", self.method.as_str()), (":scheme", scheme), (":authority", &authority), (":path", path)];
        let pseudo = pseudo.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        pseudo.chain(fields).collect()
    }

    /// The bytes of HTTP/1. A body with `Transfer-Encoding: chunked` is sent in one chunk.
    #[must_use]
    pub fn bytes(&self, target: &Target) -> Vec<u8> {
        let version = if self.version == HttpVersion::Http10 { "HTTP/1.0" } else { "HTTP/1.1" };
        let path = self.request_target.as_deref().unwrap_or(&target.path);
        let mut bytes = format!("{} {path} {version}\r\n", self.method).into_bytes();
        let lines = self.lines(target);
        for (name, value) in &lines {
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(b':');
            if !value.is_empty() {
                bytes.push(b' ');
            }
            bytes.extend_from_slice(value.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        let chunked = |(name, value): &(String, String)| {
            name.eq_ignore_ascii_case("transfer-encoding") && value.to_ascii_lowercase().contains("chunked")
        };
        match &self.body {
            Some(body) if lines.iter().any(chunked) => {
                if !body.is_empty() {
                    bytes.extend_from_slice(format!("{:x}\r\n", body.len()).as_bytes());
                    bytes.extend_from_slice(body);
                    bytes.extend_from_slice(b"\r\n");
                }
                bytes.extend_from_slice(b"0\r\n\r\n");
            }
            Some(body) => bytes.extend_from_slice(body),
            None => {}
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(fields: &[&str], body: Option<&str>, bare: bool) -> String {
        let ask = Ask {
            method: if body.is_some() { "POST" } else { "GET" }.to_owned(),
            request_target: None,
            version: HttpVersion::Http11,
            fields: fields.iter().map(|text| field(text).unwrap()).collect(),
            bare,
            body: body.map(|body| body.as_bytes().to_vec()),
        };
        String::from_utf8(ask.bytes(&Target::parse("http://a.example:8000/x?y").unwrap())).unwrap()
    }

    #[test]
    fn fields_are_sent_as_they_are_asked_for() {
        let usual = concat!("User-Agent: hopspec/", env!("CARGO_PKG_VERSION"), "\r\nAccept: */*\r\n");
        assert_eq!(ask(&[], None, false), format!("GET /x?y HTTP/1.1\r\nHost: a.example:8000\r\n{usual}\r\n"));
        assert_eq!(
            ask(&["x-dup: 1", "X-Dup:  2 ", "X-Empty;", "accept:", "hOST: other"], None, false),
            concat!(
                "GET /x?y HTTP/1.1\r\nhOST: other\r\nUser-Agent: hopspec/",
                env!("CARGO_PKG_VERSION"),
                "\r\nx-dup: 1\r\nX-Dup:  2 \r\nX-Empty:\r\n\r\n"
            )
        );
        assert_eq!(ask(&["B: 1", "a: 2"], None, true), "GET /x?y HTTP/1.1\r\nB: 1\r\na: 2\r\n\r\n");
    }

    #[test]
    fn bodies_have_a_length_or_are_chunked() {
        assert!(
            ask(&[], Some("a=b"), false)
                .ends_with("Accept: */*\r\nContent-Length: 3\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=b")
        );
        let chunked = ask(&["Transfer-Encoding: chunked", "Content-Type: text/plain"], Some("abc"), false);
        assert!(chunked.ends_with("Content-Type: text/plain\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), "{chunked}");
        assert!(!chunked.contains("Content-Length"));
        // A wrong length is sent as it is.
        assert!(ask(&["Content-Length: 9"], Some("abc"), false).contains("Content-Length: 9\r\n"));
    }

    #[test]
    fn frames_have_an_authority_and_nothing_of_a_connection() {
        let ask = Ask {
            method: "GET".to_owned(),
            request_target: None,
            version: HttpVersion::Http2,
            fields: ["X-Up: 1", "Connection: close", "host: other.example", "Accept:", "User-Agent:"]
                .map(|f| field(f).unwrap())
                .into(),
            bare: false,
            body: None,
        };
        let lines = ask.frame_lines(&Target::parse("https://a.example/x?y").unwrap());
        let lines: Vec<String> = lines.iter().map(|(name, value)| format!("{name} {value}")).collect();
        assert_eq!(lines, [":method GET", ":scheme https", ":authority other.example", ":path /x?y", "x-up 1"]);
    }

    #[test]
    fn what_is_no_field_is_refused() {
        for wrong in ["", "name", ": value", "a: b\r\nc: d", ";"] {
            assert!(field(wrong).is_err(), "{wrong:?}");
        }
    }
}
