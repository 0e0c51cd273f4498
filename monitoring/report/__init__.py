"""The public record of a night: what the system is, what it was trained on, what it found of whom, and what it is not."""
