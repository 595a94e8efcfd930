"""For hosts: the contracts that an adapter must keep, and fakes with which to test a whole integration."""
