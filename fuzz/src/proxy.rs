//! PROXY protocol headers.

use hopspec::proxy_protocol::{LONGEST, NAMES, Opening, opening};

/// What fewer bytes decide, more do not change; a header is no longer than its bytes, and so are its values.
pub fn proxy(data: &[u8]) {
    let whole = opening(data);
    if let Opening::Header(header, length) = &whole {
        assert!(*length <= data.len() && *length <= LONGEST);
        let values: usize = header.values().iter().map(|(_, value)| value.len()).sum();
        assert!(values <= 8 * length + 64, "{values} bytes of values");
        assert!(NAMES.iter().map(|name| header.named(name).len()).sum::<usize>() <= length + 2);
        assert!(header.fault.as_ref().is_none_or(|fault| fault.at <= *length));
    }
    for cut in 0..data.len().min(600) {
        let part = opening(&data[..cut]);
        assert!(part == Opening::More || part == whole, "cut at {cut}");
    }
}
