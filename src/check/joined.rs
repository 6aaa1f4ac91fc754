//! Sources that join lines: what they show as one may have been several.

use super::found::Found;
use super::plan::Aspect;
use crate::http::HeadRef;
use crate::spec::Value;

/// Whether a value that is expected to be one line may be several: the source joins lines that repeat, and a comma stands in
/// it. Fields that cannot repeat (RFC 9110 §5.3) are one, and lists are the same on one line and on several.
pub(super) fn may_be_several(aspect: &Aspect, value: &Value, found: &Found<'_>, head: &HeadRef<'_>) -> bool {
    if head.head.fidelity.repeats || value.takes_anything() || value.is_list() {
        return false;
    }
    match (aspect, found) {
        (Aspect::Field { name, .. }, Found::Few(Some(one))) => one.contains(&b',') && !is_single(name),
        _ => false,
    }
}

/// Fields of which a message has one line, by their definitions, and in whose values commas may stand.
fn is_single(name: &str) -> bool {
    const NAMES: [&str; 15] = [
        "authorization",
        "content-disposition",
        "content-location",
        "cookie",
        "date",
        "etag",
        "expires",
        "if-modified-since",
        "if-unmodified-since",
        "last-modified",
        "location",
        "referer",
        "retry-after",
        "server",
        "user-agent",
    ];
    NAMES.iter().any(|single| single.eq_ignore_ascii_case(name))
}
