#include "replayer/src/load/json_loader.h"

#include <simdjson.h>

#include <algorithm>
#include <functional>

#include "replayer/src/load/event_encoder.h"
#include "replayer/src/load/json_extent.h"
#include "replayer/src/load/json_scalars.h"
#include "replayer/src/load/padded_bytes.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {

namespace {

static_assert(PaddedBytes::kPadding >= simdjson::SIMDJSON_PADDING);

namespace ondemand = simdjson::ondemand;

// What a top-level array is an array of.
enum class Elements { events, histories };

// What a document is one of.
enum class DocumentKind { history, event };

bool is_event_key(std::string_view key) {
  return key == "eventId" || key == "event_id" || key == "eventType" || key == "event_type";
}

class JsonLoader {
 public:
  JsonLoader(ondemand::parser& parser, EventEncoder& encoder, std::string_view text, const std::string& name,
             Histories& into, std::size_t lines_before)
      : parser_(parser), encoder_(encoder), text_(text), name_(name), into_(into), lines_before_(lines_before) {}

  void load() {
    std::size_t at = std::min(text_.find_first_not_of(" \t\r\n"), text_.size());
    const bool is_by_line = text_.find('\n', at) != std::string_view::npos && first_line_is_whole(at);
    do {
      const std::string_view rest = text_.substr(at);
      std::size_t used = 0;
      if (is_by_line) {
        used = line(rest);
      } else if (at == 0) {
        used = document(rest);  // nearly always all of it
      } else {                  // else each document would be scanned with everything behind it
        used = document(rest.substr(0, json_extent(rest)));
      }
      at = std::min(text_.find_first_not_of(" \t\r\n", at + used), text_.size());
    } while (at < text_.size());
  }

 private:
  bool first_line_is_whole(std::size_t at) const {
    const std::string_view first = text_.substr(at, text_.find('\n', at) - at);
    const std::size_t last = first.find_last_not_of(" \t\r");
    return last != std::string_view::npos && (first[last] == '}' || first[last] == ']') &&
           json_extent(first) == last + 1;
  }

  // One document that probably ends with its line. Answers how much of `rest` it was.
  std::size_t line(std::string_view rest) {
    const std::string_view only = rest.substr(0, rest.find('\n'));
    const std::size_t histories = into_.list().size();
    const int events = histories == 0 ? 0 : into_.events(histories - 1).events_size();
    try {
      return document(only);
    } catch (const LoadError&) {
      const std::size_t whole = json_extent(rest);
      if (whole <= only.size()) throw;
      into_.truncate(histories);
      while (histories != 0 && into_.events(histories - 1).events_size() > events) {
        into_.events(histories - 1).mutable_events()->RemoveLast();
      }
      return document(rest.substr(0, whole));
    }
  }

  // One JSON document at the start of `text`: answers how much of it that was.
  std::size_t document(std::string_view text) {
    const auto padded = simdjson::padded_string_view(
        text.data(), text.size(),
        static_cast<std::size_t>(text_.data() + text_.size() - text.data()) + PaddedBytes::kPadding);
    has_document_ = false;
    if (const auto error = parser_.iterate(padded).get(document_)) {
      // The first pass over the whole text failed: it does not say where, but these two are always at the end.
      if (error == simdjson::UNCLOSED_STRING || error == simdjson::INCOMPLETE_ARRAY_OR_OBJECT)
        refuse(describe(error), location());
      throw LoadError(name_ + ": " + describe(error));
    }
    has_document_ = true;
    ondemand::json_type type;
    check(document_.type().get(type));
    if (type == ondemand::json_type::object) {
      const DocumentKind kind = classify_object();
      document_.rewind();
      ondemand::object object;
      check(document_.get_object().get(object));
      if (kind == DocumentKind::event) {
        event_document(object);
      } else {
        history(object, "");
      }
    } else if (type == ondemand::json_type::array) {
      const Elements elements = classify();
      document_.rewind();
      ondemand::array array;
      check(document_.get_array().get(array));
      if (elements == Elements::events) {
        events(array, "");
      } else {
        histories(array, "");
      }
    } else {
      refuse("expected a JSON object or array, found a " +
                 std::string(type == ondemand::json_type::string ? "string" : "scalar"),
             text.data());
    }
    const char* end = nullptr;
    if (document_.current_location().get(end) != simdjson::SUCCESS) return text.size();
    return static_cast<std::size_t>(end - text.data());
  }

  // Looks at the keys: one event (the CLI's --output jsonl writes one a line), or what holds events.
  DocumentKind classify_object() {
    ondemand::object object;
    check(document_.get_object().get(object));
    for (auto result : object) {
      ondemand::field field;
      check(std::move(result).get(field));  // after an error the parser cannot be rewound
      const std::string_view key = KeyTable::scan(field.key().raw()).text;
      if (is_event_key(key)) return DocumentKind::event;
      if (key == "events" || key == "history" || key == "items" || key == "histories") break;
    }
    return DocumentKind::history;
  }

  // Appends to the history of the events before, unless a new one begins.
  void event_document(ondemand::object& object) {
    if (open_history_ == kNoHistory || open_history_ != into_.list().size() - 1) {
      into_.add();
      open_history_ = into_.list().size() - 1;
    }
    auto& events = *into_.events(open_history_).mutable_events();
    add_event(object, into_.events(open_history_), "events", static_cast<std::size_t>(events.size()));
    const bool begins = events.size() > 1 && events[0].event_id() == 1 && events[events.size() - 1].event_id() == 1;
    if (!begins) return;
    into_.add().mutable_events()->AddAllocated(events.ReleaseLast());
    open_history_ = into_.list().size() - 1;
  }

  // Looks at the keys of the first element.
  Elements classify() {
    ondemand::array array;
    check(document_.get_array().get(array));
    for (auto item : array) {
      ondemand::object object;
      if (item.get_object().get(object) != simdjson::SUCCESS) {
        refuse("expected an array of events or of histories, found an array of something else", text_.data());
      }
      for (auto result : object) {
        ondemand::field field;
        check(std::move(result).get(field));
        const std::string_view key = KeyTable::scan(field.key().raw()).text;
        if (is_event_key(key)) return Elements::events;
        if (key != "events" && key != "history") continue;
        ondemand::value value = field.value();
        ondemand::json_type type;
        check(value.type().get(type));
        // The Web UI's event groups have "events" too, of another kind.
        if (type == (key == "events" ? ondemand::json_type::array : ondemand::json_type::object))
          return Elements::histories;
      }
      refuse("expected an array of events (with \"eventId\") or of histories (with \"events\"), found other objects",
             text_.data());
    }
    return Elements::events;  // empty: a history without events
  }

  void histories(ondemand::array& array, const std::string& path) {
    std::size_t index = 0;
    for (auto item : array) {
      ondemand::object object;
      check(item.get_object().get(object));
      std::string element = path;
      element.append("[").append(std::to_string(index++)).append("]");
      history(object, element);
    }
  }

  // {"events": [...]}, perhaps with ids, perhaps inside {"history": ...}; or {"items": [histories]}.
  void history(ondemand::object& object, const std::string& path) {
    std::string workflow_id, run_id;
    const std::size_t before = into_.list().size();
    bool is_found = false;
    for (auto result : object) {
      ondemand::field field;
      check(std::move(result).get(field));
      const std::string key(KeyTable::scan(field.key().raw()).text);
      std::string here = path;
      if (!here.empty()) here += '.';
      here += key;
      ondemand::value value = field.value();
      if (key == "events" || key == "items" || key == "histories") {
        bool is_null = false;
        if (value.is_null().get(is_null) == simdjson::SUCCESS && is_null) {
          into_.add();
          is_found = true;
          continue;
        }
        ondemand::array array;
        if (value.get_array().get(array) != simdjson::SUCCESS) refuse(here + ": expected an array", location());
        if (key == "events") {
          events(array, here);
        } else {
          histories(array, here);
        }
        is_found = true;
      } else if (key == "history") {
        ondemand::object inner;
        if (value.get_object().get(inner) != simdjson::SUCCESS) refuse(here + ": expected an object", location());
        history(inner, here);
        is_found = true;
      } else if (key == "rawHistory" || key == "raw_history") {
        is_found = raw_history(value, here) || is_found;
      } else if (key == "workflowExecution" || key == "workflow_execution" || key == "execution") {
        ondemand::object ids;
        if (value.get_object().get(ids) == simdjson::SUCCESS) execution(ids, workflow_id, run_id);
      } else {
        identity(key, value, workflow_id, run_id);
      }
    }
    if (!is_found) {
      refuse((path.empty() ? "" : path + ": ") + "expected an object with \"events\" or \"history\", found neither",
             path.empty() ? text_.data() : location());
    }
    if (into_.list().size() == before + 1) {
      LoadedHistory& loaded = into_.at(before);
      if (!workflow_id.empty()) loaded.workflow_id = workflow_id;
      if (!run_id.empty()) loaded.run_id = run_id;
    }
  }

  // The pages of a history as the service stores them: binary protobuf in base64. False where there are none.
  bool raw_history(ondemand::value& value, const std::string& path) {
    ondemand::array blobs;
    if (value.get_array().get(blobs) != simdjson::SUCCESS) return false;  // null
    std::size_t index = 0;
    temporal::api::history::v1::History* history = nullptr;
    for (auto item : blobs) {
      const std::string here = path + "[" + std::to_string(index++) + "]: ";
      ondemand::object blob;
      std::string_view data;
      if (item.get_object().get(blob) != simdjson::SUCCESS ||
          blob.find_field_unordered("data").get_string().get(data) != simdjson::SUCCESS) {
        refuse(here + "expected an object with \"data\" in base64", location());
      }
      std::string bytes(base64_capacity(data), '\0');
      std::size_t size = 0;
      temporal::api::history::v1::History page;
      if (!read_base64(data, bytes.data(), size) || !page.ParseFromArray(bytes.data(), static_cast<int>(size))) {
        refuse(here + "expected a binary history in base64", location());
      }
      if (history == nullptr) history = &into_.add();
      history->MergeFrom(page);
    }
    return history != nullptr;
  }

  void execution(ondemand::object& ids, std::string& workflow_id, std::string& run_id) {
    for (auto result : ids) {
      ondemand::field field;
      check(std::move(result).get(field));
      const std::string key(KeyTable::scan(field.key().raw()).text);
      ondemand::value value = field.value();
      identity(key, value, workflow_id, run_id);
    }
  }

  void identity(std::string_view key, ondemand::value& value, std::string& workflow_id, std::string& run_id) {
    std::string* into = nullptr;
    if (key == "workflowId" || key == "workflow_id") into = &workflow_id;
    if (key == "runId" || key == "run_id") into = &run_id;
    std::string_view text;
    if (into != nullptr && value.get_string().get(text) == simdjson::SUCCESS) *into = text;
  }

  void events(ondemand::array& array, const std::string& path) {
    auto& history = into_.add();
    const std::size_t added = into_.list().size() - 1;
    bool is_contiguous = true;
    std::size_t index = 0;
    for (auto item : array) {
      ondemand::object object;
      if (const auto error = item.get_object().get(object)) {
        refuse(event_path(path, index, 0) +
                   (error == simdjson::INCORRECT_TYPE ? "expected an event, found something else" : describe(error)),
               location());
      }
      const std::int64_t id = add_event(object, history, path, index);
      ++index;
      is_contiguous = is_contiguous && id == static_cast<std::int64_t>(index);
    }
    into_.at(added).is_contiguous = is_contiguous;
  }

  // Reads one event and appends it; answers its id.
  std::int64_t add_event(ondemand::object& object, temporal::api::history::v1::History& history,
                         const std::string& path, std::size_t index) {
    const bool is_encoded = encoder_.encode(object);
    auto& event = *history.add_events();
    const bool is_parsed =
        event.ParsePartialFromArray(encoder_.bytes().data(), static_cast<int>(encoder_.bytes().size()));
    if (!is_encoded) {
      const Fault& fault = encoder_.fault();
      std::string place = event_path(path, index, event.event_id(), &fault);
      refuse(place + fault.what, fault.at == nullptr ? location() : fault.at);
    }
    if (!is_parsed) refuse(event_path(path, index, 0) + "expected an event that fits protobuf's limits", location());
    if (!encoder_.unknown_event_type().empty() && !event.worker_may_ignore()) {
      refuse(event_path(path, index, event.event_id()) +
                 "expected a known event type (or \"workerMayIgnore\": true), found " + encoder_.unknown_event_type(),
             encoder_.unknown_event_type_at());
    }
    return event.event_id();
  }

  // "events[3].timerStartedEventAttributes.startToFireTimeout (event 4): "
  static std::string event_path(const std::string& path, std::size_t index, std::int64_t event_id,
                                const Fault* fault = nullptr) {
    std::string result = path + "[" + std::to_string(index) + "]";
    if (fault != nullptr) {
      for (auto part = fault->path.rbegin(); part != fault->path.rend(); ++part) {
        if (!part->starts_with("[")) result += '.';
        result += *part;
      }
    }
    if (event_id != 0) result += " (event " + std::to_string(event_id) + ")";
    return result + ": ";
  }

  void check(simdjson::error_code error) {
    if (!error) return;
    const bool is_at_end = error == simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
    refuse(describe(error), is_at_end ? text_.data() + text_.size() : location());
  }

  // Where the parser stands; the end of the text where it stands nowhere.
  const char* location() {
    const char* at = nullptr;
    if (!has_document_ || document_.current_location().get(at) != simdjson::SUCCESS) at = nullptr;
    return at == nullptr ? text_.data() + text_.size() : at;
  }

  [[noreturn]] void refuse(const std::string& what, const char* at) {
    const std::less_equal<const char*> not_after;
    if (!not_after(text_.data(), at) || !not_after(at, text_.data() + text_.size())) at = location();
    const std::string_view before =
        text_.substr(0, std::min(static_cast<std::size_t>(at - text_.data()), text_.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1 + static_cast<std::ptrdiff_t>(lines_before_);
    const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
    throw LoadError(name_ + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + what);
  }

  static constexpr std::size_t kNoHistory = static_cast<std::size_t>(-1);

  ondemand::parser& parser_;
  EventEncoder& encoder_;
  const std::string_view text_;
  const std::string& name_;
  Histories& into_;
  const std::size_t lines_before_;
  ondemand::document document_;
  bool has_document_ = false;              // document_ is not to be asked for anything before
  std::size_t open_history_ = kNoHistory;  // to which the next document that is one event belongs
};

}  // namespace

class JsonParser::State {
 public:
  ondemand::parser parser;
  EventEncoder encoder;
};

JsonParser::JsonParser() : state_(std::make_unique<State>()) {}
JsonParser::~JsonParser() = default;

void JsonParser::load(std::string_view text, const std::string& name, Histories& into, std::size_t lines_before) {
  JsonLoader(state_->parser, state_->encoder, text, name, into, lines_before).load();
}

bool is_history_line(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos || line[first] != '{') return false;
  const std::size_t last = line.find_last_not_of(" \t\r");
  if (line[last] != '}') return false;
  line = line.substr(first, last - first + 1);
  return line.find("\"events\"") != std::string_view::npos && json_extent(line) == line.size();
}

}  // namespace temporalio::replayer
