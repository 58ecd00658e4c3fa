//! Builds anew when a migration changes: `sqlx::migrate!` reads the folder while compiling.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
