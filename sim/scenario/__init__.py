"""What a user writes: scenarios, experiments and the register of facts; the only room that reads YAML."""
