// The replayer as one call in a program's own main.
#include "fixtures/workflows/loops.h"
#include "temporalio/replayer.h"

int main(int argc, char** argv) {
  return temporalio::replayer::main(
      argc, argv, [](temporalio::replayer::Replayer& replayer) { replayer.add_workflow<fixtures::TimerLoop>(); });
}
