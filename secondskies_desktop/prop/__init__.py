"""What prop firms demand of an account: typed rules, the kernel that follows them, and what they say of it."""
