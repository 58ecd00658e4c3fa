#!/usr/bin/env bash
# mail-parser 0.11.9 (crates.io), rustc 1.95.
# A parameter in pieces (RFC 2231 section 4.1) is decoded piece by piece, before the pieces are put together: where a piece
# ends between the two bytes of a character, which senders that cut by length do, the file's name has two replacement
# characters in its place. Cut between characters it is right.
# Output seen:
#   filename*0*=utf-8''J%C3; filename*1*=%BCrgen.pdf  Some("J??rgen.pdf"), each ? being U+FFFD
#   filename*0*=utf-8''J%C3%BC; filename*1*=rgen.pdf  Some("Jürgen.pdf")
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
use mail_parser::{MessageParser, MimeHeaders};

fn main() {
    for pieces in ["filename*0*=utf-8''J%C3; filename*1*=%BCrgen.pdf", "filename*0*=utf-8''J%C3%BC; filename*1*=rgen.pdf"] {
        let raw = format!(
            "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: application/pdf\r\n\
             Content-Disposition: attachment; {pieces}\r\n\r\nx\r\n--x--\r\n"
        );
        let mail = MessageParser::default().parse(raw.as_bytes()).unwrap();
        let name = mail.attachments().next().unwrap().attachment_name().map(|name| name.replace('\u{fffd}', "?"));
        println!("{pieces}  {name:?}");
    }
}
RUST
seen=$(cd "$folder" && cargo run --quiet)
echo "$seen"
wanted="filename*0*=utf-8''J%C3; filename*1*=%BCrgen.pdf  Some(\"J??rgen.pdf\")
filename*0*=utf-8''J%C3%BC; filename*1*=rgen.pdf  Some(\"Jürgen.pdf\")"
[ "$seen" = "$wanted" ] || { echo "It behaves otherwise now." >&2; exit 1; }
