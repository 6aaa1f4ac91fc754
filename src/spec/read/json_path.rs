//! Paths into JSON: `headers["X.Y"]`, `Records[0].cf`.

use super::reader::{Entry, Reader};
use crate::spec::JsonStep;
use crate::spec::problem::Problem;

impl Reader<'_> {
    /// The steps of a path that stands as a key.
    pub(super) fn json_path(&mut self, entry: Entry<'_>) -> Option<Vec<JsonStep>> {
        match steps(entry.name) {
            Ok(steps) => Some(steps),
            Err(reason) => {
                self.report(
                    Problem::new(entry.key, format!("`{}` is no path: {reason}", entry.name))
                        .help("`headers.Host`, `headers[\"X.Y\"]`, `Records[0].cf`, `[-1]`"),
                );
                None
            }
        }
    }
}

fn steps(path: &str) -> Result<Vec<JsonStep>, &'static str> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (step, behind) = bracket(inside)?;
            steps.push(step);
            rest = behind;
        } else {
            let key = match (steps.is_empty(), rest.strip_prefix('.')) {
                (true, None) => rest,
                (false, Some(key)) => key,
                (true, Some(_)) => return Err("it begins with `.`"),
                (false, None) => return Err("a `.` or `[` must follow `]`"),
            };
            let end = key.find(['.', '[']).unwrap_or(key.len());
            let (name, behind) = key.split_at(end);
            if name.is_empty() {
                return Err("a name is empty");
            }
            if name.contains(']') {
                return Err("a `]` has no `[`");
            }
            steps.push(JsonStep::Key(name.to_owned()));
            rest = behind;
        }
    }
    if steps.is_empty() { Err("it is empty") } else { Ok(steps) }
}

/// What stands between brackets, and the rest behind them.
fn bracket(inside: &str) -> Result<(JsonStep, &str), &'static str> {
    let Some(quote) = inside.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let (index, rest) = inside.split_once(']').ok_or("a `[` has no `]`")?;
        let index = index.parse().map_err(|_| "between brackets stands a number, or a name in quotes")?;
        return Ok((JsonStep::Index(index), rest));
    };
    let mut name = String::new();
    let mut chars = inside.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        match c {
            '\\' => name.push(chars.next().ok_or("a quote has no end")?.1),
            c if c == quote => {
                let rest = inside.get(i + 1..).and_then(|rest| rest.strip_prefix(']')).ok_or("a `]` must follow the quote")?;
                return Ok((JsonStep::Key(name), rest));
            }
            c => name.push(c),
        }
    }
    Err("a quote has no end")
}

#[cfg(test)]
mod tests {
    use super::*;
    use JsonStep::{Index, Key};

    fn key(name: &str) -> JsonStep {
        Key(name.to_owned())
    }

    #[test]
    fn paths_are_split_into_steps() {
        assert_eq!(steps(r#"headers["X.Y"]"#), Ok(vec![key("headers"), key("X.Y")]));
        assert_eq!(steps("Records[0].cf"), Ok(vec![key("Records"), Index(0), key("cf")]));
        assert_eq!(steps("[-1]"), Ok(vec![Index(-1)]));
        assert_eq!(steps(r"a['b\'c'][1]"), Ok(vec![key("a"), key("b'c"), Index(1)]));
        assert_eq!(steps("X-Amzn-Trace-Id"), Ok(vec![key("X-Amzn-Trace-Id")]));
    }

    #[test]
    fn what_is_no_path_says_why() {
        for path in ["", ".a", "a.", "a..b", "a[", "a[x]", "a[0", "a[\"x", "a[\"x\"", "a[0]b", "a]"] {
            assert!(steps(path).is_err(), "{path}");
        }
    }
}
