// Prints any message as stable, readable text: what differs from run to run (ids, times, tokens) becomes symbols, what
// means nothing to a client is left out. One table of such fields, in rendering.cc.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

class Rendering {
 public:
  // `unique` is removed from all texts; offsets of times are multiples of `grid_ms`.
  Rendering(std::string unique, long long grid_ms) : unique_(std::move(unique)), grid_ms_(grid_ms) {}

  // Prints these fields although the table leaves them out.
  void show(std::set<std::string> fields) { shown_ = std::move(fields); }
  // Leaves these out.
  void hide(std::set<std::string> fields) { hidden_fields_ = std::move(fields); }

  // Prints the server's own words in failures, too.
  void show_server_texts() { shows_server_texts_ = true; }

  // `text` without what differs from run to run.
  std::string plain(std::string text) { return without_ids(std::move(text)); }

  void set_base_time(std::int64_t unix_nanos) { base_nanos_ = unix_nanos; }
  bool has_base_time() const { return base_nanos_ != 0; }

  // Event ids of `run_id` that the real server spends on events about time skipping, in ascending order; ids in what is
  // printed next are counted without them.
  void hide_events(std::string_view run_id, std::vector<std::int64_t> ids);

  // The message's fields, several lines where one would be too long; each line starts with `indent` spaces.
  std::string fields(const google::protobuf::Message& message, int indent);

  // The run whose event ids are printed next, where a message does not name its run itself.
  void set_run(std::string run_id) { default_run_id_ = run_id_ = std::move(run_id); }

  // Full text of one history event.
  std::string event(const google::protobuf::Message& event, int indent);

 private:
  struct Node {
    std::string name;
    std::string value;  // of a leaf
    std::vector<Node> children;
    bool is_leaf = true;
  };

  void collect(const google::protobuf::Message& message, std::vector<Node>& out);
  bool special(const google::protobuf::Message& message, Node& node);
  Node value_of(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field, int index);
  std::string text_of(const std::string& value, const google::protobuf::FieldDescriptor& field);
  std::string without_ids(std::string text);
  std::string symbol(const std::string& kind, const std::string& value);
  std::int64_t visible_id(std::int64_t id) const;
  std::string offset(const google::protobuf::Message& timestamp);
  std::string compact_history(const google::protobuf::Message& history);
  void learn_run(const google::protobuf::Message& message);
  static std::string one_line(const Node& node);
  static void lay_out(const Node& node, int indent, std::string& out);

  bool is_ignored(const std::string& field) const;

  bool shows_server_texts_ = false;
  std::set<std::string> shown_;
  std::set<std::string> hidden_fields_;
  std::string unique_;
  long long grid_ms_;
  std::int64_t base_nanos_ = 0;
  std::map<std::string, std::string> symbols_;
  std::map<std::string, int> counts_;
  std::map<std::string, std::vector<std::int64_t>, std::less<>> hidden_;
  std::string default_run_id_;
  std::string run_id_;  // the run that ids belong to while a message is printed
};

// The short name of an enum value, without the prefix of its type.
std::string short_enum_name(const google::protobuf::EnumValueDescriptor& value);

}  // namespace conformance
