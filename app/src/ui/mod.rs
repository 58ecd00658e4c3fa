//! What pages are made of, one component a file; its style has the same name under `style/ui`.

pub mod area;
pub mod button;
pub mod choice;
pub mod copy;
pub mod empty;
pub mod field;
pub mod frame;
pub mod icon;
pub mod labelled;
pub mod menu;
pub mod navigation;
pub mod number;
pub mod pauses;
pub mod platform_stop;
pub mod select;
pub mod shell;
pub mod state;
pub mod steps;
pub mod strip;
pub mod summary;
pub mod table;
mod text;
pub mod ticks;
pub mod time;
pub mod upload;
