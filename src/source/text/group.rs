//! Which response answers which request of a text.
//!
//! A text has no connections, so only what its order shows counts. A group is requests that follow each other and the
//! responses behind them. One request and one response belong together, and as many responses as requests where nothing
//! but they stand there. Otherwise a response belongs to the request right before it, or to none: a wrong pair would be
//! judged as if it had been seen.

use super::piece::Speaker;

/// One message, as far as pairing cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Who says so.
    pub(super) speaker: Speaker,
    /// Another response to the same request follows.
    pub(super) interim: bool,
}

/// For each response the request that it answers, by their places in the group. Responses are in order; an interim one
/// answers what the final one behind it answers.
pub(super) fn pairs(requests: &[Place], responses: &[Place]) -> Vec<Option<usize>> {
    let mut next = 0;
    let finals = responses.iter().filter(|place| !place.interim).count();
    let mut found: Vec<Option<usize>> = Vec::with_capacity(responses.len());
    let whole = is_whole(requests, responses, finals);
    for (at, response) in responses.iter().enumerate() {
        let request = match (response.speaker, requests) {
            (Speaker::Curl(Some(transfer)), _) => of_transfer(requests, transfer, next),
            (_, []) => None,
            // Only interim ones came, or the final one is next: all answer the same.
            _ if whole => Some(next),
            (Speaker::Curl(None), [_]) => Some(0).filter(|_| next == 0),
            (Speaker::Curl(None), _) => None,
            (Speaker::Person(_), _) => {
                let before = responses.get(..at).unwrap_or_default();
                let first = before.iter().all(|place| place.interim);
                let last = requests.len() - 1;
                let same = requests.last().map(|place| place.speaker) == Some(response.speaker);
                (first && same).then_some(last)
            }
        };
        found.push(request.filter(|at| *at < requests.len()));
        next += usize::from(!response.interim);
    }
    found
}

/// Whether requests and responses are as many, and nothing else stands between them where they are several.
fn is_whole(requests: &[Place], responses: &[Place], finals: usize) -> bool {
    let as_many = requests.len() == finals || (requests.len() == 1 && finals == 0);
    let first = requests.first().map(|place| place.speaker);
    let mut all = requests.iter().chain(responses);
    let person = matches!(first, Some(Speaker::Person(_)));
    as_many && (requests.len() == 1 || (person && all.all(|place| Some(place.speaker) == first)))
}

/// The request of a transfer. curl may use one transfer for several, as it does for redirects: the last of them.
fn of_transfer(requests: &[Place], transfer: u32, answered: usize) -> Option<usize> {
    let same = |place: &Place| place.speaker == Speaker::Curl(Some(transfer));
    let mut found = requests.iter().enumerate().filter(|(_, place)| same(place)).map(|(at, _)| at);
    let first = found.next()?;
    // The same transfer twice in a group: redirects of several transfers at once.
    match found.next() {
        None => Some(first),
        Some(_) => Some(answered).filter(|at| requests.get(*at).is_some_and(same)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(prose: u64) -> Place {
        Place { speaker: Speaker::Person(prose), interim: false }
    }

    fn curl(transfer: Option<u32>) -> Place {
        Place { speaker: Speaker::Curl(transfer), interim: false }
    }

    fn interim(place: Place) -> Place {
        Place { interim: true, ..place }
    }

    #[test]
    fn pairs_of_persons() {
        let [a, b] = [person(0), person(3)];
        assert_eq!(pairs(&[a], &[a]), [Some(0)]);
        assert_eq!(pairs(&[a], &[b]), [Some(0)], "prose between the only two");
        assert_eq!(pairs(&[a], &[interim(a), a]), [Some(0), Some(0)]);
        assert_eq!(pairs(&[a], &[interim(a)]), [Some(0)]);
        assert_eq!(pairs(&[a, a], &[a, interim(a), a]), [Some(0), Some(1), Some(1)], "a pipeline");
        assert_eq!(pairs(&[a, b], &[b, b]), [Some(1), None], "prose within: only what stands together");
        assert_eq!(pairs(&[a, a], &[a]), [Some(1)], "right behind its request");
        assert_eq!(pairs(&[a, a], &[b]), [None], "two requests, then prose, then a response");
        assert_eq!(pairs(&[a], &[a, a]), [Some(0), None]);
        assert_eq!(pairs(&[a], &[b, b]), [None, None], "whose response is the first?");
        assert_eq!(pairs(&[], &[a, b]), [None, None]);
    }

    #[test]
    fn pairs_of_curl() {
        let [a, b] = [curl(None), curl(None)];
        assert_eq!(pairs(&[a], &[interim(a), b]), [Some(0), Some(0)]);
        assert_eq!(pairs(&[a, b], &[a, b]), [None, None], "parallel: any order");
        assert_eq!(pairs(&[a, b], &[b]), [None]);
        let [a, b] = [curl(Some(0)), curl(Some(1))];
        assert_eq!(pairs(&[a, b], &[interim(b), b, a]), [Some(1), Some(1), Some(0)]);
        assert_eq!(pairs(&[a], &[b]), [None]);
    }
}
