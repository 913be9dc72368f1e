//! Placeholder of the stage `report`.
