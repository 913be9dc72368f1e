//! Placeholder of the stage `gate`.
