//! Handshake messages that are made here.

/// Bytes written as hexadecimal digits.
pub(in crate::tls) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16).expect("digits")).collect()
}

/// A vector behind its length of two bytes.
pub(super) fn long(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
}

/// A handshake message of this kind.
pub(super) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind], &(body.len() as u32).to_be_bytes()[1..], body].concat()
}

fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &long(content)].concat()
}

/// The message of a client that asks for this name.
pub(in crate::tls) fn client_hello(random: [u8; 32], name: Option<&str>, early_data: bool) -> Vec<u8> {
    let mut extensions = extension(43, &[2, 3, 4]);
    if let Some(name) = name {
        extensions.extend(extension(0, &long(&[&[0][..], &long(name.as_bytes())].concat())));
    }
    if early_data {
        extensions.extend(extension(42, &[]));
    }
    let body = [&[3, 3][..], &random, &[0, 0, 4, 0x13, 1, 0x13, 2, 1, 0], &long(&extensions)].concat();
    message(1, &body)
}

/// The message of a server that takes this suite and version.
pub(in crate::tls) fn server_hello(random: [u8; 32], suite: u16, version: u16, alpn: Option<&str>) -> Vec<u8> {
    let mut extensions = Vec::new();
    if version > 0x0303 {
        extensions.extend(extension(43, &version.to_be_bytes()));
    }
    if let Some(alpn) = alpn {
        extensions.extend(extension(16, &long(&[&[alpn.len() as u8][..], alpn.as_bytes()].concat())));
    }
    let legacy = version.min(0x0303).to_be_bytes();
    let body = [&legacy[..], &random, &[0], &suite.to_be_bytes(), &[0], &long(&extensions)].concat();
    message(2, &body)
}
