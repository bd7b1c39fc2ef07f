"""What benches send: invented agent events, and a process that sends them."""
