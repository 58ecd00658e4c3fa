#!/usr/bin/env bash
# mail-parser 0.11.9 (crates.io), rustc 1.95.
# A Date whose zone is one letter ("Z", as RFC 5322 section 4.3 has it: obs-zone) takes the line behind it with it. In the
# middle of a header the next field is gone: no Subject, and it is not among the headers either. As the last field it takes
# the empty line and the first line of the body. "UT", "GMT", "+0000" and "Z (UTC)" do no harm.
# Output seen:
#   Z    subject None, fields ["Date", "From"]
#   UT   subject Some("Spare parts"), fields ["Date", "Subject", "From"]
#   last body Some("second line\r\n")
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat > "$folder/Cargo.toml" <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2024"
[dependencies]
mail-parser = "=0.11.9"
TOML
cat > "$folder/src/main.rs" <<'RUST'
use mail_parser::MessageParser;

fn main() {
    for zone in ["Z", "UT"] {
        let raw = format!("Date: Mon, 5 Jan 2026 10:00:00 {zone}\r\nSubject: Spare parts\r\nFrom: anna@n.example\r\n\r\nHello\r\n");
        let mail = MessageParser::default().parse(raw.as_bytes()).unwrap();
        let fields: Vec<&str> = mail.headers().iter().map(|header| header.name()).collect();
        println!("{zone:<4} subject {:?}, fields {fields:?}", mail.subject());
    }
    let raw = "From: anna@n.example\r\nDate: Mon, 5 Jan 2026 10:00:00 Z\r\n\r\nfirst line\r\n\r\nsecond line\r\n";
    println!("last body {:?}", MessageParser::default().parse(raw.as_bytes()).unwrap().body_text(0));
}
RUST
seen=$(cd "$folder" && cargo run --quiet)
echo "$seen"
wanted='Z    subject None, fields ["Date", "From"]
UT   subject Some("Spare parts"), fields ["Date", "Subject", "From"]
last body Some("second line\r\n")'
[ "$seen" = "$wanted" ] || { echo "It behaves otherwise now." >&2; exit 1; }
