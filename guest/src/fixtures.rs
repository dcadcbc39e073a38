//! Ready-made inputs: one company, one service, two providers, one day.
