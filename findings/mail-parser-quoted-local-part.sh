#!/usr/bin/env bash
# mail-parser 0.11.9 (crates.io), rustc 1.95.
# An address with a quoted local part that stands without angle brackets (addr-spec of RFC 5322 section 3.4.1) is cut in
# two: the local part becomes the display name, and the address begins with "@". Within angle brackets it stays whole.
# Output seen:
#   "anna..berg"@n.example        name Some("anna..berg"), address Some("@n.example")
#   Anna <"anna..berg"@n.example> name Some("Anna"), address Some("\"anna..berg\"@n.example")
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
    for from in [r#""anna..berg"@n.example"#, r#"Anna <"anna..berg"@n.example>"#] {
        let raw = format!("From: {from}\r\n\r\nHello\r\n");
        let mail = MessageParser::default().parse(raw.as_bytes()).unwrap();
        let address = mail.from().unwrap().first().unwrap();
        println!("{from:<29} name {:?}, address {:?}", address.name(), address.address());
    }
}
RUST
seen=$(cd "$folder" && cargo run --quiet)
echo "$seen"
wanted='"anna..berg"@n.example        name Some("anna..berg"), address Some("@n.example")
Anna <"anna..berg"@n.example> name Some("Anna"), address Some("\"anna..berg\"@n.example")'
[ "$seen" = "$wanted" ] || { echo "It behaves otherwise now." >&2; exit 1; }
