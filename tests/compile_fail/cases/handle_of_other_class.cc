// A signal of another workflow class than the handle's.
// expect: this signal, query or update belongs to another workflow class
#include "subject.h"

namespace subject {
class Bakery {
 public:
  workflow::Task<int> run(int amount);
  void restock(int count);
  static void define(workflow::Definer<Bakery> d) {
    d.run<&Bakery::run>();
    d.signal<&Bakery::restock>();
  }
};
inline void handle_of_other_class(const client::Client& client) {
  const auto handle = client.start_workflow<&Shop::run>(1, {.id = "shop", .task_queue = "queue"});
#ifdef MISTAKE
  handle.signal<&Bakery::restock>(5);
#else
  handle.signal<&Shop::restock>(5);
#endif
}
}  // namespace subject
