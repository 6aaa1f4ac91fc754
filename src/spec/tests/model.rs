//! Every form of the language becomes the model that stands for it.

use super::{request, spec};
use crate::spec::{
    Bounds, Claim, ClauseKind, Form, JsonStep, NameCase, OrderItem, Part, Select, SelectOn, Severity, Side, Tolerance, TypeName,
    Value,
};

/// The value of the only field.
fn value(text: &str) -> Value {
    let spec = spec(&request(&format!("X: {text}")));
    match spec.hops.into_iter().next().and_then(|h| h.request.expectations.into_iter().next()).map(|e| e.claim) {
        Some(Claim::Part { value, .. }) => value,
        other => panic!("{other:?}"),
    }
}

/// The one clause of a matcher.
fn clause(text: &str) -> ClauseKind {
    match value(text).form {
        Form::Matcher(clauses) if clauses.len() == 1 => clauses.into_iter().next().unwrap().kind,
        other => panic!("{other:?}"),
    }
}

fn literal(value: &Value) -> &str {
    match &value.form {
        Form::Scalar(template) => template.literal().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn text_and_type_keys() {
    let text = |t: &crate::spec::Template| t.literal().map(str::to_owned);
    assert!(matches!(clause("{ equals: 80 }"), ClauseKind::Equals(t) if text(&t).as_deref() == Some("80")));
    assert!(matches!(clause("{ prefix: a }"), ClauseKind::Prefix(t) if text(&t).as_deref() == Some("a")));
    assert!(matches!(clause("{ suffix: a }"), ClauseKind::Suffix(_)));
    assert!(matches!(clause("{ contains: a }"), ClauseKind::Contains(_)));
    assert!(matches!(clause("{ regex: 'a+' }"), ClauseKind::Regex(p) if p.fits(b"aa", false) == Some(true)));
    assert!(matches!(clause("{ one_of: [80, b] }"), ClauseKind::OneOf(of) if of.iter().filter_map(text).eq(["80", "b"])));
    assert!(matches!(clause("{ is: private-ip }"), ClauseKind::Is(TypeName::PrivateIp)));
    assert!(matches!(clause("{ cidr: 10.0.0.0/8 }"), ClauseKind::Cidr(n) if n.len() == 1));
    assert!(matches!(clause("{ cidr: [10.0.0.0/8, 'fc00::/7'] }"), ClauseKind::Cidr(n) if n.len() == 2));
    assert!(matches!(clause("{ at_least: -3 }"), ClauseKind::AtLeast(-3)));
    assert!(matches!(clause("{ at_most: 2000000 }"), ClauseKind::AtMost(2_000_000)));
}

#[test]
fn every_type_has_its_name() {
    for (name, of) in TypeName::ALL {
        assert!(matches!(clause(&format!("{{ is: {name} }}")), ClauseKind::Is(found) if found == *of), "{name}");
    }
}

#[test]
fn list_and_lines() {
    let ClauseKind::List(list) = clause(
        "{ list: { length: { at_least: 2 }, first: a, last: b, at: { -2: c }, each: { is: ip }, includes: d, equals: [e], separator: ';' } }",
    ) else {
        panic!();
    };
    assert_eq!(list.members.length, Some(Bounds { at_least: 2, at_most: None }));
    assert_eq!((literal(list.members.first.as_ref().unwrap()), literal(list.members.last.as_ref().unwrap())), ("a", "b"));
    assert_eq!((list.at[0].0, literal(&list.at[0].1)), (-2, "c"));
    assert!(matches!(list.members.each.unwrap().form, Form::Matcher(_)));
    assert_eq!(
        (literal(&list.members.includes[0]), literal(&list.members.equals.unwrap()[0]), list.separator),
        ("d", "e", Some(';'))
    );
    let ClauseKind::Lines(lines) = clause("{ lines: { length: 3, includes: [a, b], each: { list: { length: 1 } } } }") else {
        panic!();
    };
    assert_eq!(lines.length, Some(Bounds { at_least: 3, at_most: Some(3) }));
    assert_eq!(lines.includes.iter().map(literal).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn pairs_and_json() {
    let Form::Matcher(clauses) = value("{ pairs: { Root: a, Self: { is: xray-id } }, others: error, separator: '&' }").form
    else {
        panic!();
    };
    let ClauseKind::Pairs(pairs) = &clauses[0].kind else { panic!() };
    assert_eq!((pairs.pairs[0].0.value.as_str(), pairs.separator, pairs.others), ("Root", '&', Tolerance::Error));
    assert!(matches!(clause("{ pairs: { a: b } }"), ClauseKind::Pairs(p) if p.separator == ';' && p.others == Tolerance::Allow));
    let ClauseKind::Json(json) =
        clause(r#"{ json: { 'a["b.c"][0]': 200, d: "200", e: null, f: true, g: 1.5, h: [1, "x"], i: ~ } }"#)
    else {
        panic!();
    };
    assert_eq!(json.members[0].steps, [JsonStep::Key("a".into()), JsonStep::Key("b.c".into()), JsonStep::Index(0)]);
    let typed: Vec<String> = json
        .members
        .iter()
        .map(|m| match &m.value.form {
            Form::Typed(value) => value.to_string(),
            Form::Scalar(template) => format!("{:?}", template.literal().unwrap()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(typed, ["200", "\"200\"", "null", "true", "1.5", "[1,\"x\"]", "null"]);
}

#[test]
fn types_count_in_matchers_under_json() {
    let ClauseKind::Json(json) = clause("{ json: { a: { one_of: [200, '200'] }, b: { equals: 1 }, c: { equals: x } } }") else {
        panic!();
    };
    let kinds: Vec<_> =
        json.members.iter().map(|m| if let Form::Matcher(c) = &m.value.form { &c[0].kind } else { panic!() }).collect();
    let ClauseKind::Any(any) = kinds[0] else { panic!() };
    assert!(matches!(&any[0].form, Form::Typed(v) if v == 200) && literal(&any[1]) == "200");
    assert!(matches!(kinds[1], ClauseKind::All(all) if matches!(&all[0].form, Form::Typed(v) if v == 1)));
    assert!(matches!(kinds[2], ClauseKind::Equals(_)));
}

#[test]
fn logic_and_meta() {
    assert!(matches!(clause("{ any: [a, { is: ip }] }"), ClauseKind::Any(v) if v.len() == 2));
    assert!(matches!(clause("{ all: [{ prefix: a }, { suffix: b }] }"), ClauseKind::All(v) if v.len() == 2));
    assert!(matches!(clause("{ not: a }"), ClauseKind::Not(v) if literal(&v) == "a"));
    let meta = value("{ bind: name, optional: true, prefix: a, ignore_case: true, severity: warning, why: w }").meta;
    assert_eq!((meta.bind.unwrap().value.as_str(), meta.optional, meta.ignore_case, meta.present), ("name", true, true, false));
    assert_eq!((meta.severity, meta.why.as_deref()), (Some(Severity::Warning), Some("w")));
    assert!(value("{ present: true }").meta.present);
    assert!(matches!(value("{ bind: x }").form, Form::Matcher(c) if c.is_empty()));
    assert!(matches!(value("[a, b]").form, Form::List(l) if l.len() == 2));
}

#[test]
fn messages() {
    let spec = spec(
        "references: [{ title: t }]
hops:
  a:
    from: x
    to: y
    count: { at_most: 4 }
    request:
      method: { one_of: [GET, HEAD], severity: note, why: w, reference: t }
      target: /a?b
      path: /a
      query: { b: [1, 2] }
      version: HTTP/1.1
      absent: [Via, X-*]
      others: warning
      order: [Host, others]
      name_case: lower
    response:
      status: 200
      reason: OK
      name_case: any
      others: allow
      body: { json: { 'a[0]': 1 }, text: x, sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, length: { at_most: 9 } }
    variants: { v: { request: { headers: { A: b } } }, w: { response: { headers: { A: c } } } }
",
    );
    let hop = &spec.hops[0];
    assert_eq!((hop.from.as_deref(), hop.to.as_deref()), (Some("x"), Some("y")));
    assert_eq!(hop.count.as_ref().unwrap().value, Bounds { at_least: 0, at_most: Some(4) });
    let of = |side: Side| -> Vec<String> {
        let message = if side == Side::Request { &hop.request } else { &hop.response };
        message
            .expectations
            .iter()
            .map(|e| match &e.claim {
                Claim::Part { part, .. } => format!("{part:?}"),
                other => format!("{other:?}"),
            })
            .collect()
    };
    insta::assert_snapshot!(of(Side::Request).join(" "), @r#"Method Target Path Query("b") Version Absent("Via") Absent("X-*") Others Order([Name("Host"), Others]) NameCase(Lower)"#);
    insta::assert_snapshot!(of(Side::Response).join(" "), @r#"Status Reason BodyJson { path: "a[0]", steps: [Key("a"), Index(0)] } BodyText BodySha256 BodyLength"#);
    let first = &hop.request.expectations[0];
    assert_eq!((first.severity, first.why.as_deref(), first.reference), (Severity::Note, Some("w"), Some(0)));
    let claims: Vec<_> = hop.request.expectations.iter().collect();
    assert!(claims.iter().any(|e| matches!(e.claim, Claim::Others) && e.severity == Severity::Warning));
    assert!(
        claims.iter().any(|e| matches!(&e.claim, Claim::Order(o) if o == &[OrderItem::Name("Host".into()), OrderItem::Others]))
    );
    assert!(claims.iter().any(|e| matches!(e.claim, Claim::NameCase(NameCase::Lower))));
    assert_eq!(hop.variants.iter().map(|v| v.name.value.as_str()).collect::<Vec<_>>(), ["v", "w"]);
    assert_eq!(spec.source.excerpt(hop.variants_place.unwrap()), "variants");
}

#[test]
fn selects() {
    let spec = spec(
        "params: { p: { is: port } }
hops:
  a:
    select:
      dst: { ip: { cidr: 10.0.0.0/8 }, port: '${p}' }
      src: { prefix: '10.' }
      source: wire
      request: { headers: { A: b }, absent: [Via] }
      any: [{ response: { status: 200 } }, { not: { request: { query: { q: '1' } } } }]
",
    );
    let Some(Select::All(all)) = &spec.hops[0].select else { panic!() };
    let ons: Vec<String> = all
        .iter()
        .map(|s| match s {
            Select::Atom { on, .. } => format!("{on:?}"),
            Select::Any(any) => format!("any of {}", any.len()),
            other => panic!("{other:?}"),
        })
        .collect();
    insta::assert_snapshot!(ons.join("\n"), @r#"
    Ip { dst: true }
    Port { dst: true }
    Endpoint { dst: false }
    Source
    Message(Request, Field("A"))
    Message(Request, Field("Via"))
    any of 2
    "#);
    let absent = all.iter().find_map(|s| match s {
        Select::Atom { on: SelectOn::Message(_, Part::Field(name)), value, .. } if name == "Via" => Some(value),
        _ => None,
    });
    let Form::Matcher(clauses) = &absent.unwrap().form else { panic!() };
    assert!(matches!(&clauses[0].kind, ClauseKind::Not(v) if v.meta.present));
}

#[test]
fn params() {
    let spec =
        spec("params:\n  a: { about: x, default: '${dst.ip}', is: ip }\n  b: { optional: true }\nhops: { h: { count: 1 } }\n");
    let [a, b] = &spec.params[..] else { panic!() };
    assert_eq!((a.name.value.as_str(), a.about.as_deref(), a.optional), ("a", Some("x"), false));
    assert!(a.default.as_ref().unwrap().whole_hole().is_some());
    assert!(matches!(&a.constraint.form, Form::Matcher(c) if c.len() == 1));
    assert!(b.optional && matches!(&b.constraint.form, Form::Matcher(c) if c.is_empty()));
}
