//! Headers as proxies write them, and what is wrong with others.

use super::{Addresses, Command, Family, LONGEST, Opening, ProxyHeader, opening};

fn header(bytes: &[u8]) -> (ProxyHeader, usize) {
    match opening(bytes) {
        Opening::Header(header, length) => (*header, length),
        other => panic!("no header: {other:?}"),
    }
}

fn ends(header: &ProxyHeader) -> Option<String> {
    match &header.addresses {
        Addresses::Ip { src, dst } => Some(format!("{src} {dst}")),
        Addresses::Unix { src, dst } => Some(format!("{} {}", String::from_utf8_lossy(src), String::from_utf8_lossy(dst))),
        Addresses::None => None,
    }
}

fn fault(bytes: &[u8]) -> String {
    header(bytes).0.fault.map(|fault| fault.to_string()).unwrap_or_default()
}

/// A header of version 2.
fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).expect("short").to_be_bytes();
    [b"\r\n\r\n\0\r\nQUIT\n".as_slice(), &[0x20 | command, family], &length, rest].concat()
}

fn tlv(kind: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).expect("short").to_be_bytes();
    [&[kind], length.as_slice(), value].concat()
}

const IPV4: [u8; 12] = [192, 0, 2, 1, 10, 0, 0, 2, 0x80, 0x01, 0x01, 0xbb];

#[test]
fn a_line_of_version_1() {
    for (line, family, expected) in [
        ("PROXY TCP4 192.0.2.1 10.0.0.2 32769 443\r\n", Family::Tcp4, Some("192.0.2.1:32769 10.0.0.2:443")),
        ("PROXY TCP6 2001:db8::1 ::1 0 65535\r\n", Family::Tcp6, Some("[2001:db8::1]:0 [::1]:65535")),
        ("PROXY UNKNOWN\r\n", Family::Unknown, None),
        ("PROXY UNKNOWN ffff::1 whatever\r\n", Family::Unknown, None),
    ] {
        let (read, length) = header(format!("{line}GET / HTTP/1.1\r\n").as_bytes());
        assert_eq!((length, read.family, ends(&read).as_deref(), read.fault), (line.len(), family, expected, None), "{line}");
        for cut in 0..line.len() {
            assert_eq!(opening(&line.as_bytes()[..cut]), Opening::More, "{line} cut at {cut}");
        }
    }
}

#[test]
fn what_is_wrong_in_version_1_is_told_with_its_place() {
    for (line, expected) in [
        ("PROXY TCP4 2001:db8::1 10.0.0.2 1 2\r\n", "byte 11: an address of TCP4 is expected, not \"2001:db8::1\""),
        ("PROXY TCP6 ::1 10.0.0.2 1 2\r\n", "byte 15: an address of TCP6 is expected, not \"10.0.0.2\""),
        ("PROXY TCP4 1.2.3.4 10.0.0.2 65536 2\r\n", "byte 28: a port from 0 to 65535 is expected, not \"65536\""),
        ("PROXY TCP4 1.2.3.4 10.0.0.2 1 02\r\n", "byte 30: a port from 0 to 65535 is expected, not \"02\""),
        ("PROXY TCP4 1.2.3.4  10.0.0.2 1 2\r\n", "byte 19: an address of TCP4 is expected, not \"\""),
        ("PROXY TCP4 1.2.3.4 10.0.0.2 1\r\n", "byte 29: the destination port is missing"),
        ("PROXY TCP4 1.2.3.4 10.0.0.2 1 2 3\r\n", "byte 32: nothing is expected behind the ports, and here stands \"3\""),
        ("PROXY TCP4 1.2.3.4 10.0.0.2 1 2\n", "byte 31: the line ends with LF alone, not with CRLF"),
    ] {
        assert_eq!(fault(line.as_bytes()), expected, "{line}");
    }
    let long = format!("PROXY UNKNOWN {}", "x".repeat(200));
    let Opening::Malformed(fault) = opening(long.as_bytes()) else { panic!("no end is in sight") };
    assert_eq!(fault.to_string(), "byte 107: no line end within the 107 bytes that a line of version 1 may have");
    // A request whose method is PROXY is one.
    for other in ["PROXY / HTTP/1.1\r\n", "PROXY TCP5 a", "POST / HTTP/1.1\r\n", "\r\nGET / HTTP/1.1\r\n", "PROXYTCP4 "] {
        assert_eq!(opening(other.as_bytes()), Opening::Other, "{other}");
    }
}

#[test]
fn addresses_of_version_2() {
    let ipv6: Vec<u8> = [[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [0; 16]].concat();
    let mut unix = vec![0; 216];
    unix[..5].copy_from_slice(b"/a.so");
    unix[108..110].copy_from_slice(b"\0b");
    for (family, bytes, expected, name) in [
        (0x11, IPV4.to_vec(), Some("192.0.2.1:32769 10.0.0.2:443"), "TCP4"),
        (0x12, IPV4.to_vec(), Some("192.0.2.1:32769 10.0.0.2:443"), "UDP4"),
        (0x21, [ipv6, vec![0, 80, 1, 2]].concat(), Some("[2001:db8::1]:80 [::]:258"), "TCP6"),
        (0x31, unix, Some("/a.so \0b"), "UNIX-STREAM"),
        (0x00, Vec::new(), None, "UNKNOWN"),
        (0x00, vec![1, 2, 3], None, "UNKNOWN"),
    ] {
        let bytes = v2(1, family, &bytes);
        let (read, length) = header(&[bytes.as_slice(), b"GET"].concat());
        assert_eq!((length, ends(&read).as_deref(), read.family.name(), read.fault), (bytes.len(), expected, name, None));
        for cut in 0..bytes.len() {
            assert_eq!(opening(&bytes[..cut]), Opening::More, "{name} cut at {cut}");
        }
    }
    let local = header(&v2(0, 0x11, &IPV4)).0;
    assert_eq!((local.command, local.client()), (Command::Local, None));
}

#[test]
fn what_is_wrong_in_version_2_is_told_with_its_place() {
    let with = |tlvs: &[u8]| v2(1, 0x11, &[&IPV4, tlvs].concat());
    for (bytes, expected) in [
        (v2(2, 0x11, &IPV4), "byte 12: a command LOCAL (0) or PROXY (1) is expected, not 2"),
        (v2(1, 0x44, &IPV4), "byte 13: an address family and transport is expected, not 0x44"),
        (v2(1, 0x21, &IPV4), "byte 16: TCP6 addresses take 36 bytes, and 12 are left"),
        (with(&[1, 0]), "byte 28: a type and a length of 2 bytes are expected, and 2 are left"),
        (with(&[tlv(4, b"abc"), vec![1, 0, 9, b'h']].concat()), "byte 34: TLV 0x01 has 9 bytes, and 1 are left"),
        (with(&tlv(3, b"abc")), "byte 31: a checksum of 4 bytes is expected, not of 3"),
    ] {
        assert_eq!(fault(&bytes), expected);
    }
    let mut bytes = v2(1, 0x11, &IPV4);
    bytes[12] = 0x31;
    let Opening::Malformed(fault) = opening(&bytes) else { panic!("no such version") };
    assert_eq!(fault.to_string(), "byte 12: version 2 is expected behind the signature, not 3");
}

#[test]
fn checksums_are_verified() {
    let bytes = v2(1, 0x11, &[IPV4.as_slice(), &tlv(4, b"pad"), &tlv(3, &[0; 4])].concat());
    let computed = header(&bytes).0.checksum.expect("a checksum").computed;
    let mut right = bytes;
    let end = right.len();
    right[end - 4..].copy_from_slice(&computed.to_be_bytes());
    let (read, _) = header(&right);
    assert_eq!((read.named("crc32c"), read.fault), (vec!["valid".to_owned()], None));
    right[16] ^= 1;
    let (read, _) = header(&right);
    assert_eq!(read.named("crc32c"), ["wrong"]);
    assert!(read.fault.is_some_and(|fault| fault.at == 37 && fault.what.starts_with("the checksum is ")));
}

#[test]
fn values_have_names() {
    let ssl = [&[7, 0, 0, 0, 1], tlv(0x21, b"TLSv1.3").as_slice(), &tlv(0x22, b"example.org"), &tlv(0x23, b"AES")].concat();
    let tlvs = [
        tlv(0x02, b"example.org"),
        tlv(0x01, b"h2"),
        tlv(0x05, &[0, 1, 2]),
        tlv(0x20, &ssl),
        tlv(0xea, b"\x01vpce-08d2bf15fac5001c9"),
        tlv(0xea, b"\x02else"),
        tlv(0xee, &[1, 0x78, 0x56, 0x34, 0x12]),
        tlv(0xe0, &[0, 0, 0, 0, 0, 0, 1, 2]),
        tlv(0xe5, b"mine"),
        tlv(0x04, b"\0\0"),
    ]
    .concat();
    let (read, _) = header(&v2(1, 0x11, &[&IPV4, tlvs.as_slice()].concat()));
    let values: Vec<String> = read.values().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        values.join(" "),
        "alpn=h2 authority=example.org unique_id=0x000102 ssl.client=ssl,cert-conn,cert-sess ssl.verify=1 ssl.version=TLSv1.3 \
         ssl.cn=example.org ssl.cipher=AES vpce_id=vpce-08d2bf15fac5001c9 azure_link_id=305419896 gcp_psc_id=258 \
         0xEA=0x02656c7365 0xE5=mine"
    );
    assert_eq!(read.of_type(0xe5), ["mine"]);
    assert!(read.named("netns").is_empty() && read.named("nothing").is_empty());
}

#[test]
fn values_are_bounded() {
    let checksum = tlv(3, &[1, 2, 3, 4]);
    for (many, kept) in [(tlv(0xe5, b"").repeat(20_000), 64), (tlv(0xe5, &[b'x'; 1000]).repeat(60), 4)] {
        let (read, length) = header(&v2(1, 0x11, &[IPV4.as_slice(), &many, &checksum].concat()));
        assert_eq!((read.tlvs.len(), length), (kept, 16 + 12 + many.len() + checksum.len()));
        assert!(read.size() < 8 << 10);
        // The checksum behind them is looked at all the same.
        assert_eq!(read.named("crc32c"), ["wrong"]);
        assert!(read.fault.is_some_and(|fault| fault.what.ends_with("are not kept")));
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_judged_the_same_however_they_come(
        begin in proptest::sample::select(vec![b"\r\n\r\n\0\r\nQUIT\n".to_vec(), b"PROXY TCP4 ".to_vec(), b"PROXY ".to_vec(), Vec::new()]),
        rest in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
    ) {
        let bytes = [begin, rest].concat();
        let whole = opening(&bytes);
        if let Opening::Header(header, length) = &whole {
            proptest::prop_assert!(*length <= bytes.len() && *length <= LONGEST);
            proptest::prop_assert!(header.values().len() <= 3 * bytes.len());
        }
        // More bytes never change what fewer have decided.
        for cut in 0..bytes.len() {
            let part = opening(&bytes[..cut]);
            proptest::prop_assert!(part == Opening::More || part == whole, "{cut}: {:?} {:?}", part, whole);
        }
    }
}
