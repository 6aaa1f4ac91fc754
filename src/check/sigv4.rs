//! AWS Signature Version 4 as evidence: what an Authorization field or a presigned target says of itself. No signature is
//! computed.
//!
//! Sources: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html> (names of signed fields must be in lower case and
//! in alphabetical order). Linear in the text. Reasons quote nothing of a value: it holds secrets.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use super::evaluate::query_of;
use super::found::query_values;
use super::legible::show;

/// Signature Version 4.
const HMAC: &[u8] = b"AWS4-HMAC-SHA256";
/// Signature Version 4A, for several regions: its scope names none.
const ECDSA: &[u8] = b"AWS4-ECDSA-P256-SHA256";

/// What a signature says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sigv4<'v> {
    algorithm: &'static str,
    access_key: Cow<'v, [u8]>,
    /// `20130524`
    date: Cow<'v, [u8]>,
    /// `None` in version 4A.
    region: Option<Cow<'v, [u8]>>,
    service: Cow<'v, [u8]>,
    signed_headers: Cow<'v, [u8]>,
    signature: Cow<'v, [u8]>,
    /// `X-Amz-Date` and `X-Amz-Expires` of a presigned target.
    presigned: Option<[Option<Cow<'v, [u8]>>; 2]>,
}

/// The members of [`Sigv4::json`] that are no secrets.
pub(super) const SHOWN: [&str; 8] = ["algorithm", "date", "region", "service", "scope", "signed_headers", "amz_date", "expires"];

/// The signature of an Authorization value, of a presigned target or URL, or of its query.
pub(super) fn parse(value: &[u8]) -> Result<Sigv4<'_>, String> {
    if value.starts_with(b"AWS4-") {
        return authorization(value);
    }
    let end = memchr::memchr(b'#', value).unwrap_or(value.len());
    let value = value.get(..end).unwrap_or(value);
    let query = if value.contains(&b'?') { query_of(value) } else { value };
    let parameter = |name: &str| match query_values(query, name).as_mut_slice() {
        [one] => Ok(std::mem::take(one)),
        [] => Err(format!("has no `{name}`")),
        _ => Err(format!("has `{name}` several times")),
    };
    let algorithm = parameter("X-Amz-Algorithm").map_err(|_| {
        "is neither an Authorization of AWS Signature Version 4 nor a presigned target (it has no `X-Amz-Algorithm`)".to_owned()
    })?;
    let presigned = [parameter("X-Amz-Date").ok(), parameter("X-Amz-Expires").ok()];
    let credential = parameter("X-Amz-Credential")?;
    let Credential { access_key, date, region, service } = Credential::of(&algorithm, &credential)?;
    Ok(Sigv4 {
        algorithm: algorithm_of(&algorithm)?,
        access_key: access_key.to_vec().into(),
        date: date.to_vec().into(),
        region: region.map(|region| region.to_vec().into()),
        service: service.to_vec().into(),
        signed_headers: parameter("X-Amz-SignedHeaders")?,
        signature: parameter("X-Amz-Signature")?,
        presigned: Some(presigned),
    })
}

/// The signature of an Authorization value: `ALGORITHM Credential=…, SignedHeaders=…, Signature=…`.
pub(super) fn authorization(value: &[u8]) -> Result<Sigv4<'_>, String> {
    let at = memchr::memchr(b' ', value).unwrap_or(value.len());
    let (algorithm, parts) = value.split_at_checked(at).unwrap_or((value, b""));
    let names: [&[u8]; 3] = [b"Credential=", b"SignedHeaders=", b"Signature="];
    let mut found: [Option<&[u8]>; 3] = [None; 3];
    let known = algorithm_of(algorithm)?;
    for (at, part) in parts.split(|b| *b == b',').map(<[u8]>::trim_ascii).enumerate() {
        let value = names.get(at).and_then(|name| part.strip_prefix(*name));
        match (value, found.get_mut(at)) {
            (Some(value), Some(slot)) => *slot = Some(value),
            _ => return Err("has other parts than Credential, SignedHeaders and Signature, in this order".to_owned()),
        }
    }
    let [Some(credential), Some(signed_headers), Some(signature)] = found else {
        return Err("lacks one of Credential, SignedHeaders and Signature".to_owned());
    };
    let Credential { access_key, date, region, service } = Credential::of(algorithm, credential)?;
    Ok(Sigv4 {
        algorithm: known,
        access_key: access_key.into(),
        date: date.into(),
        region: region.map(Cow::Borrowed),
        service: service.into(),
        signed_headers: signed_headers.into(),
        signature: signature.into(),
        presigned: None,
    })
}

fn algorithm_of(text: &[u8]) -> Result<&'static str, String> {
    match text {
        HMAC => Ok("AWS4-HMAC-SHA256"),
        ECDSA => Ok("AWS4-ECDSA-P256-SHA256"),
        _ => Err("names another algorithm than AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256".to_owned()),
    }
}

/// A credential with its scope.
struct Credential<'c> {
    access_key: &'c [u8],
    date: &'c [u8],
    region: Option<&'c [u8]>,
    service: &'c [u8],
}

impl<'c> Credential<'c> {
    /// Taken apart from its end: the key comes first, and may hold a slash where the others cannot.
    fn of(algorithm: &[u8], credential: &'c [u8]) -> Result<Self, String> {
        let regional = algorithm != ECDSA;
        let shape = if regional { "key/yyyymmdd/region/service/aws4_request" } else { "key/yyyymmdd/service/aws4_request" };
        let mut parts = credential.rsplitn(if regional { 5 } else { 4 }, |b| *b == b'/').filter(|part| !part.is_empty());
        let mut next = || parts.next().ok_or_else(|| format!("has another credential than `{shape}`"));
        let (end, service) = (next()?, next()?);
        let region = if regional { Some(next()?) } else { None };
        let (date, access_key) = (next()?, next()?);
        match end {
            b"aws4_request" => Ok(Self { access_key, date, region, service }),
            _ => Err(format!("has another credential than `{shape}`")),
        }
    }
}

impl Sigv4<'_> {
    /// What of it is not as AWS documents it, as a clause about `it`.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let word = |text: &[u8]| text.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.*".contains(b));
        let hex = |text: &[u8]| text.iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b));
        let name = |name: &[u8]| {
            let token = name.strip_prefix(b":").unwrap_or(name);
            !token.is_empty()
                && token.iter().all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase() && !b"(),/:;<=>?@[\\]{}\"".contains(b))
        };
        let names: Vec<&[u8]> = self.signed_headers.split(|b| *b == b';').collect();
        // DER of two 256-bit integers has at most 72 bytes.
        let length = if self.region.is_some() { 64..=64 } else { 16..=144 };
        let is_date = |date: &[u8]| {
            let text = std::str::from_utf8(date).unwrap_or_default();
            text.len() == 8 && jiff::civil::Date::strptime("%Y%m%d", text).is_ok()
        };
        [
            (word(&self.access_key), "its access key is none"),
            (is_date(&self.date), "the date of its scope is not `yyyymmdd`"),
            (self.region.as_deref().is_none_or(word) && word(&self.service), "its scope names no region or service"),
            (names.iter().all(|n| name(n)), "its signed headers are not field names in lower case"),
            (names.is_sorted_by(|a, b| a < b), "its signed headers are not in alphabetical order"),
            (hex(&self.signature), "its signature is not in lower-case hex"),
            (length.contains(&self.signature.len()), "its signature has the wrong length"),
        ]
        .into_iter()
        .find_map(|(holds, why)| (!holds).then_some(why))
    }

    /// Its secrets: the access key and the signature.
    pub(super) fn secrets(&self) -> [&[u8]; 2] {
        [&self.access_key, &self.signature]
    }

    /// `{algorithm, access_key, date, region, service, scope, signed_headers, signature}`, and of a presigned target
    /// `amz_date` and `expires`.
    pub(super) fn json(&self) -> Json {
        let text = |bytes: &[u8]| Json::String(show(bytes));
        let scope = [Some(&self.date), self.region.as_ref(), Some(&self.service)].into_iter().flatten();
        let scope: String = scope.map(|part| format!("{}/", show(part))).collect();
        let names = self.signed_headers.split(|b| *b == b';').map(text).collect();
        let mut members: Map<String, Json> = Map::new();
        let mut add = |name: &str, value: Json| {
            members.insert(name.to_owned(), value);
        };
        add("algorithm", self.algorithm.into());
        add("access_key", text(&self.access_key));
        add("date", text(&self.date));
        if let Some(region) = &self.region {
            add("region", text(region));
        }
        add("service", text(&self.service));
        add("scope", format!("{scope}aws4_request").into());
        add("signed_headers", Json::Array(names));
        add("signature", text(&self.signature));
        if let Some([date, expires]) = &self.presigned {
            if let Some(date) = date {
                add("amz_date", text(date));
            }
            if let Some(expires) = expires {
                let number = std::str::from_utf8(expires).ok().and_then(|text| text.parse::<u64>().ok());
                add("expires", number.map_or_else(|| text(expires), Json::from));
            }
        }
        Json::Object(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The examples of the documentation of S3.
    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
        SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
        Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
    const PRESIGNED: &str = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z\
        &X-Amz-Expires=86400&X-Amz-SignedHeaders=host%3Bx-amz-date\
        &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

    #[test]
    fn what_an_authorization_says() {
        let found = parse(SIGNED.as_bytes()).unwrap();
        assert_eq!(found.fault(), None);
        assert_eq!(
            found.json().to_string(),
            "{\"algorithm\":\"AWS4-HMAC-SHA256\",\"access_key\":\"AKIAIOSFODNN7EXAMPLE\",\"date\":\"20130524\",\
             \"region\":\"us-east-1\",\"service\":\"s3\",\"scope\":\"20130524/us-east-1/s3/aws4_request\",\
             \"signed_headers\":[\"host\",\"range\",\"x-amz-content-sha256\",\"x-amz-date\"],\
             \"signature\":\"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41\"}"
        );
    }

    #[test]
    fn what_a_presigned_target_says() {
        let query = PRESIGNED.split_once('?').unwrap().1;
        for text in [PRESIGNED, query, &format!("/test.txt?x-id=GetObject&{query}#top")] {
            let found = parse(text.as_bytes()).unwrap();
            assert_eq!(found.fault(), None, "{text}");
            let json = found.json();
            assert_eq!(json["amz_date"], "20130524T000000Z");
            assert_eq!(json["expires"], 86400);
            assert_eq!(json["scope"], "20130524/us-east-1/s3/aws4_request");
            assert_eq!(json["signed_headers"], serde_json::json!(["host", "x-amz-date"]));
        }
    }

    #[test]
    fn version_4a_names_no_region() {
        let text = format!(
            "AWS4-ECDSA-P256-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/s3/aws4_request, SignedHeaders=host, Signature=30{}",
            "ab".repeat(70)
        );
        let found = parse(text.as_bytes()).unwrap();
        assert_eq!((found.fault(), found.json().get("region")), (None, None));
        assert_eq!(found.json()["scope"], "20130524/s3/aws4_request");
    }

    #[test]
    fn what_is_wrong_is_told_without_secrets() {
        for (from, to, why) in [
            ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1", "names another algorithm than AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"),
            ("us-east-1/", "", "has another credential than `key/yyyymmdd/region/service/aws4_request`"),
            ("aws4_request", "aws3_request", "has another credential than `key/yyyymmdd/region/service/aws4_request`"),
            (",Signature", ", Sig", "has other parts than Credential, SignedHeaders and Signature, in this order"),
            (
                ",SignedHeaders=",
                ",Signature=a,SignedHeaders=",
                "has other parts than Credential, SignedHeaders and Signature, in this order",
            ),
            ("20130524", "20131324", "the date of its scope is not `yyyymmdd`"),
            ("20130524", "2013-05-24", "the date of its scope is not `yyyymmdd`"),
            ("host;range", "range;host", "its signed headers are not in alphabetical order"),
            ("host;range", "host;host", "its signed headers are not in alphabetical order"),
            ("host;range", "Host;range", "its signed headers are not field names in lower case"),
            ("host;range", "host;;range", "its signed headers are not field names in lower case"),
            ("f0e8bd", "f0e8", "its signature has the wrong length"),
            ("f0e8bd", "F0E8BD", "its signature is not in lower-case hex"),
        ] {
            let text = SIGNED.replacen(from, to, 1);
            let told = parse(text.as_bytes()).map(|found| found.fault().map(str::to_owned));
            assert!(told == Err(why.to_owned()) || told == Ok(Some(why.to_owned())), "{to}: {told:?}");
        }
        assert!(parse(b"/a?b=c").unwrap_err().contains("X-Amz-Algorithm"));
        let twice = format!("{PRESIGNED}&X-Amz-Signature=00");
        assert_eq!(parse(twice.as_bytes()).unwrap_err(), "has `X-Amz-Signature` several times");
    }
}
