//! One HTTP/1.1 message as text that can be altered line by line.

/// Start line, field lines and body; lines are written as they stand here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) start: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    pub(crate) fn new(start: impl Into<String>) -> Self {
        Self { start: start.into(), fields: Vec::new(), body: Vec::new() }
    }

    /// Adds a line at the end.
    pub(crate) fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// Gives it a body and a `Content-Length`.
    pub(crate) fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        let length = self.body.len().to_string();
        self.with("Content-Length", length)
    }

    /// Replaces the body; an existing `Content-Length` follows.
    pub(crate) fn set_body(&mut self, body: impl Into<Vec<u8>>) {
        self.body = body.into();
        let length = self.body.len().to_string();
        if self.value("Content-Length").is_some() {
            self.set("Content-Length", length);
        }
    }

    /// The value of the first line of this name.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|(n, _)| n.eq_ignore_ascii_case(name))
    }

    /// Takes every line of this name away.
    pub(crate) fn remove(&mut self, name: &str) {
        self.fields.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
    }

    /// Changes the value of the first line of this name, which must be there.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        let at = self.position(name).unwrap_or_else(|| panic!("no line `{name}` in {self:?}"));
        self.fields[at].1 = value.into();
    }

    /// Adds a line at the end.
    pub(crate) fn add(&mut self, name: &str, value: impl Into<String>) {
        self.fields.push((name.to_owned(), value.into()));
    }

    /// Sends the first line of this name a second time, right behind it.
    pub(crate) fn repeat(&mut self, name: &str) {
        let at = self.position(name).unwrap_or_else(|| panic!("no line `{name}` in {self:?}"));
        self.fields.insert(at + 1, self.fields[at].clone());
    }

    /// Writes the names of all lines in lower case.
    pub(crate) fn lower_names(&mut self) {
        for (name, _) in &mut self.fields {
            name.make_ascii_lowercase();
        }
    }

    /// Its bytes on the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.start).into_bytes();
        for (name, value) in &self.fields {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}
