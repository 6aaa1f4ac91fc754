//! The specs that are part of the program, by name: every file of the folder `specs` (a test holds the list against it).
//!
//! They need no file system, and they are ours: the project's tests read each with both YAML readers and find its mistakes,
//! so that a run need not.

/// A spec that is part of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Embedded {
    /// Its path below the folder `specs`, without `.yaml`, with forward slashes: `aws/alb/forward`.
    pub name: &'static str,
    /// What the file says.
    pub text: &'static str,
}

macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        &[$(Embedded { name: $name, text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/specs/", $name, ".yaml")) }),*]
    };
}

/// In the order of their names. A new file in `specs` needs a line here.
static ALL: &[Embedded] = embed![
    "aws/alb/forward",
    "aws/alb/health-check",
    "aws/api-gateway/http-proxy-via-alb",
    "aws/api-gateway/http-via-alb",
    "aws/api-gateway/lambda",
    "aws/api-gateway/lambda-proxy",
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

/// Every spec that is part of the program, in the order of their names.
#[must_use]
pub fn embedded() -> &'static [Embedded] {
    ALL
}

impl Embedded {
    /// Its file in reports: `aws/alb/forward.yaml`.
    #[must_use]
    pub fn file(&self) -> String {
        format!("{}.yaml", self.name)
    }

    /// Whether what it describes is known by its messages. Proxies look too much alike, and like their clients: their specs
    /// know traffic by addresses that the user gives, so that they are of use only where they are named.
    #[must_use]
    pub fn finds_its_traffic(&self) -> bool {
        !self.name.starts_with("proxies/")
    }
}

/// What a user may mean by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// One spec: `aws/alb/forward`, `aws/alb/forward.yaml`.
    Spec(&'static Embedded),
    /// All below a folder: `aws/alb`, `aws/`.
    Folder(Vec<&'static Embedded>),
}

/// The specs of a name; none where nothing has it.
pub(super) fn named(name: &str) -> Option<Named> {
    let name = name.replace('\\', "/");
    let plain = name.strip_suffix(".yaml").unwrap_or(&name);
    if let Some(spec) = ALL.iter().find(|spec| spec.name == plain) {
        return Some(Named::Spec(spec));
    }
    let folder = name.trim_end_matches('/');
    let below = |spec: &&Embedded| spec.name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let specs: Vec<&'static Embedded> = ALL.iter().filter(below).collect();
    (!folder.is_empty() && !specs.is_empty()).then_some(Named::Folder(specs))
}

/// The folders that hold specs: `aws/alb`, `aws/api-gateway`.
pub(super) fn folders() -> Vec<&'static str> {
    let mut folders: Vec<&str> = ALL.iter().filter_map(|spec| Some(spec.name.rsplit_once('/')?.0)).collect();
    folders.dedup();
    folders
}

/// The name that was probably meant: by its end, or by a slip.
pub(super) fn near(name: &str) -> Option<&'static str> {
    let name = name.replace('\\', "/");
    let plain = name.trim_start_matches("./").trim_end_matches('/');
    let plain = plain.strip_suffix(".yaml").or_else(|| plain.strip_suffix(".yml")).unwrap_or(plain);
    let plain = plain.strip_prefix("specs/").unwrap_or(plain);
    if plain.is_empty() {
        return None;
    }
    let known = || ALL.iter().map(|spec| spec.name).chain(folders());
    let ends = |known: &&str| *known == plain || known.strip_suffix(plain).is_some_and(|rest| rest.ends_with('/'));
    known().find(ends).or_else(|| super::near::nearest(plain, known())).or_else(|| {
        // `alb/forwrd`, `helth-check`: as many parts at the end as were given.
        let parts = plain.split('/').count();
        let end = |name: &'static str| {
            let skipped = name.split('/').count().checked_sub(parts)?;
            Some(name.splitn(skipped + 1, '/').last().unwrap_or(name))
        };
        let near = super::near::nearest(plain, known().filter_map(end))?;
        known().find(|name| end(name) == Some(near))
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Every YAML file below a folder, as names.
    fn names(folder: &Path) -> Vec<String> {
        let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
        let yaml = files.filter(|f| f.path().extension().is_some_and(|e| e == "yaml" || e == "yml"));
        let mut names: Vec<String> = yaml
            .map(|f| f.path().strip_prefix(folder).unwrap().with_extension("").to_string_lossy().replace('\\', "/"))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn every_file_of_specs_is_in_the_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
        let here: Vec<&str> = embedded().iter().map(|spec| spec.name).collect();
        assert_eq!(here, names(&folder), "the list in src/spec/embedded.rs and the files of specs/");
        for spec in embedded() {
            assert_eq!(std::fs::read_to_string(folder.join(spec.file())).unwrap(), spec.text, "{}", spec.name);
        }
    }

    #[test]
    fn a_spec_and_a_folder_have_names() {
        let spec = |name: &str| match named(name) {
            Some(Named::Spec(spec)) => spec.name,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(spec("aws/alb/forward"), "aws/alb/forward");
        assert_eq!(spec("aws/alb/forward.yaml"), "aws/alb/forward");
        assert_eq!(spec(r"aws\alb\forward"), "aws/alb/forward");
        for name in ["aws/alb", "aws/alb/"] {
            let Some(Named::Folder(specs)) = named(name) else { panic!("{name}") };
            assert_eq!(specs.iter().map(|s| s.name).collect::<Vec<_>>(), ["aws/alb/forward", "aws/alb/health-check"]);
        }
        let Some(Named::Folder(all)) = named("aws") else { panic!("aws") };
        assert_eq!(all.len(), embedded().iter().filter(|spec| spec.finds_its_traffic()).count());
        for name in ["", "/", "aw", "aws/al", "forward", "./aws/alb", "/aws", "aws/alb/forward/", "aws/alb.yaml", "aws//alb"] {
            assert_eq!(named(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_that_is_none_finds_the_one_meant() {
        for (written, meant) in [
            ("aws/alb/forwrd", Some("aws/alb/forward")),
            ("forward", Some("aws/alb/forward")),
            ("alb/health-check", Some("aws/alb/health-check")),
            ("alb/helth-check", Some("aws/alb/health-check")),
            ("specs/aws/alb/forward.yaml", Some("aws/alb/forward")),
            ("./aws/alb/", Some("aws/alb")),
            ("asw/alb", Some("aws/alb")),
            ("aws/api_gateway/lambda", Some("aws/api-gateway/lambda")),
            ("unlike/anything", None),
            ("", None),
            ("////", None),
        ] {
            assert_eq!(near(written), meant, "{written}");
        }
    }

    #[test]
    fn folders_are_named_once() {
        assert!(folders().starts_with(&["aws/alb", "aws/api-gateway"]), "{:?}", folders());
    }
}
