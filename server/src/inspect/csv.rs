//! A file of leads, as an import reads and judges it. Holds one row at a time, the beginning of the file, and sixteen bytes
//! of each address; the rest stands in a file without a name.

use super::address::refused;
use super::{InspectError, Output, Result, open};
use rules::leads::{
    Arrival, Arrived, Candidate, Evidence, FileRefusal, Judge, Options, Place, Proposal, Row, RowReader, RowRefusal,
    Sample, Seen, Target, check_targets,
};
use rules::limits;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::ops::ControlFlow;
use std::path::Path;

pub(super) fn inspect(path: &Path, take_roles: bool, out: &mut Output) -> Result<()> {
    let mut stored = tempfile::tempfile().map_err(InspectError::Copy)?;
    let arrived = match arrive(path, &mut stored)? {
        Ok(arrived) => arrived,
        Err(refusal) => return out.line(&json!({ "kind": "file", "refused": refusal.to_string() })),
    };
    let proposal = Proposal::of(arrived.layout, Sample::of(&arrived.sample));
    out.line(&file(&arrived, &proposal))?;
    let judge = Judge { layout: arrived.layout, targets: proposal.targets, options: Options { take_roles } };
    let mut account = Account { judge, seen: Seen::default(), accepted: 0, refused: BTreeMap::new(), out };
    account.read(stored)?;
    account.close()
}

/// The file as the product stores it: it goes through once, for its encoding is known only at its end.
fn arrive(path: &Path, stored: &mut File) -> Result<std::result::Result<Arrived, FileRefusal>> {
    let mut source = open(path)?;
    let mut arrival = Arrival::new();
    let mut chunk = vec![0; limits::LEAD_FILE_PIECE_BYTES];
    loop {
        let count = source.read(&mut chunk).map_err(|error| InspectError::Read { path: path.to_owned(), error })?;
        if count == 0 {
            break;
        }
        match arrival.push(chunk.get(..count).unwrap_or_default()) {
            Ok(bytes) => stored.write_all(&bytes).map_err(InspectError::Copy)?,
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
    let arrived = match arrival.finish() {
        Ok(arrived) => arrived,
        Err(refusal) => return Ok(Err(refusal)),
    };
    stored.write_all(&arrived.rest).map_err(InspectError::Copy)?;
    Ok(Ok(arrived))
}

fn file(arrived: &Arrived, proposal: &Proposal) -> Value {
    let layout = arrived.layout;
    let columns: Vec<Value> = (1..)
        .zip(proposal.headings.iter().zip(&proposal.targets))
        .map(|(column, (heading, target))| {
            let becomes = Some(target.as_str()).filter(|_| *target != Target::Skip);
            json!({ "column": column, "heading": heading, "becomes": becomes })
        })
        .collect();
    json!({
        "kind": "file",
        "bytes": arrived.bytes,
        "encoding": layout.encoding.label(),
        "encoding_known_by": match arrived.evidence {
            Evidence::Mark => "mark",
            Evidence::WholeFile => "whole_file",
            Evidence::Guess => "guess",
        },
        "delimiter": layout.delimiter.as_str(),
        "headings_row": layout.header.map(|header| u64::from(header) + 1),
        "headings": proposal.headings,
        "columns": columns,
        // What the page would ask to choose first.
        "to_choose": check_targets(&proposal.targets).err().map(|error| error.to_string()),
    })
}

/// What became of the rows so far.
struct Account<'a> {
    judge: Judge,
    seen: Seen,
    accepted: u64,
    /// By reason.
    refused: BTreeMap<&'static str, u64>,
    out: &'a mut Output,
}

impl Account<'_> {
    fn read(&mut self, mut stored: File) -> Result<()> {
        stored.rewind().map_err(InspectError::Copy)?;
        let layout = self.judge.layout;
        let mut reader = RowReader::new(layout.delimiter, layout.encoding, Place::default());
        let mut chunk = vec![0; limits::LEAD_FILE_PIECE_BYTES];
        loop {
            let count = stored.read(&mut chunk).map_err(InspectError::Copy)?;
            if count == 0 {
                break;
            }
            let mut outcome = Ok(());
            let flow = reader.push(chunk.get(..count).unwrap_or_default(), &mut |row| {
                outcome = self.row(&row);
                if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            if flow.is_break() {
                return outcome;
            }
        }
        reader.finish().map_or(Ok(()), |row| self.row(&row))
    }

    fn row(&mut self, row: &Row) -> Result<()> {
        let judged = self.judge.judge(row, &mut self.seen);
        match &judged {
            None => {}
            Some(Ok(_)) => self.accepted += 1,
            Some(Err(refusal)) => *self.refused.entry(refusal.code()).or_default() += 1,
        }
        self.out.line(&told(row, judged.as_ref()))
    }

    fn close(self) -> Result<()> {
        let refused: u64 = self.refused.values().sum();
        self.out.line(&json!({
            "kind": "summary",
            "rows": self.accepted + refused,
            "accepted": self.accepted,
            "refused": refused,
            "reasons": self.refused,
        }))
    }
}

fn told(row: &Row, judged: Option<&std::result::Result<Candidate, RowRefusal>>) -> Value {
    let mut told = json!({
        "kind": "row",
        "row": row.number + 1,
        // Titles, headings and `sep=;` are none.
        "lead": judged.is_some(),
        "cells": row.cells.as_ref().ok(),
    });
    let verdict = match judged {
        None => return told,
        Some(Ok(candidate)) => {
            let fields: BTreeMap<&str, &String> =
                candidate.fields.iter().map(|(name, value)| (name.as_str(), value)).collect();
            json!({ "accepted": true, "email": candidate.email.as_str(), "fields": fields })
        }
        Some(Err(refusal)) => json!({ "accepted": false, "refused": refused(refusal) }),
    };
    if let (Some(told), Value::Object(verdict)) = (told.as_object_mut(), verdict) {
        told.extend(verdict);
    }
    told
}
