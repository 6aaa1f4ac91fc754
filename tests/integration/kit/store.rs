//! Amazon S3: requests as clients sign them, and S3's answers. Signatures are made up: nobody can check them without the key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::echo::http_date;
use super::{Message, Site};

/// What is asked of S3, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Put,
    Get,
    Delete,
    Presigned,
    Chunked,
    Missing,
}

const OBJECT: &[u8] = b"hello, notes\n";

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn md5(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

impl Site {
    /// When the request was signed, as `20261120T081102Z`.
    fn stamp(&self) -> String {
        let time = jiff::Timestamp::from_second(self.epoch()).expect("a time of this century");
        time.strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    fn scope(&self) -> String {
        format!("{}/{}/{}/s3/aws4_request", self.key_id(), &self.stamp()[..8], self.region)
    }

    /// An access key id; of a session where the site is traced.
    fn key_id(&self) -> String {
        format!("{}{}", if self.traced { "ASIA" } else { "AKIA" }, format!("{}QRSTUV", self.api_id).to_uppercase())
    }

    fn store_host(&self) -> String {
        let suffix = if self.region.starts_with("cn-") { ".cn" } else { "" };
        format!("bucket-{}.s3.{}.amazonaws.com{suffix}", self.api_id, self.region)
    }

    /// A request with a signature in `Authorization`, and these fields, which are signed, too.
    fn signed(&self, method: &str, payload: &str, own: &[(&str, String)]) -> Message {
        let mut own = own.to_vec();
        if self.traced {
            own.push(("x-amz-security-token", "FwoGZXIvYXdzEXAMPLE".to_owned()));
        }
        let own_names = own.iter().map(|(name, _)| *name);
        let mut names: Vec<String> =
            ["host", "x-amz-content-sha256", "x-amz-date"].into_iter().chain(own_names).map(str::to_ascii_lowercase).collect();
        names.sort();
        let signature = sha256(self.request_id.as_bytes());
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={}, SignedHeaders={}, Signature={signature}", self.scope(), names.join(";"));
        let message = Message::new(format!("{method} /notes/one.txt HTTP/1.1"))
            .with("Host", self.store_host())
            .with("X-Amz-Date", self.stamp())
            .with("X-Amz-Content-SHA256", payload)
            .with("Authorization", authorization);
        own.iter().fold(message, |message, (name, value)| message.with(*name, value))
    }

    pub(super) fn store_request(&self) -> Message {
        match self.call {
            Call::Put => self.signed("PUT", &sha256(OBJECT), &[("Expect", "100-continue".to_owned())]).with_body(OBJECT),
            Call::Get | Call::Missing => self.signed("GET", &sha256(b""), &[]),
            Call::Delete => self.signed("DELETE", &sha256(b""), &[]),
            Call::Chunked => {
                let chunked = format!("{:x}\r\nhello, notes\n\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", OBJECT.len());
                let own = [
                    ("Content-Encoding", "aws-chunked".to_owned()),
                    ("x-amz-decoded-content-length", OBJECT.len().to_string()),
                    ("x-amz-trailer", "x-amz-checksum-crc32".to_owned()),
                ];
                self.signed("PUT", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", &own).with_body(chunked)
            }
            Call::Presigned => {
                let credential = self.scope().replace('/', "%2F");
                let signature = sha256(self.request_id.as_bytes());
                let target = format!(
                    "/notes/one.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={}&\
                     X-Amz-Expires=300&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}",
                    self.stamp()
                );
                Message::new(format!("GET {target} HTTP/1.1")).with("Host", self.store_host()).with("Accept", "*/*")
            }
        }
    }

    pub(super) fn store_response(&self) -> Message {
        let id = sha256(self.root.as_bytes())[..16].to_uppercase();
        let other = STANDARD.encode(sha256(self.own.as_bytes()));
        let status = match self.call {
            Call::Delete => "204 No Content",
            Call::Missing => "404 Not Found",
            _ => "200 OK",
        };
        let tag = format!("\"{}\"", md5(OBJECT));
        let response = Message::new(format!("HTTP/1.1 {status}"))
            .with("x-amz-id-2", &other)
            .with("x-amz-request-id", &id)
            .with("Date", http_date(self.epoch() + 1));
        let response = match self.call {
            Call::Delete => response,
            Call::Missing => {
                let error = format!("<Error><Code>NoSuchKey</Code><RequestId>{id}</RequestId><HostId>{other}</HostId></Error>");
                response.with("Content-Type", "application/xml").with_body(error)
            }
            Call::Get | Call::Presigned => {
                let modified = http_date(self.epoch() - 60);
                response.with("Last-Modified", modified).with("ETag", tag).with("Accept-Ranges", "bytes").with_body(OBJECT)
            }
            Call::Put | Call::Chunked => response.with("ETag", tag).with_body(*b""),
        };
        response.with("Server", "AmazonS3")
    }
}
