"""What the tests against the real stack are made of: engine, stack, run, leftovers, cases."""
