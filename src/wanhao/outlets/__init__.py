"""Where customers find the operator: halls, agents' points, WiFi hotspots."""
