"""The roadmap: what is built, beside what the trader marked complete."""
