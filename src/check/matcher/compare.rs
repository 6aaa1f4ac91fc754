//! Text matchers: `equals`, `prefix`, `suffix`, `contains`, `regex`.

use std::borrow::Cow;

use super::super::evaluate::{Lack, render};
use super::super::mask;
use super::super::params::ParamSource;
use super::super::scope::Scope;
use super::super::truth::Truth;
use crate::spec::{Expr, Pattern, Template};

/// Whether the value equals a template. A param without a value, standing alone, takes the first text that meets its
/// constraint, and is that text wherever it stands in this exchange.
pub(super) fn equals<'a>(template: &'a Template, bytes: &[u8], ignore_case: bool, scope: &Scope<'a>) -> Truth {
    if let Some(Expr::Name(name)) = template.whole_hole()
        && let Some(truth) = equals_unset_param(name, bytes, scope)
    {
        return truth;
    }
    with_text(template, scope, |expected| {
        let same = if ignore_case { bytes.eq_ignore_ascii_case(expected) } else { bytes == expected };
        if scope.masks && (mask::is_masked(bytes) || mask::is_masked(expected)) {
            return masked(scope, bytes, same || mask::both_could_be(bytes, expected));
        }
        Truth::of(same)
    })
}

fn equals_unset_param<'a>(name: &str, bytes: &[u8], scope: &Scope<'a>) -> Option<Truth> {
    let param = scope.param(name)?;
    if !matches!(param.source, ParamSource::Unset) || param.optional {
        return None;
    }
    if scope.lookup(name).is_some() {
        return None;
    }
    let truth = super::holds(&param.constraint, bytes, scope);
    if truth == Truth::Yes {
        scope.bind_param(name, bytes);
    }
    Some(truth)
}

/// Whether the value begins with a template.
pub(super) fn prefix<'a>(template: &'a Template, bytes: &[u8], ignore_case: bool, scope: &Scope<'a>) -> Truth {
    with_text(template, scope, |expected| {
        let starts = |value: &[u8], with: &[u8]| {
            value.get(..with.len()).is_some_and(|v| if ignore_case { v.eq_ignore_ascii_case(with) } else { v == with })
        };
        if scope.masks && mask::is_masked(bytes) {
            let known = mask::before_mask(bytes);
            if starts(known, expected) {
                return Truth::Yes;
            }
            return masked(scope, bytes, starts(expected, known));
        }
        Truth::of(starts(bytes, expected))
    })
}

/// Whether the value ends with a template.
pub(super) fn suffix<'a>(template: &'a Template, bytes: &[u8], ignore_case: bool, scope: &Scope<'a>) -> Truth {
    with_text(template, scope, |expected| {
        let ends = |value: &[u8], with: &[u8]| {
            let from = value.len().checked_sub(with.len());
            let end = from.and_then(|from| value.get(from..));
            end.is_some_and(|v| if ignore_case { v.eq_ignore_ascii_case(with) } else { v == with })
        };
        if scope.masks && mask::is_masked(bytes) {
            let known = mask::behind_mask(bytes);
            if ends(known, expected) {
                return Truth::Yes;
            }
            return masked(scope, bytes, ends(expected, known));
        }
        Truth::of(ends(bytes, expected))
    })
}

/// Whether a template stands in the value.
pub(super) fn contains<'a>(template: &'a Template, bytes: &[u8], ignore_case: bool, scope: &Scope<'a>) -> Truth {
    with_text(template, scope, |expected| {
        let found = if ignore_case {
            memchr::memmem::find(&bytes.to_ascii_lowercase(), &expected.to_ascii_lowercase()).is_some()
        } else {
            memchr::memmem::find(bytes, expected).is_some()
        };
        if !found && scope.masks && mask::is_masked(bytes) {
            return masked(scope, bytes, true);
        }
        Truth::of(found)
    })
}

/// Whether the whole value matches a regular expression.
pub(super) fn regex(pattern: &Pattern, bytes: &[u8], ignore_case: bool, scope: &Scope<'_>) -> Truth {
    if scope.masks && mask::is_masked(bytes) {
        return masked(scope, bytes, true);
    }
    let Some(fits) = pattern.fits(bytes, ignore_case) else {
        scope.because(|| format!("the regular expression `{}` is too large to run", pattern.text));
        return Truth::Unknown;
    };
    Truth::of(fits)
}

/// The verdict on a masked value: unknown where what it hides may be right, else wrong.
pub(super) fn masked(scope: &Scope<'_>, bytes: &[u8], possible: bool) -> Truth {
    if !possible {
        return Truth::No;
    }
    scope.because(|| match scope.secret {
        true => "the value is masked".to_owned(),
        false => format!("the value is masked: `{}`", super::super::legible::show(bytes)),
    });
    Truth::Unknown
}

fn with_text<'a>(template: &'a Template, scope: &Scope<'a>, compare: impl FnOnce(&[u8]) -> Truth) -> Truth {
    let text: Result<Cow<'a, [u8]>, Lack> = render(template, scope);
    match text {
        Ok(text) => compare(&text),
        Err(lack) => match lack.reason() {
            None => Truth::Skip,
            Some(reason) => {
                scope.because(|| reason);
                Truth::Unknown
            }
        },
    }
}
