//! Params from the environment: the one place that looks at it.

use crate::check::PARAM_VARIABLE;

/// The variables that give params, in the order of their names.
///
/// # Errors
/// The sentence for one whose value is not UTF-8.
pub(super) fn param_variables() -> Result<Vec<(String, String)>, String> {
    of(std::env::vars_os())
}

fn of(variables: impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)>) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    for (name, value) in variables {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PARAM_VARIABLE)) else { continue };
        match value.into_string() {
            Ok(value) => found.push((name.to_owned(), value)),
            Err(_) => return Err(format!("the value of {name} is not UTF-8")),
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_variables_of_params_are_taken() {
        let given = [("HOPSPEC_PARAM_B", "2"), ("PATH", "/bin"), ("HOPSPEC_PARAM_A", ""), ("HOPSPEC_COLOR", "x")];
        let found = of(given.into_iter().map(|(name, value)| (name.into(), value.into())));
        assert_eq!(found, Ok(vec![("HOPSPEC_PARAM_A".into(), String::new()), ("HOPSPEC_PARAM_B".into(), "2".into())]));
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_no_text_is_refused() {
        use std::os::unix::ffi::OsStringExt as _;
        let bad = std::ffi::OsString::from_vec(vec![0xff]);
        assert_eq!(
            of(std::iter::once(("HOPSPEC_PARAM_A".into(), bad.clone()))),
            Err("the value of HOPSPEC_PARAM_A is not UTF-8".into())
        );
        assert_eq!(of(std::iter::once(("OTHER".into(), bad))), Ok(vec![]));
    }
}
