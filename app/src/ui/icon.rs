//! Icons: strokes in the colour of the text beside them. They say nothing that a word does not say too.

use leptos::prelude::*;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Overview,
    Domains,
    People,
    Tenants,
    Mail,
    Inbox,
    Audit,
    Good,
    Waiting,
    Warn,
    Bad,
    Copy,
    Leads,
    Sequences,
    Settings,
    Suppression,
    Sandbox,
    Health,
}

impl Icon {
    /// In a field of 24 by 24.
    const fn path(self) -> &'static str {
        match self {
            Self::Overview => "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z",
            Self::Domains => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
            Self::People => {
                "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5a6.5 6.5 0 0 1 3.5 5.5"
            }
            Self::Tenants => "M4 20V6l8-3v17M12 9l8 2v9M3 20h18M7.5 9h1M7.5 13h1M15.5 14h1",
            Self::Mail => "M3 6h18v12H3zM3 7l9 6 9-6",
            Self::Inbox => "M3 13l3-8h12l3 8v6H3zM3 13h5l1.5 3h5l1.5-3h5",
            Self::Audit => "M6 3h9l4 4v14H6zM9 11h7M9 15h7M9 7h3",
            Self::Good => "M5 12.5l4.5 4.5L19 7.5",
            Self::Waiting => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3 3",
            Self::Warn => "M12 4L2.5 20h19zM12 10v5M12 17.2v.6",
            Self::Copy => "M9 9h11v11H9zM15 9V4H4v11h5",
            Self::Leads => "M4 5h16M4 10h16M4 15h10M4 20h6",
            Self::Sequences => "M6 3v18M6 6h4M6 12h4M6 18h4M13 4.5h7v3h-7zM13 10.5h7v3h-7zM13 16.5h7v3h-7z",
            Self::Settings => "M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4M4 12h16",
            Self::Suppression => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M5.6 5.6l12.8 12.8",
            Self::Sandbox => "M3 8l9-5 9 5v8l-9 5-9-5zM3 8l9 5 9-5M12 13v8",
            Self::Health => "M3 12h4l3-7 4 14 3-7h4",
            Self::Bad => "M9 5v14M15 5v14",
        }
    }

    pub fn draw(self) -> impl IntoView {
        view! {
            <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                <path d=self.path()></path>
            </svg>
        }
    }
}
