"""The product that was there before: companies and their hires. It knows the engine by two calls."""
