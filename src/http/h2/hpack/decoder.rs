//! Header blocks (RFC 7541 §3, §5, §6): bytes in, fields out.
//!
//! Hostile input: integers are bounded, strings lie in the block, fields beyond the list's limits are counted and not kept.
//! Each byte of a block is looked at a bounded number of times, and each field costs no more than what is kept of it.

use super::huffman;
use super::list::FieldList;
use super::table::{FIRST_SIZE, Table};
use crate::http::h2::Limits;

/// What is wrong with a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http::h2) enum Fault {
    /// It ends within a field.
    Truncated,
    /// An integer above 2³² (§5.1).
    Integer,
    /// An index of no entry (§2.3.3).
    Index(u32),
    /// No Huffman code (§5.2).
    Huffman,
    /// The table shall be larger than the other side allows (§6.3).
    Size(u32),
}

impl Fault {
    pub(in crate::http::h2) fn text(self) -> String {
        match self {
            Self::Truncated => "a header block ends within a field".to_owned(),
            Self::Integer => "an integer above 2³² stands in a header block".to_owned(),
            Self::Index(index) => format!("index {index} names no entry of the tables"),
            Self::Huffman => "a string is no Huffman code".to_owned(),
            Self::Size(size) => format!("the dynamic table shall have {size} bytes, more than the other side allows"),
        }
    }
}

/// What one side of a connection decodes.
#[derive(Debug)]
pub(in crate::http::h2) struct Decoder {
    table: Table,
    /// The largest size that the other side allows, where it is known.
    pub(in crate::http::h2) allowed: Option<u32>,
    /// A table was asked for that is larger than what is kept.
    pub(in crate::http::h2) beyond: bool,
}

impl Decoder {
    /// Of a connection from its beginning.
    pub(in crate::http::h2) fn new(limits: &Limits) -> Self {
        Self { table: Table::new(false, limits.table), allowed: Some(FIRST_SIZE), beyond: false }
    }

    /// What was in the table is not known (any more).
    pub(in crate::http::h2) fn forget(&mut self) {
        self.table.forget();
    }

    /// What the table takes in memory.
    pub(in crate::http::h2) fn held(&self) -> usize {
        self.table.held()
    }

    /// Decodes a block, or what is there of it. Behind a fault nothing more is known of the table; but of one size that is
    /// not allowed, which is followed.
    pub(in crate::http::h2) fn decode(&mut self, block: &[u8], list: &mut FieldList) -> Result<(), Fault> {
        let mut reader = Reader { rest: block };
        let mut result = Ok(());
        let mut space = std::mem::take(&mut list.space);
        while let Some(&first) = reader.rest.first() {
            match self.field(&mut reader, first, list, &mut space) {
                Ok(()) => {}
                Err(Fault::Size(size)) => result = Err(Fault::Size(size)),
                Err(fault) => {
                    self.forget();
                    result = Err(fault);
                    break;
                }
            }
        }
        list.space = space;
        result
    }

    fn field(
        &mut self,
        reader: &mut Reader<'_>,
        first: u8,
        list: &mut FieldList,
        (name, value): &mut (Vec<u8>, Vec<u8>),
    ) -> Result<(), Fault> {
        let (prefix, indexed) = match first {
            0x80.. => {
                let index = reader.integer(7)?;
                let (name, value) = self.table.get(index).ok_or(Fault::Index(index))?;
                list.push(name, value);
                return Ok(());
            }
            0x40.. => (6, true),
            0x20.. => {
                let size = reader.integer(5)?;
                self.beyond |= self.table.resize(size);
                let excess = self.allowed.is_some_and(|allowed| size > allowed);
                return if excess { Err(Fault::Size(size)) } else { Ok(()) };
            }
            _ => (4, false),
        };
        let index = reader.integer(prefix)?;
        let known = if index == 0 {
            reader.string(name)?;
            true
        } else {
            let (known, _) = self.table.get(index).ok_or(Fault::Index(index))?;
            name.clear();
            name.extend_from_slice(known.unwrap_or_default());
            known.is_some()
        };
        reader.string(value)?;
        let name = known.then_some(name.as_slice());
        list.push(name, Some(value));
        if indexed {
            self.table.insert(name, value);
        }
        Ok(())
    }
}

struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Result<u8, Fault> {
        let (&byte, rest) = self.rest.split_first().ok_or(Fault::Truncated)?;
        self.rest = rest;
        Ok(byte)
    }

    /// RFC 7541 §5.1, with a prefix of so many bits.
    fn integer(&mut self, prefix: u32) -> Result<u32, Fault> {
        let most = (1u64 << prefix).saturating_sub(1);
        let mut value = u64::from(self.byte()?) & most;
        if value < most {
            return u32::try_from(value).map_err(|_| Fault::Integer);
        }
        for shift in [0u32, 7, 14, 21, 28] {
            let byte = self.byte()?;
            value = value.saturating_add(u64::from(byte & 0x7f) << shift);
            if byte < 0x80 {
                return u32::try_from(value).map_err(|_| Fault::Integer);
            }
        }
        Err(Fault::Integer)
    }

    /// RFC 7541 §5.2.
    fn string(&mut self, out: &mut Vec<u8>) -> Result<(), Fault> {
        let coded = self.rest.first().is_some_and(|byte| byte & 0x80 != 0);
        let length = self.integer(7)? as usize;
        let (bytes, rest): (&'b [u8], _) = self.rest.split_at_checked(length).ok_or(Fault::Truncated)?;
        self.rest = rest;
        out.clear();
        if coded {
            return huffman::decode(bytes, out).ok_or(Fault::Huffman);
        }
        out.extend_from_slice(bytes);
        Ok(())
    }
}
