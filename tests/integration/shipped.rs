//! The shipped specs load, and say of each fact where it comes from.

use hopspec::spec::{Loaded, Spec, parse_named};
use std::path::{Path, PathBuf};

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Every shipped spec, in the order of their names.
pub(crate) fn shipped() -> Vec<Spec> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let load = |path: &PathBuf| {
        let name = path.strip_prefix(&folder).expect("below specs").with_extension("").to_string_lossy().replace('\\', "/");
        let bytes = std::fs::read(path).expect("a file");
        match parse_named(&format!("specs/{name}.yaml"), &name, &bytes) {
            Ok(Loaded::Spec(spec)) => *spec,
            Ok(Loaded::NotASpec) => panic!("{name} is no spec"),
            Err(errors) => {
                let told = errors.iter().map(|e| {
                    let (line, column) = e.source.line_column(e.place.start);
                    format!("{}:{line}:{column}: {} ({}) {:?}", e.source.file, e.message, e.label, e.help)
                });
                panic!("{}", told.collect::<Vec<_>>().join("\n"))
            }
        }
    };
    files(&folder).iter().map(load).collect()
}

/// Those of AWS: what they describe is known by its messages, a hop at a time.
pub(crate) fn shipped_aws() -> Vec<Spec> {
    shipped().into_iter().filter(|spec| spec.name.starts_with("aws/")).collect()
}

#[test]
fn every_shipped_spec_loads_and_says_where_its_facts_come_from() {
    let specs = shipped();
    let names: Vec<_> = specs.iter().map(|s| s.name.as_str()).collect();
    let all = [
        "aws/alb/forward",
        "aws/alb/health-check",
        "aws/api-gateway/http-proxy-via-alb",
        "aws/api-gateway/http-via-alb",
        "aws/api-gateway/lambda-proxy",
        "aws/api-gateway/lambda",
        "aws/s3/rest",
        "proxies/apache",
        "proxies/caddy",
        "proxies/envoy",
        "proxies/haproxy",
        "proxies/nginx",
        "proxies/squid",
        "proxies/traefik",
        "proxies/varnish",
    ];
    assert_eq!(names, all);
    for spec in &specs {
        assert!(spec.title.is_some() && spec.about.is_some(), "{}", spec.name);
        for reference in &spec.references {
            let grade = reference.grade.as_deref();
            assert!(matches!(grade, Some("observed" | "documented" | "inferred")), "{}: {reference:?}", spec.name);
            assert_eq!(grade == Some("observed"), reference.observed.is_some(), "{}: {reference:?}", spec.name);
        }
        for hop in &spec.hops {
            assert!(hop.select.is_some(), "{}: a shipped spec shares its captures with others", spec.name);
        }
    }
}
