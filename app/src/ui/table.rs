//! A table: its columns, and rows that say `data-label` in each cell, as a phone shows each row as a card.

use leptos::prelude::*;

/// The head of one column.
pub enum Column {
    Text(&'static str),
    /// Its cells have the class `number` too.
    Number(&'static str),
    /// For buttons: nothing to read out.
    Action,
}

#[component]
pub fn Table(columns: Vec<Column>, rows: Vec<AnyView>) -> impl IntoView {
    let head: Vec<_> = columns
        .into_iter()
        .map(|column| match column {
            Column::Text(label) => view! { <th scope="col">{label}</th> }.into_any(),
            Column::Number(label) => view! { <th scope="col" class="number">{label}</th> }.into_any(),
            Column::Action => view! { <td></td> }.into_any(),
        })
        .collect();
    view! {
        <table class="table">
            <thead><tr>{head}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
