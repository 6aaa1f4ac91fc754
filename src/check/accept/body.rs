//! What a matcher says so that it takes some values: its keys, from the narrowest on.

use super::super::matcher::is_type;
use super::seen::More;
use super::yaml;
use crate::spec::TypeName;

/// The keys of a matcher with their values as YAML.
pub(super) type Keys = Vec<(&'static str, String)>;

/// Types that a value has for a reason, from the narrowest on. (Of hex, base64, host and JWT nearly everything is one, or it
/// is a secret.)
pub(super) const TYPES: &[TypeName] = &[
    TypeName::Uuid,
    TypeName::XrayId,
    TypeName::HttpDate,
    TypeName::IsoDate,
    TypeName::PrivateIp,
    TypeName::PublicIp,
    TypeName::Ipv4,
    TypeName::Ipv6,
    TypeName::Ip,
    TypeName::IpPort,
    TypeName::Etag,
    TypeName::Port,
    TypeName::Integer,
    TypeName::DnsName,
    TypeName::MediaType,
    TypeName::Url,
];

/// Those whose values differ from message to message by nature: two of them say that a third will come.
const VOLATILE: usize = 11;

/// Alternatives of a `one_of` beyond this many are no list that anybody wants.
const MOST_ALTERNATIVES: usize = 5;
/// A shorter beginning says nothing.
pub(super) const SHORTEST_PREFIX: usize = 3;

/// The keys that take these values, and those of which only `more` is known; the narrowest first.
pub(super) fn bodies(values: &[&[u8]], more: Option<&More>) -> Vec<Keys> {
    let mut values = values.to_vec();
    values.dedup();
    let shared = |kind: &&TypeName| {
        values.iter().all(|value| is_type(**kind, value)) && more.is_none_or(|more| more.types.contains(*kind))
    };
    let kind = |kind: &TypeName| vec![("is", kind.name().to_owned())];
    let several = values.len() > 1 || more.is_some();
    let mut found: Vec<Keys> = Vec::new();
    if several {
        found.extend(TYPES.iter().take(VOLATILE).find(shared).map(kind));
    }
    if more.is_none() {
        found.extend(literal(&values));
    }
    if several {
        found.extend(TYPES.iter().skip(VOLATILE).find(shared).map(kind));
        let common = prefix(&values);
        let common = more.map_or(common, |more| prefix(&[common, &more.prefix]));
        found.extend(prefix_key(common));
    }
    found
}

/// `equals` or `one_of`.
fn literal(values: &[&[u8]]) -> Option<Keys> {
    let texts: Option<Vec<String>> = values.iter().map(|value| yaml::text(std::str::from_utf8(value).ok()?)).collect();
    let mut texts = texts?;
    let mut seen = Vec::new();
    texts.retain(|text| {
        !seen.contains(text) && {
            seen.push(text.clone());
            true
        }
    });
    match texts.as_slice() {
        [] => None,
        [one] => Some(vec![("equals", one.clone())]),
        several if several.len() <= MOST_ALTERNATIVES => Some(vec![("one_of", format!("[{}]", several.join(", ")))]),
        _ => None,
    }
}

/// `prefix`, where it says something.
pub(super) fn prefix_key(prefix: &[u8]) -> Option<Keys> {
    // A character is not torn apart.
    let whole = std::str::from_utf8(prefix).map_or_else(|e| e.valid_up_to(), str::len);
    let text = std::str::from_utf8(prefix.get(..whole)?).ok()?;
    (text.len() >= SHORTEST_PREFIX).then(|| Some(vec![("prefix", yaml::text(text)?)])).flatten()
}

/// How all of these begin.
pub(super) fn prefix<'v>(values: &[&'v [u8]]) -> &'v [u8] {
    let Some((first, others)) = values.split_first() else { return &[] };
    let same = |other: &&[u8]| first.iter().zip(*other).take_while(|(a, b)| a == b).count();
    first.get(..others.iter().map(same).min().unwrap_or(first.len())).unwrap_or_default()
}

/// `{ is: ip, optional: true }`
pub(super) fn flow(keys: &[(&str, String)]) -> String {
    let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{{ {} }}", keys.join(", "))
}

/// A value that says this: a scalar where a text is enough.
pub(super) fn value(keys: &[(&str, String)]) -> String {
    match keys {
        [("equals", text)] => text.clone(),
        _ => flow(keys),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(values: &[&str]) -> String {
        let values: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
        bodies(&values, None).first().map(|keys| value(keys)).unwrap_or_default()
    }

    #[test]
    fn the_narrowest_comes_first() {
        assert_eq!(first(&["close"]), "close");
        assert_eq!(first(&["close", "keep-alive"]), "{ one_of: [close, keep-alive] }");
        assert_eq!(first(&["80", "443"]), "{ one_of: [80, 443] }");
        assert_eq!(first(&["10.0.0.1", "10.0.0.2"]), "{ is: private-ip }");
        assert_eq!(first(&["10.0.0.1", "8.8.8.8"]), "{ is: ipv4 }");
        assert_eq!(first(&["10.0.0.1"]), "10.0.0.1", "one may be all there is");
        assert_eq!(first(&["abc1", "abc2", "abc3", "abc4", "abc5", "abc6"]), "{ prefix: abc }");
        assert_eq!(first(&["1", "2", "3", "4", "5", "6"]), "{ is: port }");
        assert_eq!(first(&["a", "b", "c", "d", "e", "f"]), "");
    }

    #[test]
    fn of_many_only_what_they_share_is_said() {
        let more = More { types: vec![TypeName::Ip], prefix: b"10.0.".to_vec() };
        let said: Vec<String> = bodies(&[b"10.0.0.1", b"10.0.0.2"], Some(&more)).iter().map(|keys| value(keys)).collect();
        assert_eq!(said, ["{ is: ip }", "{ prefix: 10.0. }"]);
    }
}
