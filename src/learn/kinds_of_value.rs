//! Types that a field's values may have for a reason, from the narrowest on.

use crate::check::is_type;
use crate::spec::TypeName;

/// Values of these differ from message to message by nature, or mean something: a literal or a list of some is no better.
const TELLING: [TypeName; 13] = [
    TypeName::Uuid,
    TypeName::XrayId,
    TypeName::HttpDate,
    TypeName::IsoDate,
    TypeName::Sigv4,
    TypeName::Arn,
    TypeName::PrivateIp,
    TypeName::PublicIp,
    TypeName::Ipv4,
    TypeName::Ipv6,
    TypeName::Ip,
    TypeName::IpPort,
    TypeName::Etag,
];

/// Many a text is one of these by chance: they say something of values that differ.
const WEAK: [TypeName; 3] = [TypeName::Port, TypeName::Integer, TypeName::MediaType];

/// What all values begin or end with says more than these.
const WIDE: [TypeName; 3] = [TypeName::DnsName, TypeName::Url, TypeName::Hex];

/// Types of the members of lists.
const OF_MEMBERS: [TypeName; 5] = [TypeName::PrivateIp, TypeName::PublicIp, TypeName::Ipv4, TypeName::Ipv6, TypeName::Ip];

/// The types that all values seen so far have: a set over all that can be learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types(u32);

fn all() -> impl Iterator<Item = (u32, TypeName)> {
    TELLING.into_iter().chain(WEAK).chain(WIDE).enumerate().map(|(at, kind)| (1 << at, kind))
}

impl Types {
    /// Nothing was seen that has not one of them.
    pub(super) const ALL: Self = Self(u32::MAX);

    /// Something was seen that has none of them.
    pub(super) fn clear(&mut self) {
        self.0 = 0;
    }

    /// Another value.
    pub(super) fn add(&mut self, value: &[u8]) {
        for (bit, kind) in all() {
            if self.0 & bit != 0 && !is_type(kind, value) {
                self.0 &= !bit;
            }
        }
    }

    /// Those of two sets of values together.
    pub(super) fn merge(&mut self, other: Self) {
        self.0 &= other.0;
    }

    fn first(self, among: &[TypeName], fits: impl Fn(TypeName) -> bool) -> Option<TypeName> {
        all().filter(|(bit, kind)| self.0 & bit != 0 && among.contains(kind)).map(|(_, kind)| kind).find(|kind| fits(*kind))
    }

    /// The narrowest that tells something of itself.
    pub(super) fn telling(self, name: &str) -> Option<TypeName> {
        self.first(&TELLING, |kind| fits(kind, name))
    }

    /// The narrowest that says something where values differ.
    pub(super) fn weak(self, name: &str) -> Option<TypeName> {
        self.first(&WEAK, |kind| fits(kind, name))
    }

    /// One that says little.
    pub(super) fn wide(self, name: &str) -> Option<TypeName> {
        self.first(&WIDE, |kind| fits(kind, name))
    }

    /// The narrowest that members of lists have.
    pub(super) fn of_members(self) -> Option<TypeName> {
        self.first(&OF_MEMBERS, |_| true)
    }
}

/// Whether a type is what a field of this name is likely to hold.
fn fits(kind: TypeName, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    match kind {
        TypeName::Port => lower.ends_with("port"),
        TypeName::DnsName => lower.contains("host") || lower.contains("server") || lower.contains("domain"),
        TypeName::Hex => ["id", "trace", "span", "checksum", "sha", "md5"].iter().any(|part| lower.contains(part)),
        TypeName::MediaType => lower.ends_with("content-type"),
        TypeName::Etag => lower.contains("etag") || lower.starts_with("if-"),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, values: &[&str]) -> (Option<TypeName>, Option<TypeName>) {
        let mut types = Types::ALL;
        values.iter().for_each(|value| types.add(value.as_bytes()));
        (types.telling(name), types.weak(name).or(types.wide(name)))
    }

    #[test]
    fn the_narrowest_type_that_all_have() {
        assert_eq!(of("X", &["10.0.0.1", "10.0.0.2"]), (Some(TypeName::PrivateIp), None));
        assert_eq!(of("X", &["10.0.0.1", "8.8.8.8"]), (Some(TypeName::Ipv4), None));
        assert_eq!(of("X", &["10.0.0.1", "a"]), (None, None));
        assert_eq!(of("X", &["1", "2"]), (None, Some(TypeName::Integer)));
        assert_eq!(of("X-Forwarded-Port", &["80", "443"]), (None, Some(TypeName::Port)));
        assert_eq!(of("Server", &["a.b"]), (None, Some(TypeName::DnsName)));
        assert_eq!(of("User-Agent", &["a.b", "c.d"]), (None, None));
        assert_eq!(of("Date", &["Sun, 14 Jun 2020 10:04:49 GMT"]), (Some(TypeName::HttpDate), None));
    }
}
