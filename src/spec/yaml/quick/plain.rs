//! What YAML takes a plain scalar for, from its text alone: the core schema of YAML 1.2 as serde_yaml reads it.
//!
//! The tests hold every answer against serde_yaml's.

use super::super::Typed;

/// What a plain scalar is.
pub(super) fn typed(text: &str) -> Typed {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Typed::Null,
        "true" | "True" | "TRUE" => return Typed::Bool(true),
        "false" | "False" | "FALSE" => return Typed::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" | ".nan" | ".NaN" | ".NAN" => {
            return Typed::NoJson;
        }
        _ => {}
    }
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, text.get(1..).unwrap_or_default()),
        Some(b'+') => (false, text.get(1..).unwrap_or_default()),
        _ => (false, text),
    };
    // Every number begins so; most texts do not.
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Typed::Text;
    }
    integer(digits, negative).or_else(|| float(digits, negative)).unwrap_or(Typed::Text)
}

fn integer(digits: &str, negative: bool) -> Option<Typed> {
    let with = |radix| u128::from_str_radix(digits.get(2..).unwrap_or_default(), radix).ok();
    let signed = digits.get(2..).is_some_and(|rest| rest.starts_with(['+', '-']));
    let value = match digits.get(..2) {
        Some("0x") if !signed => with(16),
        Some("0o") if !signed => with(8),
        Some("0b") if !signed => with(2),
        // Leading zeros are text in YAML 1.2.
        Some(_) if digits.starts_with('0') => None,
        _ if digits.bytes().all(|b| b.is_ascii_digit()) => {
            // A long run of digits is a float to YAML, and would lose its last ones without a word.
            Some(digits.parse().unwrap_or(u128::MAX))
        }
        _ => None,
    }?;
    let number = if negative {
        i128::try_from(value).ok().and_then(|v| i64::try_from(-v).ok()).map(|v| if v == 0 { 0_u64.into() } else { v.into() })
    } else {
        u64::try_from(value).ok().map(serde_json::Number::from)
    };
    Some(number.map_or(Typed::NoJson, Typed::Number))
}

fn float(digits: &str, negative: bool) -> Option<Typed> {
    if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: f64 = digits.parse().ok()?;
    let value = if negative { -value } else { value };
    value.is_finite().then(|| serde_json::Number::from_f64(value).map_or(Typed::NoJson, Typed::Number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::repair::parse_carefully;
    use super::super::super::{Kind, Style};
    use super::*;

    /// What serde_yaml says of a scalar, which is what is said here where it is plain.
    #[track_caller]
    fn both(text: &str) -> Typed {
        let value = || {
            let root = parse_carefully(&format!("k: {text}\n")).root?;
            let Kind::Mapping(entries) = root.kind else { return None };
            entries.into_iter().next()?.1.scalar().cloned()
        };
        let Some(careful) = value() else { return Typed::Text };
        if careful.style == Style::Plain {
            assert_eq!(typed(&careful.text), careful.typed, "{text}");
        }
        careful.typed
    }

    #[test]
    fn every_kind_of_scalar_is_read_as_serde_yaml_reads_it() {
        for text in [
            "",
            "~",
            "null",
            "Null",
            "nULL",
            "true",
            "True",
            "tRUE",
            "FALSE",
            "yes",
            "on",
            "0",
            "-0",
            "+0",
            "1",
            "+1",
            "-1",
            "00",
            "007",
            "-07",
            "+07",
            "0x1F",
            "-0x1F",
            "+0x1f",
            "0x",
            "0x+1",
            "0xg",
            "0o17",
            "-0o17",
            "0o8",
            "0b101",
            "0b2",
            "1.10",
            "-1.5",
            "+1.5",
            "1.",
            ".5",
            "-.5",
            "+.5",
            "1e3",
            "1E3",
            "-1e-3",
            "1e999",
            "0.0",
            "-0.0",
            "00.5",
            "1_000",
            "0x1_0",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "-9223372036854775809",
            "340282366920938463463374607431768211455",
            "340282366920938463463374607431768211456",
            "-170141183460469231731687303715884105728",
            "-170141183460469231731687303715884105729",
            "99999999999999999999999999999999999999999999999",
            "0xffffffffffffffff",
            "0xffffffffffffffffffffffffffffffff",
            "0x1ffffffffffffffffffffffffffffffff",
            ".inf",
            "-.inf",
            "+.inf",
            ".INF",
            ".nan",
            ".NaN",
            "-.nan",
            "inf",
            "nan",
            "infinity",
            "+inf",
            "-nan",
            "e3",
            "1.2.3",
            "2020-06-14",
            "12:30",
            "++1",
            "+-1",
            "--1",
            "-+1",
            "-",
            "+",
            ".",
            "..",
            "1 2",
            "é",
            "０",
            "'1'",
            "\"true\"",
        ] {
            both(text);
        }
    }

    #[test]
    fn types_are_told_apart() {
        assert_eq!(both("80"), Typed::Number(80.into()));
        assert_eq!(both("0x1F"), Typed::Number(31.into()));
        assert_eq!(both("007"), Typed::Text);
        assert_eq!(both("'1'"), Typed::Text);
        assert_eq!(both("~"), Typed::Null);
        assert_eq!(both("18446744073709551616"), Typed::NoJson);
    }

    proptest! {
        #[test]
        fn any_plain_scalar_is_read_alike_both_ways(text in "[-+.0-9a-fA-FxobnulNUtruei~_]{0,12}|[-+]?[0-9]{1,42}([.][0-9]{0,3})?(e[-+]?[0-9]{1,3})?") {
            both(&text);
        }
    }
}
