//! `--limit NAME=VALUE`, for every command that reads captures.

use crate::source::{LIMITS, Limit, Limits};

/// The option, to be flattened into the arguments of a command.
#[derive(Debug, clap::Args)]
pub(super) struct LimitArgs {
    /// Moves a limit of what is held in memory: `flows=200k`, `head=1M`; repeatable
    #[arg(
        long = "limit",
        value_name = "NAME=VALUE",
        value_parser = limit,
        long_help = long_help(),
        help_heading = "Limits"
    )]
    limits: Vec<(&'static Limit, u64)>,
}

impl LimitArgs {
    /// The usual limits with those that are given; the last of a name counts.
    pub(super) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        self.limits.iter().for_each(|(limit, value)| limits.set(limit, *value));
        limits
    }
}

fn long_help() -> String {
    let mut text = "Moves a limit of what is held in memory: `flows=200k`, `head=1M`; repeatable\n\n\
        What goes beyond a limit is named by an anomaly. Of bytes k, M and G are 1024 and its powers, of counts 1000 and \
        its powers; times take s, m and h.\n"
        .to_owned();
    let defaults = Limits::default();
    let widest = LIMITS.iter().map(|limit| limit.name.len()).max().unwrap_or(0);
    for limit in LIMITS {
        let (name, shown) = (limit.name, limit.shown(&defaults));
        text += &format!("\n  {name:widest$}  {shown:>5}  {}", limit.about);
    }
    text
}

fn limit(text: &str) -> Result<(&'static Limit, u64), String> {
    let Some((name, value)) = text.split_once('=') else {
        return Err("expected NAME=VALUE, as in `flows=200k`".to_owned());
    };
    let Some(limit) = Limit::named(name) else {
        let known = LIMITS.iter().map(|limit| limit.name);
        let near = crate::spec::nearest(name, known.clone()).map(|near| format!("; did you mean `{near}`?"));
        let names: Vec<_> = known.collect();
        return Err(format!("there is no limit `{name}`{}", near.unwrap_or_else(|| format!(": they are {}", names.join(", ")))));
    };
    limit.read(value).map(|value| (limit, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_told_by_name_and_value() {
        assert_eq!(limit("flows=2k").map(|(limit, value)| (limit.name, value)), Ok(("flows", 2000)));
        let wrong = |text: &str| limit(text).map(|_| ()).unwrap_err();
        assert_eq!(wrong("flows"), "expected NAME=VALUE, as in `flows=200k`");
        assert_eq!(wrong("flow=1"), "there is no limit `flow`; did you mean `flows`?");
        assert!(wrong("speed=1").starts_with("there is no limit `speed`: they are fragments-in-all, "));
        assert_eq!(wrong("head=x"), "expected a number of bytes for `head`, as in `head=256k`");
        let given = ["flows=5", "head=1k", "flows=6"].map(|text| limit(text).expect("a limit"));
        let limits = LimitArgs { limits: given.to_vec() }.limits();
        assert_eq!((limits.flow.flows, limits.http.head, limits.http.fields), (6, 1024, Limits::default().http.fields));
    }

    #[test]
    fn the_help_names_every_limit_with_its_default() {
        let help = long_help();
        assert!(LIMITS.iter().all(|limit| help.contains(limit.about)), "{help}");
        assert!(help.contains("flows              100k  live"), "{help}");
    }
}
