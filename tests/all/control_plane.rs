//! Tests of control_plane.
