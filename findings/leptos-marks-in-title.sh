#!/usr/bin/env bash
# leptos 0.8.23 (crates.io, feature ssr), rustc 1.95.
# Between two neighbouring texts the server writes the mark "<!>", by which hydration tells them apart, also where a browser
# reads text and no markup: in <title> and <textarea>. So a title made of two pieces is shown in the tab with "<!>" in its
# middle. With one text, put together before, there is no mark.
# Output seen:
#   <title>Spare parts<!> · Nordlicht</title>
#   <textarea>Dear <!>Anna</textarea>
#   <title>Spare parts · Nordlicht</title>
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
leptos = { version = "=0.8.23", default-features = false, features = ["ssr"] }
TOML
cat > "$folder/src/main.rs" <<'RUST'
use leptos::prelude::*;

fn main() {
    let (page, name) = ("Spare parts".to_owned(), "Anna".to_owned());
    println!("{}", view! { <title>{page.clone()} " · Nordlicht"</title> }.to_html());
    println!("{}", view! { <textarea>"Dear " {name}</textarea> }.to_html());
    println!("{}", view! { <title>{format!("{page} · Nordlicht")}</title> }.to_html());
}
RUST
cd "$folder"
out=$(cargo run --quiet)
echo "$out"
[ "$out" = "<title>Spare parts<!> · Nordlicht</title>
<textarea>Dear <!>Anna</textarea>
<title>Spare parts · Nordlicht</title>" ] || { echo "It behaves otherwise now." >&2; exit 1; }
