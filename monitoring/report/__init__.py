"""The public record of a night: what the system is, was trained on and found of whom, and what it is not."""
