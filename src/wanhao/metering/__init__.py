"""The pure kernel: meters, allowances, charges and crossings, vectorised and integer only."""
