// The target that owns the libraries' precompiled header needs a source.
