//! What findings must not show: secrets, wherever in a finding they stand.
//!
//! Findings are masked here, when they are made, so that no report can leak what it never had.

use serde_json::Value as Json;

use super::cookie::{SetCookie, cookies};
use super::legible::show;
use super::plan::Aspect;
use super::scope::Scope;
use super::sigv4;
use crate::http::HeadRef;
use crate::secret::{self, MASK};

/// Shorter secrets are not looked for in other texts: they would be found everywhere.
const SHORTEST: usize = 8;
/// The same for what a spec itself bound from a secret.
const SHORTEST_BOUND: usize = 4;
/// So many cookies of a message are looked for in other texts.
const MOST_COOKIES: usize = 256;

/// Masks the texts of findings of one exchange.
pub(super) struct Hide {
    /// `--show-secrets`
    show: bool,
    /// The secrets of this exchange, longest first: they may come back inside any text.
    known: Vec<String>,
}

impl Hide {
    /// With all that is known of an exchange's secrets.
    pub(super) fn new(show_secrets: bool, scope: &Scope<'_>) -> Self {
        if show_secrets {
            return Self { show: true, known: Vec::new() };
        }
        let bound = scope.notes.bound.borrow();
        let bound = bound.iter().filter(|b| b.secret).filter_map(|b| b.value.as_ref().ok()).map(|value| show(value));
        let mut known: Vec<String> = bound.filter(|value| value.len() >= SHORTEST_BOUND).collect();
        // A finding may quote the hop before as well.
        let before = scope.looked.and_then(|looked| looked.came?.what?.ok()).map(|looked| looked.exchange);
        let exchanges = [Some(scope.exchange), before].into_iter().flatten();
        for message in exchanges.flat_map(|exchange| [exchange.request, exchange.response]).flatten() {
            for (name, value) in message.head.fields().filter(|(name, _)| secret::is_secret(name)) {
                let value = show(value);
                // Behind the first blank of a cookie stand others, or attributes.
                let is_cookie = [b"Cookie".as_slice(), b"Set-Cookie"].iter().any(|n| n.eq_ignore_ascii_case(name));
                let credentials = value.split_once(' ').filter(|_| !is_cookie).map(|(_, credentials)| credentials.to_owned());
                let signature = sigv4::parse(value.as_bytes()).ok();
                let parts = signature.iter().flat_map(|s| s.secrets()).map(show).filter(|part| part.len() >= SHORTEST);
                known.extend(parts);
                known.extend([Some(value), credentials].into_iter().flatten().filter(|value| value.len() >= SHORTEST));
            }
            known.extend(cookie_values(&message.head).map(show).filter(|value| value.len() >= SHORTEST).take(MOST_COOKIES));
        }
        known.sort_by_key(|value| std::cmp::Reverse(value.len()));
        known.dedup();
        Self { show: false, known }
    }

    /// With secrets that are known from elsewhere.
    pub(super) fn of(show_secrets: bool, known: Vec<String>) -> Self {
        Self { show: show_secrets, known }
    }

    /// The secrets that it knows.
    pub(super) fn known(self) -> Vec<String> {
        self.known
    }

    /// Whether nothing is hidden.
    pub(super) fn shows_secrets(&self) -> bool {
        self.show
    }

    /// The value of a field.
    pub(super) fn field(&self, name: Option<&str>, text: &str) -> String {
        match name {
            Some(name) if !self.show => self.text(&secret::mask_field(name.as_bytes(), text)),
            _ => self.text(text),
        }
    }

    /// A request target, or a whole start line.
    pub(super) fn target(&self, text: &str) -> String {
        if self.show { text.to_owned() } else { self.text(&secret::mask_target(text)) }
    }

    /// The value of what an expectation looks at; `field` is the field's name where it is one.
    pub(super) fn value(&self, aspect: &Aspect, field: Option<&str>, text: &str) -> String {
        match aspect {
            _ if self.show => text.to_owned(),
            Aspect::Target | Aspect::Path => self.target(text),
            Aspect::Query(name) if secret::is_secret_parameter(name) => MASK.to_owned(),
            Aspect::Cookie { .. } | Aspect::SetCookie { .. } => {
                text.split('\n').map(|value| if value.is_empty() { "" } else { MASK }).collect::<Vec<_>>().join("\n")
            }
            Aspect::Trailer(name) => self.field(Some(name), text),
            Aspect::Line { name, .. } => self.lines(name, text),
            Aspect::BodyJson(_) | Aspect::Event(_) | Aspect::BodyText => self.text(&body(aspect.json_key(), text)),
            Aspect::BodyOthers { .. } => self.text(&body(field, text)),
            _ => self.field(field, text),
        }
    }

    /// What is expected of what an expectation looks at: a value, or a phrase about one.
    pub(super) fn expected(&self, aspect: &Aspect, field: Option<&str>, text: &str) -> String {
        match aspect {
            Aspect::Query(_) | Aspect::BodyJson(_) | Aspect::Event(_) | Aspect::Cookie { .. } | Aspect::SetCookie { .. }
                if aspect.is_secret() && !self.show =>
            {
                MASK.to_owned()
            }
            Aspect::Trailer(name) => self.field(Some(name), text),
            Aspect::Line { name, .. } => self.lines(name, text),
            Aspect::BodyJson(_) | Aspect::Event(_) | Aspect::BodyText => self.text(text),
            _ => self.field(field, text),
        }
    }

    /// Lines of a field as they stand on the wire, or a phrase about them: the value of a secret behind each colon.
    pub(super) fn lines(&self, name: &str, text: &str) -> String {
        let line = |line: &str| {
            let (before, value) = line.split_once(':').map_or(("", line), |(name, _)| line.split_at(name.len() + 1));
            let blank = value.len() - value.trim_start().len();
            let (blank, value) = value.split_at(blank);
            format!("{before}{blank}{}", self.field(Some(name), value))
        };
        text.split('\n').map(line).collect::<Vec<_>>().join("\n")
    }

    /// Any other text.
    pub(super) fn text(&self, text: &str) -> String {
        self.known
            .iter()
            .fold(text.to_owned(), |text, secret| if text.contains(secret) { text.replace(secret, MASK) } else { text })
    }
}

/// The values of the cookies that a head carries and sets: each may come back alone.
fn cookie_values<'h>(head: &HeadRef<'h>) -> impl Iterator<Item = &'h [u8]> + use<'h> {
    let carried = head.values(b"Cookie").flat_map(cookies).map(|(_, value)| value);
    carried.chain(head.values(b"Set-Cookie").map(|value| SetCookie::of(value).value))
}

/// A body, or a part of a JSON body.
fn body(key: Option<&str>, text: &str) -> String {
    match serde_json::from_str::<Json>(text) {
        // A text that happens to be a number stays as it was written.
        Ok(Json::Number(_)) if !key.is_some_and(secret::is_secret_key) => text.to_owned(),
        Ok(mut json) => {
            let before = json.clone();
            secret::mask_json(key, &mut json);
            if json == before { text.to_owned() } else { json.to_string() }
        }
        Err(_) => text.split('\n').map(secret::mask_line).collect::<Vec<_>>().join("\n"),
    }
}
