//! Near misses: which of the known words was probably meant.

/// Longer words are not compared: the distance costs the product of the lengths.
const LONGEST: usize = 64;
/// So many candidates are looked at: a file can give as many names as it likes.
const MOST: usize = 500;

/// The candidate that is nearest to `word`, if one is near enough to be what was meant.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let folded = fold(word);
    let distance = |c: &str| strsim::damerau_levenshtein(&folded, &fold(c));
    let (best, distance) = candidates
        .into_iter()
        .filter(|c| c.len() <= LONGEST && c.len().abs_diff(word.len()) <= word.len() / 3 + 1)
        .take(MOST)
        .map(|c| (c, distance(c)))
        .min_by_key(|(_, distance)| *distance)?;
    let most = (word.len().min(best.len()) / 3).max(1);
    (distance <= most).then_some(best)
}

/// `did you mean …?` for the nearest candidate.
pub(super) fn did_you_mean<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    nearest(word, candidates).map(|near| format!("did you mean `{near}`?"))
}

/// Case and the kind of dash are no difference: `Http_Date` is near to `http-date`.
fn fold(word: &str) -> String {
    word.to_ascii_lowercase().replace('_', "-")
}

/// `a`, `b` or `c`
pub(super) fn one_of<'c>(words: impl IntoIterator<Item = &'c str>) -> String {
    let words: Vec<String> = words.into_iter().map(|w| format!("`{w}`")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => "nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_another_word_finds_none() {
        assert_eq!(nearest("headrs", ["headers", "target"]), Some("headers"));
        assert_eq!(nearest("Http_Date", ["http-date", "iso-date"]), Some("http-date"));
        assert_eq!(nearest("cookies", ["headers", "target"]), None);
        assert_eq!(nearest("is", ["as", "cidr"]), Some("as"));
        assert_eq!(nearest(&"x".repeat(70), ["x"]), None);
    }

    #[test]
    fn words_are_listed_as_a_choice() {
        assert_eq!(one_of(["a"]), "`a`");
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
