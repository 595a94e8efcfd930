"""The vendor's Django project. `due` holds the engine's records, `staff` is the product that was there before."""
