// The target that owns the tests' precompiled header.
int main() { return 0; }
