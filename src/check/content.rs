//! A body as its sender meant it: whole, and without content coding (RFC 9110 §8.4).
//!
//! gzip and deflate are undone within [`BODY_LIMIT`]; what else stands in Content-Encoding makes what is said of the
//! content inconclusive, never wrong.

use std::borrow::Cow;
use std::io::Read as _;

use super::legible::show;
use super::plan::BODY_LIMIT;
use crate::http::Message;

/// How gzip begins (RFC 1952 §2.3.1).
const GZIP: &[u8] = b"\x1f\x8b";

/// The content of a message, or why the evidence does not hold it.
pub(super) fn content<'m>(message: &Message<'m>) -> Result<Cow<'m, [u8]>, String> {
    let Some(body) = message.body.whole() else { return Err(lack(message)) };
    // What people paste was decoded by what showed it to them; curl writes what came, unless it is told to decode.
    if message.head.head.fidelity.reformatted && !body.starts_with(GZIP) {
        let coded = message.head.values(b"Content-Encoding").next().filter(|_| std::str::from_utf8(body).is_err());
        return match coded {
            Some(coding) => Err(format!("the body's content coding `{}` is not undone", show(coding))),
            None => Ok(Cow::Borrowed(body)),
        };
    }
    let codings = message.head.values(b"Content-Encoding").flat_map(|value| value.split(|b| *b == b','));
    let codings: Vec<&[u8]> = codings.map(<[u8]>::trim_ascii).filter(|c| !c.is_empty()).collect();
    let mut content = Cow::Borrowed(body);
    if codings.is_empty() && message.head.head.flags.is_partial() && std::str::from_utf8(body).is_err() {
        return Err(format!("{}, so that the body's content coding is not known", message.head.lack()));
    }
    // The last coding was applied last.
    for coding in codings.into_iter().rev() {
        content = Cow::Owned(match coding.to_ascii_lowercase().as_slice() {
            b"identity" => continue,
            // `aws-chunked` frames what S3 clients send; its content is not looked into.
            b"gzip" | b"x-gzip" => undone(coding, flate2::read::MultiGzDecoder::new(&*content))?,
            // By RFC 9110 §8.4.1.2 a zlib stream; some send the bare deflate stream.
            b"deflate" => match undone(coding, flate2::read::ZlibDecoder::new(&*content)) {
                Ok(content) => content,
                Err(_) => undone(coding, flate2::read::DeflateDecoder::new(&*content))?,
            },
            _ => return Err(format!("the body's content coding `{}` is not undone", show(coding))),
        });
    }
    Ok(content)
}

fn undone(coding: &[u8], decoder: impl std::io::Read) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let limit = BODY_LIMIT as u64;
    match decoder.take(limit + 1).read_to_end(&mut content) {
        Ok(_) if content.len() > BODY_LIMIT => {
            Err(format!("the body grows beyond {} MiB when its content coding is undone", limit >> 20))
        }
        Ok(_) => Ok(content),
        Err(error) => Err(format!("the body's content coding `{}` cannot be undone: {error}", show(coding))),
    }
}

/// Why the whole body is not there.
pub(super) fn lack(message: &Message<'_>) -> String {
    let body = message.body;
    match body.complete {
        _ if body.lost > 0 => format!("{} bytes of the body are not in the capture", body.lost),
        Some(true) if body.kept().is_some() => format!("the body of {} bytes is longer than what is kept", body.length),
        Some(true) => "the body was not kept".to_owned(),
        _ if message.head.head.fidelity.reformatted && body.length == 0 => "the text does not show the body".to_owned(),
        _ if message.head.head.fidelity.reformatted => "the text does not show the whole body".to_owned(),
        _ => "the body ends before its framing says so".to_owned(),
    }
}
