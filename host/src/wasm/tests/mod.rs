//! The engine against components that misbehave in every way that was thought of.

mod fixture;
mod hostile;
mod loading;
