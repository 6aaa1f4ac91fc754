//! One exchange in four forms: packets, a HAR, the output of `curl -v` and the messages as text. What the forms say differs by
//! what their fidelity takes away alone: nothing is met by a lesser one that the wire violates, nothing violated that it meets.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::kit::{Carrier, Conversation, Format, Message, Spoken, packets, read_exchanges, root, segments, write_file};
use crate::program::Program;

/// An exchange of a shipped capture.
struct Example {
    capture: PathBuf,
    request: Message,
    response: Message,
}

/// The exchange of a shipped capture whose request begins so.
fn example(capture: &str, start: &str) -> Example {
    let capture = root().join("captures").join(capture);
    let spoken = read_exchanges(&capture).into_iter().find_map(|spoken| match spoken {
        Spoken { request: Some(request), response: Some(response), .. } if request.start.starts_with(start) => {
            Some((request, response))
        }
        _ => None,
    });
    let (request, response) = spoken.unwrap_or_else(|| panic!("{start}: {}", capture.display()));
    Example { capture, request, response }
}

fn lines(message: &Message, mark: &str) -> String {
    let fields = message.fields.iter().map(|(name, value)| format!("{mark}{name}: {value}\n"));
    format!("{mark}{}\n{}{mark}\n", message.start, fields.collect::<String>())
}

fn body(message: &Message) -> String {
    String::from_utf8(message.body.clone()).unwrap()
}

impl Example {
    fn raw(&self) -> String {
        let Self { request, response, .. } = self;
        format!("{}{}\n{}{}\n", lines(request, ""), body(request), lines(response, ""), body(response))
    }

    fn curl(&self) -> String {
        let Self { request, response, .. } = self;
        format!(
            "*   Trying 198.51.100.80:80...\n* Connected to a.example (198.51.100.80) port 80 (#0)\n{}{}{}* Connection #0 to host a.example left intact\n",
            lines(request, "> "),
            lines(response, "< "),
            body(response)
        )
    }

    /// As a browser writes it: as `rewrite` makes of the fields what it likes.
    fn har(&self, rewrite: impl Fn(&[(String, String)]) -> Vec<(String, String)>) -> String {
        let Self { request, response, .. } = self;
        let fields = |message: &Message| -> Value {
            rewrite(&message.fields).into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
        };
        let start: Vec<&str> = request.start.splitn(3, ' ').collect();
        let status: Vec<&str> = response.start.splitn(3, ' ').collect();
        let url = format!("http://{}{}", request.value("Host").unwrap(), start[1]);
        let mut asked = json!({"method": start[0], "url": url, "httpVersion": start[2], "headers": fields(request),
            "bodySize": request.body.len()});
        if !request.body.is_empty() {
            asked["postData"] = json!({"mimeType": "", "text": body(request)});
        }
        let answer = json!({"status": status[1].parse::<u16>().unwrap(), "statusText": status[2], "httpVersion": status[0],
            "headers": fields(response), "content": {"size": response.body.len(), "text": body(response)}});
        let entry = json!({"startedDateTime": "2026-11-28T14:23:15Z", "serverIPAddress": "198.51.100.80",
            "request": asked, "response": answer});
        json!({"log": {"version": "1.2", "creator": {"name": "a", "version": "1"}, "entries": [entry]}}).to_string()
    }
}

/// Names sorted and in lower case, lines of one name joined, cookies and credentials left out: all that programs do.
fn worst(fields: &[(String, String)]) -> Vec<(String, String)> {
    let mut left = joined(fields);
    left.retain(|(name, _)| !["cookie", "set-cookie", "authorization"].contains(&name.as_str()));
    left
}

/// Names sorted and in lower case, lines of one name joined.
fn joined(fields: &[(String, String)]) -> Vec<(String, String)> {
    let mut seen: Vec<(String, String)> = Vec::new();
    for (name, value) in fields {
        let name = name.to_ascii_lowercase();
        match seen.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = format!("{known}, {value}"),
            None => seen.push((name, value.clone())),
        }
    }
    seen.sort();
    seen
}

/// The verdict on each hop: that of its expectations, the worst first.
fn verdicts(program: &Program, file: &str) -> Vec<String> {
    let run = program.run(&["check", file, "-s", "spec.yaml", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}: {} {}", run.stdout, run.stderr));
    let hops = report["specs"][0]["hops"].as_array().cloned().unwrap_or_default();
    let of = |hop: &Value| {
        assert_eq!(hop["exchanges"], 1, "{file}: {hop:#}");
        let all = hop["expectations"].as_array().unwrap();
        let worst = ["violated", "inconclusive", "met", "not-observed"].into_iter();
        worst.into_iter().find(|verdict| all.iter().any(|one| one["verdict"] == *verdict)).unwrap_or("none").to_owned()
    };
    hops.iter().map(of).collect()
}

/// Holds claims against the forms of an example; a table of what each says.
fn table(
    example: &Example,
    select: &str,
    claims: &[(&str, String)],
    worst: impl Fn(&[(String, String)]) -> Vec<(String, String)>,
) -> String {
    let mut spec = String::from("hops:\n");
    for (number, (_, claim)) in claims.iter().enumerate() {
        writeln!(spec, "  hop-{number}:\n    select: {select}\n{claim}").unwrap();
    }
    let program = Program::new()
        .file("spec.yaml", spec)
        .file("a.pcap", std::fs::read(&example.capture).unwrap())
        .file("a.har", example.har(<[_]>::to_vec))
        .file("worst.har", example.har(worst))
        .file("curl.txt", example.curl())
        .file("raw.txt", example.raw());
    let forms = ["a.pcap", "a.har", "worst.har", "curl.txt", "raw.txt"].map(|file| verdicts(&program, file));
    let mut table = format!("{:<44} {:<13} {:<13} {:<13} {:<13} text\n", "claim", "packets", "HAR", "worst HAR", "curl -v");
    for (number, (claim, _)) in claims.iter().enumerate() {
        let row: Vec<&str> = forms.iter().map(|verdicts| verdicts[number].as_str()).collect();
        writeln!(table, "{claim:<44} {:<13} {:<13} {:<13} {:<13} {}", row[0], row[1], row[2], row[3], row[4]).unwrap();
        for (form, verdict) in ["HAR", "worst HAR", "curl", "text"].iter().zip(&row[1..]) {
            let same = *verdict == row[0];
            let less = *verdict == "inconclusive" || *verdict == "not-observed";
            assert!(same || less, "{claim}: {form} says {verdict}, packets say {}", row[0]);
        }
    }
    table
}

fn claims(of: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    of.iter().map(|(name, claim)| (*name, format!("    {claim}"))).collect()
}

#[test]
fn a_request_with_a_body_and_an_event() {
    let example = example("aws/api-gateway/lambda-proxy/regional.pcap", "POST ");
    let hash = |message: &Message| Sha256::digest(&message.body).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (asked, answered) = (hash(&example.request), hash(&example.response));
    let (asked, answered) =
        (format!("request: {{ body: {{ sha256: {asked} }} }}"), format!("response: {{ body: {{ sha256: {answered} }} }}"));
    let names = "Host: { present: true }, User-Agent: { present: true }, Accept: { present: true }, X-Forwarded-For: { present: true }, \
        Content-Type: { present: true }, Content-Length: { present: true }";
    let (others, other) = (
        format!("request: {{ headers: {{ {names}, X-Note: {{ present: true }} }}, others: error }}"),
        format!("request: {{ headers: {{ {names} }}, others: error }}"),
    );
    let all = claims(&[
        ("method", "request: { method: POST }"),
        ("method, wrong", "request: { method: PUT }"),
        ("target", "request: { target: '/test/notes/7?page=2&tag=a&tag=b' }"),
        ("target, wrong", "request: { target: /test/notes/7 }"),
        ("path", "request: { path: /test/notes/7 }"),
        ("path, wrong", "request: { path: { suffix: /8 } }"),
        ("query", "request: { query: { page: '2' } }"),
        ("query, wrong", "request: { query: { page: '3' } }"),
        ("query of several", "request: { query: { tag: [a, b] } }"),
        ("query of several, wrong", "request: { query: { tag: a } }"),
        ("version", "request: { version: HTTP/1.1 }"),
        ("version, wrong", "response: { version: HTTP/2 }"),
        ("status", "response: { status: 200 }"),
        ("status, wrong", "response: { status: 201 }"),
        ("reason", "response: { reason: OK }"),
        ("reason, wrong", "response: { reason: Fine }"),
        ("field, equal", "request: { headers: { User-Agent: curl/7.55.1 } }"),
        ("field, equal, wrong", "request: { headers: { User-Agent: curl/8 } }"),
        ("field, matcher", "request: { headers: { User-Agent: { prefix: curl/ } } }"),
        ("field, matcher, wrong", "request: { headers: { User-Agent: { prefix: wget/ } } }"),
        ("field, type", "response: { headers: { x-amzn-RequestId: { is: uuid } } }"),
        ("field, type, wrong", "response: { headers: { x-amz-apigw-id: { is: uuid } } }"),
        ("field, list", "request: { headers: { X-Forwarded-For: { list: { length: 1 } } } }"),
        ("field, list, wrong", "request: { headers: { X-Forwarded-For: { list: { length: 2 } } } }"),
        ("field, pairs", "response: { headers: { X-Amzn-Trace-Id: { pairs: { Root: { is: xray-id } } } } }"),
        ("field, pairs, wrong", "response: { headers: { X-Amzn-Trace-Id: { pairs: { Self: { is: xray-id } } } } }"),
        ("field, present", "request: { headers: { Accept: { present: true } } }"),
        ("field, missing", "request: { headers: { X-Other: { present: true } } }"),
        ("field, optional", "request: { headers: { X-Other: { optional: true, equals: a } } }"),
        ("lines", "request: { headers: { X-Note: [one, two] } }"),
        ("lines, wrong", "request: { headers: { X-Note: [two, one] } }"),
        ("lines, length", "request: { headers: { X-Note: { lines: { length: 2 } } } }"),
        ("one line of two", "request: { headers: { X-Note: one } }"),
        ("one line of two, joined", "request: { headers: { X-Note: 'one, two' } }"),
        ("one line of two, matcher", "request: { headers: { X-Note: { contains: one } } }"),
        ("two lines as a list", "request: { headers: { X-Note: { list: { length: 2 } } } }"),
        ("absent", "request: { absent: [Via, 'X-Amz-*'] }"),
        ("absent, wrong", "request: { absent: [Accept] }"),
        ("absent, of what may be left out", "request: { absent: [Cookie, Authorization] }"),
        ("others", &others),
        ("others, wrong", &other),
        ("order", "request: { order: [Host, User-Agent, X-Note, Content-Length] }"),
        ("order, wrong", "request: { order: [Content-Length, Host] }"),
        (
            "name_case",
            "response: { headers: { x-amz-apigw-id: { present: true }, X-Amzn-Trace-Id: { present: true } }, name_case: exact }",
        ),
        ("name_case, wrong", "response: { headers: { X-Amz-Apigw-Id: { present: true } }, name_case: exact }"),
        ("name_case of all, wrong", "request: { name_case: lower }"),
        ("name_case of one", "request: { headers: { X-Note: { present: true, name_case: exact } } }"),
        ("wire", "request: { headers: { Accept: { wire: 'Accept: */*' } } }"),
        ("wire, wrong", "request: { headers: { Accept: { wire: 'accept:*/*' } } }"),
        ("cookie, missing", "request: { cookies: { theme: dark } }"),
        ("set_cookie, missing", "response: { set_cookies: { a: { value: b } } }"),
        ("trailer, missing", "response: { trailers: { X-T: a } }"),
        ("body, length", "request: { body: { length: 9 } }"),
        ("body, length, wrong", "request: { body: { length: 8 } }"),
        ("body, sha256", &asked),
        ("body of the response, sha256", &answered),
        (
            "body, sha256, wrong",
            "request: { body: { sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 } }",
        ),
        ("body, text", "response: { body: { text: { contains: isBase64Encoded } } }"),
        ("body, text, wrong", "response: { body: { text: { contains: hopspec } } }"),
        ("body, json", "response: { body: { json: { httpMethod: POST, isBase64Encoded: false } } }"),
        ("body, json, wrong", "response: { body: { json: { httpMethod: GET } } }"),
        ("body, json, others, wrong", "response: { body: { json: { httpMethod: POST, others: error } } }"),
        ("check", "checks: [{ id: a, that: 'request.header(\"Content-Length\") == \"9\"' }]"),
        ("check, wrong", "checks: [{ id: a, that: 'request.header(\"Host\") == \"a\"' }]"),
        ("check, has_header", "checks: [{ id: a, that: '!request.has_header(\"Via\")' }]"),
        ("check, has_header, wrong", "checks: [{ id: a, that: 'request.has_header(\"Via\")' }]"),
        ("check, has_header, of what may be left out", "checks: [{ id: a, that: '!request.has_header(\"Cookie\")' }]"),
        (
            "check, over lines",
            "checks: [{ id: a, that: 'request.headers.exists(h, h.name == \"X-Note\" && h.value == \"two\")' }]",
        ),
        ("check, over lines, wrong", "checks: [{ id: a, that: 'request.headers.all(h, h.value != \"two\")' }]"),
        ("check, of a body", "checks: [{ id: a, that: 'response.json.httpMethod == request.method' }]"),
        ("check, of a body, wrong", "checks: [{ id: a, that: 'response.json.path == request.path' }]"),
        ("check, of addresses", "checks: [{ id: a, that: 'dst.port == 80' }]"),
        ("check, of addresses, wrong", "checks: [{ id: a, that: 'src.port == 80' }]"),
        ("check, of time", "checks: [{ id: a, that: 'time > timestamp(\"2020-01-01T00:00:00Z\")' }]"),
        ("check, of time, wrong", "checks: [{ id: a, that: 'time < timestamp(\"2020-01-01T00:00:00Z\")' }]"),
    ]);
    insta::assert_snapshot!(table(&example, "{ request: { path: /test/notes/7 } }", &all, worst));
}

/// Two lines of Set-Cookie, which sources that join lines make one of.
#[test]
fn a_response_that_sets_two_cookies() {
    let mut example = example("aws/alb/forward/keep-alive.pcap", "GET /notes");
    example.response.add("Set-Cookie", "a=1; Path=/; Expires=Wed, 12 Oct 2022 13:14:40 GMT");
    example.response.add("Set-Cookie", "b=2; Secure");
    let at = |address: &str| address.parse::<SocketAddr>().unwrap();
    let talk = Conversation::new(at("10.0.0.1:40000"), at("10.0.0.2:80"));
    let talk = talk.says(example.request.bytes()).answers(example.response.bytes());
    let folder = tempfile::tempdir().unwrap();
    example.capture = folder.path().join("capture.pcap");
    let packets = packets(&segments(&talk), Carrier::ETHERNET);
    std::fs::write(&example.capture, write_file(&packets, Carrier::ETHERNET.link, Format::ALL[0])).unwrap();
    let all = claims(&[
        ("set_cookie", "response: { set_cookies: { b: '2' } }"),
        ("set_cookie, wrong", "response: { set_cookies: { b: '3' } }"),
        ("set_cookie, attribute", "response: { set_cookies: { a: { value: '1', Path: / } } }"),
        ("set_cookie, attribute, wrong", "response: { set_cookies: { a: { value: '1', Secure: true } } }"),
        ("set_cookie, missing", "response: { set_cookies: { c: '1' } }"),
        ("Set-Cookie, lines", "response: { headers: { Set-Cookie: { lines: { length: 2 } } } }"),
        ("Set-Cookie, one line", "response: { headers: { Set-Cookie: { prefix: a=1 } } }"),
        ("Set-Cookie, absent, wrong", "response: { absent: [Set-Cookie] }"),
    ]);
    let select = "{ request: { path: /notes, method: GET } }";
    let left_out = table(&example, select, &all, worst);
    let joined = table(&example, select, &all, joined);
    insta::assert_snapshot!(format!("{left_out}\nJoined as programs do that leave nothing out:\n\n{joined}"));
}

#[test]
fn a_request_with_cookies_and_names_in_lower_case() {
    let example = example("aws/alb/forward/keep-alive.pcap", "GET /notes");
    let cookie = example.request.value("cookie").unwrap().to_owned();
    let (name, value) = cookie.split_once('=').unwrap();
    let (right, whole) =
        (format!("request: {{ cookies: {{ {name}: {value} }} }}"), format!("request: {{ headers: {{ Cookie: '{cookie}' }} }}"));
    let wrong = format!("request: {{ cookies: {{ {name}: x{value} }} }}");
    let all = claims(&[
        ("cookie", &right),
        ("cookie, wrong", &wrong),
        ("cookie, missing", "request: { cookies: { other: a } }"),
        ("Cookie as a field", &whole),
        ("Cookie, absent, wrong", "request: { absent: [Cookie] }"),
        ("Set-Cookie, absent", "response: { absent: [Set-Cookie] }"),
        ("name_case of one", "request: { headers: { user-agent: { present: true, name_case: exact } } }"),
        ("name_case of one, wrong", "request: { headers: { User-Agent: { present: true, name_case: exact } } }"),
        ("name_case of all, wrong", "request: { name_case: lower }"),
        ("order", "request: { order: [X-Forwarded-For, Host, accept, cookie] }"),
        ("order, wrong", "request: { order: [cookie, X-Forwarded-For] }"),
        ("list", "request: { headers: { X-Forwarded-For: { list: { each: { is: ip } } } } }"),
        ("body, text", "response: { body: { length: 13 } }"),
    ]);
    insta::assert_snapshot!(table(&example, "{ request: { path: /notes, method: GET } }", &all, worst));
}

/// The specs of the six systems, and the folder of captures whose exchanges each is held against.
const SYSTEMS: [&str; 7] = [
    "aws/alb/forward",
    "aws/alb/health-check",
    "aws/api-gateway/http-proxy-via-alb",
    "aws/api-gateway/http-via-alb",
    "aws/api-gateway/lambda",
    "aws/api-gateway/lambda-proxy",
    "aws/s3/rest",
];

#[test]
fn the_six_systems_judge_their_exchanges_in_a_har() {
    for system in SYSTEMS {
        let folder = root().join("captures").join(system);
        let captures = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let captures: Vec<PathBuf> = captures.filter(|path| path.extension().is_some_and(|ending| ending == "pcap")).collect();
        let mut judged = [0; 2];
        for spoken in captures.iter().flat_map(|capture| read_exchanges(capture)) {
            let Spoken { request: Some(request), response: Some(response), ends: Some((_, server)) } = spoken else { continue };
            // What is no text stands in a HAR as base64, which is another matter.
            if request.value("Host").is_none() || [&request, &response].iter().any(|m| std::str::from_utf8(&m.body).is_err()) {
                continue;
            }
            let example = Example { capture: PathBuf::new(), request, response };
            let of_server = |har: String| har.replace("198.51.100.80", &server.ip().to_string());
            let program = Program::new()
                .file("a.har", of_server(example.har(<[_]>::to_vec)))
                .file("worst.har", of_server(example.har(worst)));
            for (file, judged) in ["a.har", "worst.har"].into_iter().zip(&mut judged) {
                let run = program.run(&["check", file, "-s", system, "--format", "json"]);
                let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}: {}", run.stderr));
                let hops = report["specs"][0]["hops"].as_array().unwrap();
                assert!(
                    hops.iter().all(|hop| hop["verdict"] != "violated"),
                    "{system}: {} {}",
                    example.request.start,
                    run.stdout
                );
                *judged += hops.iter().map(|hop| hop["exchanges"].as_u64().unwrap()).sum::<u64>();
            }
        }
        // With all its fields an exchange is known; sorted, joined and without credentials it may not be.
        assert!(judged[0] > 0 && judged[0] >= judged[1], "{system}: {judged:?}");
    }
}
