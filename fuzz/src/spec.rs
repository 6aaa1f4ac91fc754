//! Specs: any bytes as a spec file; what loads judges traffic.

use std::io::Cursor;
use std::sync::Arc;

use hopspec::check::{Plan, Run};
use hopspec::source::read_from;
use hopspec::spec::{Loaded, SpecError, parse, parse_named};

/// Traffic with something of everything.
pub const TRAFFIC: &str = "POST /a/b?x=1&x=%32&y HTTP/1.1\nHost: a.example:8080\nX-Forwarded-For: 10.0.0.1, 2001:db8::1\n\
    X-Amzn-Trace-Id: Self=1-5ee5a43c-dd74d6339c12b241bc3c6a38;Root=1-5ee5a43c-1bbb2733e2f4da50ca3b3d4d\nCookie: a=b; c=\"d\"\n\
    Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20200614/ap-northeast-1/s3/aws4_request, \
    SignedHeaders=host;x-amz-date, Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024\n\
    x-amz-date: 20200614T100449Z\nX-Two: 1\nx-two: 2\nX-Empty:\nX-Masked: xxx.xxx\nContent-Type: application/json\n\n\
    {\"a\": {\"b.c\": [1, -2.5, null, true, \"x\"]}, \"big\": 9007199254740993, \"e\": \"\"}\n\n\
    HTTP/1.1 200 OK\nDate: Sun, 14 Jun 2020 10:04:49 GMT\nETag: \"abc\"\nSet-Cookie: a=b; Path=/; Secure\nX-Amzn-Trace-Id: \
    Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d0;Sampled=0\n\n[{\"n\": 1}]\n\nGET / HTTP/2\nhost: b\n\nHTTP/1.1 404 Not Found\n";

/// Errors are bounded and lie in the text; the same bytes give the same errors; what loads judges without trouble.
pub fn spec(data: &[u8]) {
    let named = parse_named("specs/a.yaml", "a", data);
    match (&named, parse("specs/a.yaml", "a", data)) {
        (Ok(Loaded::Spec(_)), Ok(Loaded::Spec(_))) | (Ok(Loaded::NotASpec), Ok(Loaded::NotASpec)) => {}
        (Err(named), Err(found)) => assert_eq!(named, &found),
        // What cannot be read as YAML is another tool's, where it was not named.
        (Err(_), Ok(Loaded::NotASpec)) => {}
        (named, found) => panic!("{named:?}\n{found:?}"),
    }
    match named {
        Ok(Loaded::Spec(spec)) => judge(*spec),
        Ok(Loaded::NotASpec) => {}
        Err(errors) => {
            assert!(!errors.is_empty() && errors.len() <= 501);
            errors.iter().for_each(lies_in_its_text);
        }
    }
}

/// An error's place is a piece of its text, and it can be told.
pub fn lies_in_its_text(error: &SpecError) {
    let text = &error.source.text;
    let (start, end) = (error.place.start as usize, error.place.end as usize);
    assert!(text.get(start..end).is_some(), "{start}..{end} of {} bytes: {error}", text.len());
    assert!(!error.message.is_empty() && !error.message.ends_with('.'), "{error}");
    let (line, column) = error.source.line_column(error.place.start);
    assert!(line >= 1 && column >= 1 && line as usize <= text.matches('\n').count() + 1, "{line}:{column} {error}");
}

/// Judges the traffic.
pub fn judge(spec: hopspec::spec::Spec) {
    let plan = Plan::compile(&[(Arc::new(spec), true)], &[]);
    let mut run = Run::new(&plan, false);
    let id = run.capture("a.txt".to_owned());
    let read = read_from(Box::new(Cursor::new(TRAFFIC.as_bytes())), id, &mut run);
    assert!(read.is_ok_and(|summary| summary.requests == 2 && summary.responses == 2));
}
