"""Settings, environment, wiring of ports to adapters, the `wanhao` command and the demo world."""
