//! An attribute of a cookie that a response sets, in every line that sets the cookie.

use super::cookie::SetCookie;
use super::joined::{COOKIES, may_be_cookies};
use super::judged::{Fault, Judged};
use super::matcher;
use super::names::HeadIndex;
use super::plan::Aspect;
use super::scope::Scope;
use super::truth::Truth;
use crate::finding::Rule;
use crate::http::HeadRef;
use crate::spec::Value;

/// Judges an attribute. Where the cookie is not set there is nothing to judge: that is a finding of its own.
pub(super) fn judge<'s>(aspect: &Aspect, value: &'s Value, head: &HeadRef<'_>, index: &HeadIndex, scope: &Scope<'s>) -> Judged {
    let Aspect::SetCookieAttribute { attribute, absent, .. } = aspect else { return Judged::NotObserved };
    let mut truths = Vec::new();
    let mut fault = Fault { rule: Rule::FieldValueMismatch, name: None, lines: Vec::new(), warning: false, actual: None };
    for at in aspect.lines(head, index) {
        let Some(line) = head.lines.get(at) else { continue };
        let cookie = SetCookie::of(line.value.of(head.raw));
        let found = cookie.attribute(attribute);
        let truth = if head.is_open_line(line) {
            scope.because(|| "the line is cut in the capture".to_owned());
            Truth::Unknown
        } else if may_be_cookies(head, line.value.of(head.raw)) {
            scope.because(|| COOKIES.to_owned());
            Truth::Unknown
        } else {
            match found {
                Some(_) if *absent => Truth::No,
                Some(found) => matcher::holds(value, found, scope),
                None if scope.masks && cookie.hides_attributes() => {
                    scope.because(|| "the attributes are masked".to_owned());
                    Truth::Unknown
                }
                None if *absent => Truth::Yes,
                None if value.meta.optional => Truth::Skip,
                None => Truth::No,
            }
        };
        if truth == Truth::No {
            fault.lines.push(at);
            fault.actual = fault.actual.or_else(|| found.map(<[u8]>::to_vec));
        }
        truths.push(truth);
    }
    match Truth::all(truths) {
        Truth::Yes => Judged::Met,
        Truth::Skip => Judged::NotObserved,
        Truth::No => Judged::Violated(vec![fault]),
        Truth::Unknown => {
            let reason = scope.notes.reason.take();
            Judged::Inconclusive(reason.unwrap_or_else(|| "the evidence does not show it".to_owned()))
        }
    }
}
