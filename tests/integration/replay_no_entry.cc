// A shared library that is no plug-in.
extern "C" int replay_no_entry() { return 1; }
