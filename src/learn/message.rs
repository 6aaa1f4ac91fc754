//! What was seen of the requests, or the responses, of one kind. Bounded in fields and in what is kept of each.

use super::field::Field;
use super::limits::{Budget, LONGEST_NAME, MOST_FIELDS};
use super::order::Order;
use super::values::Values;
use crate::http::HeadRef;

/// The messages of one side.
#[derive(Debug, Clone, Default)]
pub(super) struct Messages {
    /// How many.
    pub(super) count: u64,
    /// Of these, those of which more fields may have been sent than the capture holds.
    pub(super) partial: u64,
    pub(super) method: Values,
    pub(super) path: Values,
    pub(super) version: Values,
    pub(super) status: Values,
    /// The lowest and the highest status.
    pub(super) statuses: Option<(u16, u16)>,
    /// In the order in which they came first.
    pub(super) fields: Vec<Field>,
    pub(super) order: Order,
    /// Those whose source keeps the case of names, where a sender has one to choose.
    pub(super) cased: u64,
    /// Lines whose name is no token, or beyond what is kept.
    pub(super) unlearned: u64,
    /// Some of these are beyond what is kept: which names were there is not known any more, but of those that are learned.
    beyond: bool,
}

impl Messages {
    /// Another message.
    pub(super) fn add(&mut self, head: &HeadRef<'_>, budget: &mut Budget) {
        self.count = self.count.saturating_add(1);
        let partial = head.head.flags.is_partial();
        self.partial = self.partial.saturating_add(u64::from(partial));
        self.start(head, budget);
        let fidelity = head.head.fidelity;
        let frames = head.head.h2_stream.is_some();
        let cased = fidelity.name_case && !frames;
        self.cased = self.cased.saturating_add(u64::from(cased));
        // The fields of this message: which of the known ones, on how many lines.
        let mut here: Vec<(usize, usize)> = Vec::new();
        if frames {
            // `:authority` and a field `host` answer as one (RFC 9113 §8.3.1).
            for value in head.values(b"host") {
                self.line("host", Some(value), fidelity.masks, false, &mut here, budget);
            }
        }
        for line in head.lines.iter().filter(|line| head.is_field(line)) {
            let Ok(name) = std::str::from_utf8(line.name.of(head.raw)) else {
                self.unlearned = self.unlearned.saturating_add(1);
                continue;
            };
            if frames && name.eq_ignore_ascii_case("host") {
                continue;
            }
            let value = (!head.is_open_line(line)).then(|| line.value.of(head.raw));
            self.line(name, value, fidelity.masks, cased, &mut here, budget);
        }
        let mut names: Vec<&str> = Vec::with_capacity(here.len());
        let mut again = false;
        for (at, lines) in &here {
            let Some(field) = self.fields.get_mut(*at) else { continue };
            again |= *lines > 1;
            field.message(*lines, partial);
            if *lines > 1 || field.most_lines > 1 {
                field.repeats.add(if partial { None } else { Some(head) }, *lines, &field.name, budget);
            } else {
                field.repeats.alone();
            }
        }
        for (at, _) in &here {
            names.extend(self.fields.get(*at).map(|field| field.name.as_str()));
        }
        match fidelity.order {
            true if again => self.order.add(&sequence(head, &self.fields)),
            true => self.order.add(&names),
            false => self.order.give_up(),
        }
    }

    /// The start line, as far as it is known.
    fn start(&mut self, head: &HeadRef<'_>, budget: &mut Budget) {
        let partial = head.head.flags.is_partial();
        let open = head.head.h2_stream.is_none() && head.is_open(head.head.start_line);
        let known = |part: &[u8]| !(open || partial && part.is_empty());
        let masks = head.head.fidelity.masks;
        let mut add = |values: &mut Values, part: &[u8]| {
            if known(part) {
                values.add("", part, masks, budget);
            }
        };
        head.method().into_iter().for_each(|method| add(&mut self.method, method));
        head.target().into_iter().for_each(|target| add(&mut self.path, path_of(target)));
        add(&mut self.version, head.version());
        if let Some(status) = head.status().filter(|status| !(open || partial && *status == 0)) {
            add(&mut self.status, status.to_string().as_bytes());
            let (low, high) = self.statuses.unwrap_or((status, status));
            self.statuses = Some((low.min(status), high.max(status)));
        }
    }

    /// A line; without a value where that may go on behind the capture's end.
    fn line(
        &mut self,
        name: &str,
        value: Option<&[u8]>,
        masks: bool,
        cased: bool,
        here: &mut Vec<(usize, usize)>,
        budget: &mut Budget,
    ) {
        let Some(at) = self.field(name, here.len(), budget) else {
            self.unlearned = self.unlearned.saturating_add(1);
            return;
        };
        match here.iter_mut().find(|(known, _)| *known == at) {
            Some((_, lines)) => *lines = lines.saturating_add(1),
            None => here.push((at, 1)),
        }
        let Some(field) = self.fields.get_mut(at) else { return };
        field.one_case &= !cased || field.name == name;
        if let Some(value) = value {
            field.value(value, masks, budget);
        }
    }

    /// The number of the field of a name, which is most likely behind that of the line before.
    fn field(&mut self, name: &str, guess: usize, budget: &mut Budget) -> Option<usize> {
        let is = |field: &Field| field.name.eq_ignore_ascii_case(name);
        if self.fields.get(guess).is_some_and(is) {
            return Some(guess);
        }
        if let Some(at) = self.fields.iter().position(is) {
            return Some(at);
        }
        if !is_token(name) || name.len() > LONGEST_NAME {
            return None;
        }
        // A name that was left out once stays out: nobody knows in how many messages it was.
        self.beyond |= self.fields.len() >= MOST_FIELDS || !budget.take(name.len());
        if self.beyond {
            return None;
        }
        self.fields.push(Field::new(name));
        Some(self.fields.len().saturating_sub(1))
    }

    /// Takes what was seen in another kind of exchange.
    pub(super) fn merge(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.partial = self.partial.saturating_add(other.partial);
        self.method.merge(other.method);
        self.path.merge(other.path);
        self.version.merge(other.version);
        self.status.merge(other.status);
        self.statuses = match (self.statuses, other.statuses) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
        self.unlearned = self.unlearned.saturating_add(other.unlearned);
        if other.beyond {
            // Those that the other side does not know may have been there.
            let lost = |field: &mut Field| !other.fields.iter().any(|of| of.name.eq_ignore_ascii_case(&field.name));
            let lost: u64 = self.fields.extract_if(.., lost).map(|field| field.lines).sum();
            self.unlearned = self.unlearned.saturating_add(lost);
        }
        for field in other.fields {
            let full = self.fields.len() >= MOST_FIELDS;
            match self.fields.iter_mut().find(|known| known.name.eq_ignore_ascii_case(&field.name)) {
                Some(known) => known.merge(field),
                None if self.beyond || full => {
                    self.beyond = true;
                    self.unlearned = self.unlearned.saturating_add(field.lines);
                }
                None => self.fields.push(field),
            }
        }
        self.beyond |= other.beyond;
        self.order.merge(&other.order);
        self.cased = self.cased.saturating_add(other.cased);
    }
}

/// The names of a head that are learned, repeats too.
fn sequence<'h>(head: &HeadRef<'h>, learned: &[Field]) -> Vec<&'h str> {
    let names = head.lines.iter().filter(|line| head.is_field(line)).map(|line| line.name.of(head.raw));
    let is_learned = |name: &&str| learned.iter().any(|field| field.name.eq_ignore_ascii_case(name));
    names.filter_map(|name| std::str::from_utf8(name).ok()).filter(is_learned).collect()
}

/// Up to the query.
pub(super) fn path_of(target: &[u8]) -> &[u8] {
    target.split(|b| *b == b'?').next().unwrap_or_default()
}

/// Whether a spec can write the name of a field: a token (RFC 9110 §5.6.2), in which `*` stands for others.
pub(super) fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'+-.^_`|~".contains(&b))
}
