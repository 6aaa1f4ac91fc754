#![allow(warnings)]
use hopspec::{anomaly::*, capture::*, flow::*, http::*, wire::*};
use std::io::Write;
struct Sink {
    out: std::io::BufWriter<std::io::Stdout>,
    count: bool,
    ex: [u64; 3],
    heads: u64,
    msgs: u64,
    kept: u64,
    inc: u64,
}
fn text(b: &[u8]) -> String {
    match std::str::from_utf8(b) {
        Ok(s) => s.to_owned(),
        Err(_) => b.iter().map(|&c| c as char).collect(),
    }
}
impl MessageSink for Sink {
    fn head(&mut self, _id: MessageId, h: &HeadRef<'_>, _r: Option<&HeadRef<'_>>) -> BodyWant {
        self.heads += 1;
        if !self.count {
            if let Origin::Packet { packet, stream, time, src, dst } = h.head.at.origin {
                let f: Vec<_> = h.fields().map(|(n, v)| serde_json::json!([text(n), text(v)])).collect();
                let an: Vec<_> = h.head.flags.iter().map(|k| serde_json::json!({"kind":k.name()})).collect();
                let j = serde_json::json!({"packet":packet,"stream":stream,"src":src.to_string(),"dst":dst.to_string(),"line":text(h.start_line()),"version":text(h.version()),"fields":f,"anomalies":an});
                let t = j.to_string();
                let t: String = t
                    .chars()
                    .map(|c| if c as u32 > 126 && (c as u32) < 0x10000 { format!("\\u{:04x}", c as u32) } else { c.to_string() })
                    .collect();
                writeln!(self.out, "{t}").unwrap();
            }
        }
        if std::env::var_os("KEEP").is_some() { BodyWant { keep: 65536, sha256: true } } else { BodyWant::NOTHING }
    }
    fn message(&mut self, _id: MessageId, b: &Body) {
        self.msgs += 1;
        if b.complete != Some(true) {
            self.inc += 1
        }
    }
    fn exchange(&mut self, e: &Exchange<'_>) {
        let i = match (e.request.is_some(), e.response.is_some()) {
            (true, true) => 0,
            (true, false) => 1,
            _ => 2,
        };
        self.ex[i] += 1;
    }
}
fn main() {
    let a: Vec<String> = std::env::args().skip(1).filter(|x| !x.starts_with("--") && x != "show" && x != "jsonl").collect();
    let count = std::env::args().any(|x| x == "--count");
    for p in &a {
        let Ok(Opened::Packets(mut r)) = open(Box::new(std::fs::File::open(p).unwrap())) else { std::process::exit(4) };
        let mut s =
            Sink { out: std::io::BufWriter::new(std::io::stdout()), count, ex: [0; 3], heads: 0, msgs: 0, kept: 0, inc: 0 };
        let mut an = Anomalies::default();
        let (mut other, mut unread) = (0, 0);
        {
            let mut t = FlowTable::new(HttpStreams::new(CaptureId(0), &mut s));
            while let Some(pk) = r.next(&mut an) {
                match segment(&pk) {
                    Decoded::Tcp(sg) => t.segment(pk.at, &sg),
                    Decoded::Fragment => other += 1,
                    _ => unread += 1,
                }
            }
            t.finish();
            let n = t.count();
            let h = t.into_sink();
            if count {
                println!(
                    "{p}: packets {} flows {n} requests {} responses {} other {other} unread {unread}",
                    r.packets(),
                    h.requests(),
                    h.responses()
                );
                for (k, x) in h.anomalies().iter() {
                    println!("  {k} {} first {:?} {}", x.count, x.first_packet, x.detail)
                }
                for u in h.undecoded() {
                    println!("  undecoded {u:?}")
                }
            }
        }
        if count {
            println!("  heads {} msgs {} inc {} exchanges {:?}", s.heads, s.msgs, s.inc, s.ex);
            assert_eq!(s.heads, s.msgs);
        }
        s.out.flush().unwrap();
    }
}
