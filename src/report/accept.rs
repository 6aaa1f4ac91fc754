//! What would accept what was seen, as people read it: the lines behind `= accept:`.

use crate::finding::Finding;
use crate::report::escape;

/// `line 29 → User-Agent: { prefix: AmazonAPIGateway_ }`; nothing where no change is known to be right.
pub(super) fn told(finding: &Finding) -> Option<String> {
    let suggestion = finding.suggestion.as_ref()?;
    let line = suggestion.line;
    let one_line = |text: &str| {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        escape(&lines.join(" ⏎ ")).into_owned()
    };
    if suggestion.text.trim().is_empty() {
        let file = finding.spec.as_ref().map(|place| &place.text)?;
        let removed = file.get(suggestion.start as usize..suggestion.end as usize).unwrap_or_default();
        return Some(format!("line {line}, remove {}", one_line(removed).trim_matches([',', ' '])));
    }
    let text = one_line(&suggestion.text);
    Some(if suggestion.start == suggestion.end {
        format!("line {line}, insert {}", text.trim_matches([',', ' ']))
    } else {
        format!("line {line} → {text}")
    })
}
