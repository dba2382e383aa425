// temporal-replay: the replayer with workflow code from plug-ins.
#include "temporalio/replayer.h"

int main(int argc, char** argv) { return temporalio::replayer::main(argc, argv, {}); }
