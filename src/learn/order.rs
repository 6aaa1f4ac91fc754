//! The order of field names, as long as all messages agree in it.

/// Names in the order in which they stood in every message so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    names: Vec<String>,
    /// Some messages stand against each other, or a source keeps no order.
    broken: bool,
}

impl Order {
    /// The names of another message; repeats side by side are one.
    pub(super) fn add(&mut self, names: &[&str]) {
        if self.broken {
            return;
        }
        let mut next = 0;
        for name in names {
            match self.names.iter().position(|known| known.eq_ignore_ascii_case(name)) {
                Some(at) if at.checked_add(1) == Some(next) => {}
                Some(at) if at < next => {
                    self.give_up();
                    return;
                }
                Some(at) => next = at.saturating_add(1),
                None => {
                    self.names.insert(next.min(self.names.len()), (*name).to_owned());
                    next = next.saturating_add(1);
                }
            }
        }
    }

    /// There is none, or nobody knows.
    pub(super) fn give_up(&mut self) {
        self.broken = true;
        self.names = Vec::new();
    }

    /// Takes that of other messages to this one.
    pub(super) fn merge(&mut self, other: &Self) {
        if other.broken {
            self.give_up();
            return;
        }
        self.add(&other.names.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// The names in their order; none where there is no order.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(messages: &[&[&str]]) -> Vec<String> {
        let mut order = Order::default();
        messages.iter().for_each(|names| order.add(names));
        order.names().to_vec()
    }

    #[test]
    fn messages_that_agree_have_one_order() {
        assert_eq!(of(&[&["Host", "Accept"], &["Host", "X", "Accept"], &["host", "accept"]]), ["Host", "X", "Accept"]);
        assert_eq!(of(&[&["Via", "Via", "Host"]]), ["Via", "Host"]);
    }

    #[test]
    fn those_that_do_not_have_none() {
        assert!(of(&[&["Host", "Accept"], &["Accept", "Host"]]).is_empty());
        assert!(of(&[&["Via", "Host", "Via"]]).is_empty());
        let mut one = Order::default();
        one.add(&["A", "B"]);
        let mut other = Order::default();
        other.add(&["B", "A"]);
        one.merge(&other);
        assert!(one.names().is_empty());
    }
}
