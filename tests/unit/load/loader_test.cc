// What the loader accepts, dialect by dialect, and what it says about everything else.
#include "replayer/src/load/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "replayer/src/load/history_reader.h"

#include "temporal/api/export/v1/message.pb.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

using temporal::api::history::v1::History;
using testing::HasSubstr;
using testing::StartsWith;
namespace enums = temporal::api::enums::v1;

const char* const kStarted =
    R"({"eventId":"1","eventTime":"2024-01-01T00:00:00Z","eventType":"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",)"
    R"("workflowExecutionStartedEventAttributes":{"workflowType":{"name":"W"},"originalExecutionRunId":"r"}})";

std::string with_second(const std::string& event) {
  return std::string("{\"events\":[") + kStarted + ",\n" + event + "]}";
}

History one(const std::string& text) {
  const auto loaded = load_bytes(text, "h.json");
  EXPECT_EQ(loaded->list().size(), 1u);
  return *loaded->list().front().history;
}

std::string refusal(const std::string& text) {
  try {
    load_bytes(text, "h.json");
  } catch (const LoadError& error) {
    return error.what();
  }
  return "accepted";
}

std::string gzipped(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// --- dialects -------------------------------------------------------------------------------------------------------

TEST(Loader, EveryStyleOfEnum) {
  for (const char* type : {"\"EVENT_TYPE_TIMER_STARTED\"", "\"TIMER_STARTED\"", "\"TimerStarted\"", "17"}) {
    const History history = one(with_second(std::string("{\"eventId\":2,\"eventType\":") + type + "}"));
    EXPECT_EQ(history.events(1).event_type(), enums::EVENT_TYPE_TIMER_STARTED) << type;
  }
}

TEST(Loader, SnakeCaseAndCamelCaseKeys) {
  const History history = one(with_second(
      R"({"event_id":2,"event_type":"TimerStarted","timer_started_event_attributes":{"timer_id":"7","start_to_fire_timeout":"0.5s"}})"));
  EXPECT_EQ(history.events(1).timer_started_event_attributes().timer_id(), "7");
  EXPECT_EQ(history.events(1).timer_started_event_attributes().start_to_fire_timeout().nanos(), 500000000);
}

TEST(Loader, IntegersAsStringsAndNumbers) {
  const History history = one(with_second(
      R"({"eventId":"2","version":-24,"taskId":"1048576","eventType":"WorkflowTaskScheduled","workflowTaskScheduledEventAttributes":{"attempt":"3"}})"));
  EXPECT_EQ(history.events(1).version(), -24);
  EXPECT_EQ(history.events(1).task_id(), 1048576);
  EXPECT_EQ(history.events(1).workflow_task_scheduled_event_attributes().attempt(), 3);
}

TEST(Loader, NullsAreAbsent) {
  const History history = one(with_second(
      R"({"eventId":2,"eventType":"MarkerRecorded","markerRecordedEventAttributes":{"markerName":null,"details":)"
      R"({"a":{"payloads":[{"metadata":null,"data":null}]},"b":null,"c":{}},"header":null,"failure":null}})"));
  const auto& marker = history.events(1).marker_recorded_event_attributes();
  EXPECT_EQ(marker.details_size(), 3);
  EXPECT_EQ(marker.details().at("a").payloads_size(), 1);
  EXPECT_FALSE(marker.has_failure());
}

TEST(Loader, EscapesInValuesKeysAndMapKeys) {
  const History history = one(with_second(
      R"({"eventId":2,"event\u0054ype":"MarkerRecorded","markerRecordedEventAttributes":{"markerName":"a\"\u00e9\/\\","details":{"k\"1":{}}}})"));
  const auto& marker = history.events(1).marker_recorded_event_attributes();
  EXPECT_EQ(history.events(1).event_type(), enums::EVENT_TYPE_MARKER_RECORDED);
  EXPECT_EQ(marker.marker_name(), "a\"\xc3\xa9/\\");
  EXPECT_TRUE(marker.details().contains("k\"1"));
}

TEST(Loader, PayloadsInFullAndShortForm) {
  const std::string start =
      R"({"events":[{"eventId":1,"eventType":"WorkflowExecutionStarted","workflowExecutionStartedEventAttributes":{"input":)";
  const History full = one(start + R"({"payloads":[{"metadata":{"encoding":"anNvbi9wbGFpbg"},"data":"ImFiYyI"}]}}}]})");
  const History brief = one(start + R"(["abc"]}}]})");
  for (const History* history : {&full, &brief}) {
    const auto& payload = history->events(0).workflow_execution_started_event_attributes().input().payloads(0);
    EXPECT_EQ(payload.metadata().at("encoding"), "json/plain");
    EXPECT_EQ(payload.data(), "\"abc\"");
  }
  const History objects = one(start + R"([{"name":"Temporal","deep":{"a":[1,2]}},[1, 2],null,7]}}]})");
  const auto& payloads = objects.events(0).workflow_execution_started_event_attributes().input().payloads();
  ASSERT_EQ(payloads.size(), 4);
  EXPECT_EQ(payloads[0].data(), R"({"name":"Temporal","deep":{"a":[1,2]}})");
  EXPECT_EQ(payloads[1].data(), "[1, 2]");
  EXPECT_EQ(payloads[2].metadata().at("encoding"), "binary/null");
  EXPECT_EQ(payloads[3].data(), "7");
  const History empty = one(start + "{}}}]}");
  EXPECT_EQ(empty.events(0).workflow_execution_started_event_attributes().input().payloads_size(), 0);
}

TEST(Loader, LongValuesNeedLongLengths) {
  const std::string data(100'000, 'A');
  const History history = one(
      R"({"events":[{"eventId":1,"eventType":"WorkflowExecutionStarted","workflowExecutionStartedEventAttributes":{"input":{"payloads":[{"data":")" +
      data + R"("},{"data":"QUJD"}]},"identity":"me"}}]})");
  const auto& started = history.events(0).workflow_execution_started_event_attributes();
  EXPECT_EQ(started.input().payloads(0).data().size(), 75'000u);
  EXPECT_EQ(started.input().payloads(1).data(), "ABC");
  EXPECT_EQ(started.identity(), "me");
}

TEST(Loader, TimesAsObjects) {
  const History history = one(with_second(
      R"({"eventId":2,"eventType":"TimerStarted","eventTime":{"seconds":"5","nanos":7},"timerStartedEventAttributes":{"startToFireTimeout":{"seconds":9}}})"));
  EXPECT_EQ(history.events(1).event_time().seconds(), 5);
  EXPECT_EQ(history.events(1).event_time().nanos(), 7);
  EXPECT_EQ(history.events(1).timer_started_event_attributes().start_to_fire_timeout().seconds(), 9);
}

TEST(Loader, DoublesFloatsAndBooleans) {
  const History history = one(with_second(
      R"({"eventId":2,"workerMayIgnore":true,"eventType":"ActivityTaskScheduled","activityTaskScheduledEventAttributes":)"
      R"({"retryPolicy":{"backoffCoefficient":1.5,"maximumAttempts":5},"priority":{"fairnessWeight":0.25}}})"));
  EXPECT_TRUE(history.events(1).worker_may_ignore());
  EXPECT_EQ(history.events(1).activity_task_scheduled_event_attributes().retry_policy().backoff_coefficient(), 1.5);
  EXPECT_EQ(history.events(1).activity_task_scheduled_event_attributes().priority().fairness_weight(), 0.25f);
}

// --- what surrounds the events --------------------------------------------------------------------------------------

TEST(Loader, WrappersAndArrays) {
  const std::string events = std::string("[") + kStarted + "]";
  const std::string plain = "{\"events\":" + events + "}";
  for (const std::string& text :
       {plain, events, "{\"history\":" + plain + ",\"nextPageToken\":\"\"}", "[" + plain + "]", "\xef\xbb\xbf" + plain,
        "{\"items\":[{\"history\":" + plain + "}]}", gzipped(plain), " \n\t" + plain + "\n\n"}) {
    EXPECT_EQ(one(text).events_size(), 1) << text;
  }
}

TEST(Loader, IdentityFromTheWrapper) {
  const std::string plain = std::string("{\"workflowId\":\"wf\",\"events\":[") + kStarted + "],\"runId\":\"run\"}";
  const auto loaded = load_bytes(plain, "h.json");
  EXPECT_EQ(loaded->list()[0].workflow_id, "wf");
  EXPECT_EQ(loaded->list()[0].run_id, "run");
  const auto bare = load_bytes(with_second(R"({"eventId":2,"eventType":"TimerStarted"})"), "h.json");
  EXPECT_EQ(bare->list()[0].workflow_id, "");
  EXPECT_EQ(bare->list()[0].run_id, "r");
}

TEST(Loader, SeveralHistoriesInOneFile) {
  const std::string plain = std::string("{\"events\":[") + kStarted + "]}";
  const std::string indented = std::string("{\n\"events\":[\n") + kStarted + "]\n}";
  for (const std::string& text : {"[" + plain + "," + plain + "," + plain + "]",  //
                                  plain + "\n" + plain + "\n\n" + plain + "\n",   // one a line
                                  indented + "\n" + indented + indented}) {
    const auto loaded = load_bytes(text, "h.json");
    ASSERT_EQ(loaded->list().size(), 3u) << text;
    EXPECT_EQ(loaded->list()[2].name, "h.json[2]");
    EXPECT_EQ(loaded->list()[2].history->events_size(), 1);
  }
}

TEST(Loader, BinaryHistoryAndExport) {
  const History history = one(with_second(R"({"eventId":2,"eventType":"TimerStarted"})"));
  EXPECT_EQ(one(history.SerializeAsString()).SerializeAsString(), history.SerializeAsString());
  temporal::api::export_::v1::WorkflowExecutions executions;
  *executions.add_items()->mutable_history() = history;
  *executions.add_items()->mutable_history() = history;
  const auto loaded = load_bytes(executions.SerializeAsString(), "x.binpb");
  ASSERT_EQ(loaded->list().size(), 2u);
  EXPECT_EQ(loaded->list()[1].history->events_size(), 2);
  EXPECT_EQ(load_bytes(gzipped(executions.SerializeAsString()), "x.gz")->list().size(), 2u);
}

TEST(Loader, BinaryWhoseLengthLooksLikeABracket) {
  History history;
  auto& event = *history.add_events();
  event.set_event_id(1);
  event.set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
  auto& started = *event.mutable_workflow_execution_started_event_attributes();
  for (const char bracket : {'[', '{'}) {
    started.clear_identity();
    const int missing = bracket - static_cast<int>(event.ByteSizeLong());
    for (int size = missing - 8; size <= missing && event.ByteSizeLong() != static_cast<std::size_t>(bracket); ++size) {
      started.set_identity(std::string(static_cast<std::size_t>(size), 'x'));
    }
    const std::string bytes = history.SerializeAsString();
    ASSERT_EQ(bytes[1], bracket);
    EXPECT_EQ(one(bytes).events_size(), 1);
  }
}

// --- order ----------------------------------------------------------------------------------------------------------

TEST(Loader, NewestFirstIsTurned) {
  const History history = one(std::string("[{\"eventId\":\"2\",\"eventType\":\"TimerStarted\"},") + kStarted + "]");
  EXPECT_EQ(history.events(0).event_id(), 1);
  EXPECT_EQ(history.events(1).event_id(), 2);
}

TEST(Loader, WrongOrderIsRefused) {
  EXPECT_EQ(refusal(with_second(R"({"eventId":3,"eventType":"TimerStarted"})")),
            "h.json: event order: expected event 2 after event 1, found event 3");
  EXPECT_EQ(refusal(with_second(kStarted)), "h.json: event order: expected event 2 after event 1, found event 1");
  EXPECT_EQ(refusal(R"({"events":[{"eventId":5,"eventType":"TimerStarted"}]})"),
            "h.json: event order: expected event 1 first, found event 5");
  EXPECT_EQ(refusal(R"({"events":[{"eventId":1,"eventType":"TimerStarted"}]})"),
            "h.json: event order: expected WorkflowExecutionStarted as event 1, found TimerStarted");
}

TEST(Loader, EmptyHistoriesAreRefused) {
  for (const char* text : {R"({"events":[]})", "{\"events\":null}", "[]", R"([{"events":[]}])"}) {
    EXPECT_THAT(refusal(text), StartsWith("h.json")) << text;
    EXPECT_THAT(refusal(text), HasSubstr("expected a history")) << text;
  }
  EXPECT_EQ(refusal(""), "h.json: expected a history, found an empty file");
  EXPECT_EQ(refusal(" \n"), "h.json: expected a history, found an empty file");
}

// --- refusals -------------------------------------------------------------------------------------------------------

TEST(Loader, UnknownEventTypeOnlyWhenIgnorable) {
  const History history = one(with_second(R"({"eventId":2,"eventType":"Unknown","workerMayIgnore":true})"));
  EXPECT_EQ(history.events(1).event_type(), enums::EVENT_TYPE_UNSPECIFIED);
  EXPECT_EQ(
      refusal(with_second(R"({"eventId":2,"eventType":"Unknown"})")),
      "h.json:2:27: events[1] (event 2): expected a known event type (or \"workerMayIgnore\": true), found Unknown");
  EXPECT_THAT(refusal(with_second(R"({"eventId":2,"eventType":9999})")), HasSubstr("found 9999"));
}

TEST(Loader, UnknownFieldsAreJsonToo) {
  const auto with_unknown = [](const std::string& value) {
    return with_second(R"({"eventId":2,"eventType":"TimerStarted","unknown":)" + value + "}");
  };
  for (const char* good : {"1", "\"a\"", "null", "[1, {\"a\": [true]}]", "{}"}) {
    EXPECT_EQ(one(with_unknown(good)).events_size(), 2) << good;
  }
  for (const char* bad : {"tru", "1e", R"({"a" "b" ,, : true})", "[1 2]", "{\"a\": nul}"}) {
    EXPECT_THAT(refusal(with_unknown(bad)), testing::HasSubstr("h.json:2:")) << bad;
    EXPECT_THAT(refusal(with_unknown(bad)), testing::HasSubstr("events[1]")) << bad;
  }
}

// A newer server writes values that these API definitions do not have.
TEST(Loader, UnknownEnumValuesAreReadWhereNoVerdictRestsOnThem) {
  for (const auto& [value, number] :
       {std::pair{"\"WORKFLOW_TASK_FAILED_CAUSE_FROM_A_NEWER_SERVER\"", 0}, std::pair{"\"NewerCause\"", 0},
        std::pair{"9999", 9999}, std::pair{"\"9999\"", 9999}}) {
    const History history = one(with_second(
        std::string(R"({"eventId":2,"eventType":"WorkflowTaskFailed","workflowTaskFailedEventAttributes":{"cause":)") +
        value + "}}"));
    EXPECT_EQ(static_cast<int>(history.events(1).workflow_task_failed_event_attributes().cause()), number) << value;
  }
  const History kind = one(with_second(
      R"({"eventId":2,"eventType":"WorkflowTaskScheduled","workflowTaskScheduledEventAttributes":{"taskQueue":{"kind":"Odd"}}})"));
  EXPECT_EQ(kind.events_size(), 2);
}

TEST(Loader, UnknownEnumValuesThatWorkflowCodeIsToldAreRefused) {
  const auto timeout = [](const std::string& type) {
    return refusal(with_second(
        R"({"eventId":2,"eventType":"ActivityTaskTimedOut","activityTaskTimedOutEventAttributes":{"failure":{"timeoutFailureInfo":{"timeoutType":)" +
        type + "}}}}"));
  };
  EXPECT_EQ(timeout("\"StartToClose\""), "accepted");
  for (const char* unknown : {"\"NEWER\"", "77"}) {
    EXPECT_THAT(timeout(unknown), HasSubstr("timeoutFailureInfo.timeoutType (event 2): expected a value of "
                                            "temporal.api.enums.v1.TimeoutType such as TIMEOUT_TYPE_"));
  }
  // What is no value of any enum is a mistake in any field.
  for (const char* bad : {"\"two words\"", "\"\"", "1.5", "true"}) {
    EXPECT_THAT(
        refusal(with_second(
            std::string(
                R"({"eventId":2,"eventType":"WorkflowTaskFailed","workflowTaskFailedEventAttributes":{"cause":)") +
            bad + "}}")),
        HasSubstr("expected a value of temporal.api.enums.v1.WorkflowTaskFailedCause"))
        << bad;
  }
}

TEST(Loader, WrongTypesNameThePlace) {
  EXPECT_THAT(refusal(with_second(R"({"eventId":"two"})")),
              HasSubstr("h.json:2:13: events[1].eventId: expected an integer, found two"));
  EXPECT_THAT(refusal(with_second(R"({"eventId":2,"eventTime":"today"})")),
              HasSubstr("events[1].eventTime (event 2): expected a time such as"));
  EXPECT_THAT(refusal(with_second(R"({"eventId":2,"timerStartedEventAttributes":{"startToFireTimeout":"10"}})")),
              HasSubstr("expected a duration"));
  EXPECT_THAT(refusal(with_second(R"({"eventId":2,"timerStartedEventAttributes":[]})")),
              HasSubstr("expected an object, found an array"));
  EXPECT_THAT(refusal(with_second(R"({"eventId":2,"timerStartedEventAttributes":{"timerId":5}})")),
              HasSubstr("expected a string, found 5"));
  EXPECT_THAT(
      refusal(with_second(
          R"({"eventId":2,"markerRecordedEventAttributes":{"details":{"a":{"payloads":[{"data":"***"}]}}}})")),
      HasSubstr(
          R"(markerRecordedEventAttributes.details["a"].payloads[0].data (event 2): expected a string in base64)"));
  EXPECT_THAT(refusal(with_second("7")), HasSubstr("events[1]: expected an event"));
  EXPECT_THAT(refusal(R"({"events":{}})"), HasSubstr("events: expected an array"));
}

TEST(Loader, PayloadsDecodedForReadingAreEncodedAgain) {
  const auto marker = [](const std::string& payload) {
    return with_second(
        R"({"eventId":2,"eventType":"MarkerRecorded","markerRecordedEventAttributes":{"markerName":"m","details":{"a":{"payloads":[)" +
        payload + R"(, {"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"NQ=="}]}}}})");
  };
  const History history =
      one(marker(R"({"metadata":{"encoding":"json/protobuf","messageType":"a.B"},"data":{"z":1,"a":[true]}})"));
  const auto& payloads = history.events(1).marker_recorded_event_attributes().details().at("a").payloads();
  ASSERT_EQ(payloads.size(), 2);
  EXPECT_EQ(payloads[0].metadata().at("encoding"), "json/protobuf");
  EXPECT_EQ(payloads[0].metadata().at("messageType"), "a.B");
  EXPECT_EQ(payloads[0].data(), R"({"z":1,"a":[true]})");
  EXPECT_EQ(payloads[1].data(), "5");
  const History text = one(marker(R"({"data":"hello","metadata":{"encoding":"json/plain"}})"));
  EXPECT_EQ(text.events(1).marker_recorded_event_attributes().details().at("a").payloads(0).data(), "\"hello\"");
  const History null = one(marker(R"({"metadata":{"encoding":"binary/null"},"data":null})"));
  EXPECT_EQ(null.events(1).marker_recorded_event_attributes().details().at("a").payloads(0).data(), "");
  // Bytes cannot be had back from what was made of them for reading.
  EXPECT_THAT(refusal(marker(R"({"metadata":{"encoding":"binary/plain"},"data":{"x":1}})")),
              HasSubstr("save the history in its encoded form"));
}

TEST(Loader, OtherJsonIsRefused) {
  EXPECT_THAT(refusal("{}"), HasSubstr("expected an object with \"events\" or \"history\", found neither"));
  EXPECT_THAT(refusal(R"({"a":{"events":[]}})"), HasSubstr("found neither"));
  EXPECT_THAT(refusal("[1]"), HasSubstr("h.json:1:1: expected an array of events or of histories"));
  EXPECT_THAT(refusal(R"([{"id":"5","initialEvent":{}}])"), HasSubstr("found other objects"));
  EXPECT_THAT(refusal("null"), HasSubstr("found neither"));
  EXPECT_THAT(refusal("hello"), HasSubstr("found neither"));
  EXPECT_THAT(refusal(std::string("PK\x03\x04 and so on")), HasSubstr("zip archive"));
}

TEST(Loader, EveryTruncationIsRefused) {
  const std::string whole = with_second(
      R"({"eventId":2,"eventType":"MarkerRecorded","markerRecordedEventAttributes":{"markerName":"a\"b","details":{"k":{"payloads":[{"data":"QUJD"}]}}}})");
  ASSERT_EQ(one(whole).events_size(), 2);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(refusal(whole.substr(0, size)), StartsWith("h.json")) << size;
  }
  const std::string zipped = gzipped(whole);
  for (std::size_t size = 2; size < zipped.size(); ++size) {
    EXPECT_THAT(refusal(zipped.substr(0, size)), HasSubstr("gzip")) << size;
  }
  const std::string binary = one(whole).SerializeAsString();
  for (std::size_t size = 1; size < binary.size(); ++size) refusal(binary.substr(0, size));  // must come back
}

TEST(Loader, EveryChangedByteIsReadOrRefused) {
  const std::string whole = with_second(
      R"({"eventId":2,"eventType":"MarkerRecorded","eventTime":"2024-01-01T00:00:00Z","markerRecordedEventAttributes":{"markerName":"a\"b","details":{"k":{"payloads":[{"data":"QUJD"}]}}},"x":[1,{"y":null}]})");
  int accepted = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'"', '{', '}', '[', ']', ',', ':', '\\', '\0', '\xff', '7', ' '}) {
      std::string changed = whole;
      changed[at] = byte;
      accepted += refusal(changed) == "accepted" ? 1 : 0;
    }
  }
  EXPECT_GT(accepted, 0);
}

TEST(Loader, DepthIsLimited) {
  std::string failure = "{}";
  for (int i = 0; i < 50; ++i) failure = R"({"message":"m","cause":)" + failure + "}";
  const std::string start =
      R"({"eventId":2,"eventType":"WorkflowExecutionFailed","workflowExecutionFailedEventAttributes":{"failure":)";
  EXPECT_EQ(one(with_second(start + failure + "}}")).events_size(), 2);
  for (int i = 0; i < 5000; ++i) failure = R"({"cause":)" + failure + "}";
  EXPECT_THAT(refusal(with_second(start + failure + "}}")), HasSubstr("expected at most 90 levels"));
  // What is skipped may be as deep as it likes.
  EXPECT_EQ(one(with_second(R"({"eventId":2,"eventType":"TimerStarted","unknown":)" + std::string(100'000, '[') +
                            std::string(100'000, ']') + "}"))
                .events_size(),
            2);
  EXPECT_THAT(refusal(std::string(100'000, '[')), StartsWith("h.json"));
}

TEST(Loader, MissingFileAndFolder) {
  for (const auto& [path, expected] :
       {std::pair{"/nonexistent/h.json", "No such file"}, std::pair{"/", "Is a directory"}}) {
    try {
      load_file(path);
      ADD_FAILURE() << path;
    } catch (const LoadError& error) {
      EXPECT_THAT(error.what(), StartsWith(path));
      EXPECT_THAT(error.what(), HasSubstr(expected));
    }
  }
}

// --- many histories in one file ------------------------------------------------------------------------------------

std::string small_history(int number) {
  return std::string(R"({"workflowId":"wf-)") + std::to_string(number) + R"(","events":[)" + kStarted + "]}";
}

TEST(Loader, EventsOneALine) {
  const std::string second = R"({"eventId":"2","eventType":"WorkflowTaskScheduled"})";
  const std::string lines = std::string(kStarted) + "\n" + second + "\n";
  EXPECT_EQ(one(lines).events_size(), 2);
  EXPECT_EQ(one(second + "\n" + kStarted).events_size(), 2);  // newest first
  const auto two = load_bytes(lines + lines, "h.jsonl");
  ASSERT_EQ(two->list().size(), 2u);
  EXPECT_EQ(two->list()[1].history->events_size(), 2);
}

TEST(Loader, PagesAreJoined) {
  const std::string first = std::string(R"({"history":{"events":[)") + kStarted + R"(]},"nextPageToken":"x"})";
  const std::string second = R"({"history":{"events":[{"eventId":"2","eventType":"WorkflowTaskScheduled"}]}})";
  for (const std::string& text : {"[" + first + "," + second + "]", first + "\n" + second, first + second}) {
    EXPECT_EQ(one(text).events_size(), 2) << text;
  }
  History page;
  auto& event = *page.add_events();
  event.set_event_id(1);
  event.set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
  EXPECT_EQ(page.SerializeAsString(), "\x0a\x04\x08\x01\x18\x01");
  EXPECT_EQ(one(R"({"rawHistory":[{"encodingType":"ENCODING_TYPE_PROTO3","data":"CgQIARgB"}],"archived":false})")
                .events_size(),
            1);
  EXPECT_THAT(refusal(R"({"rawHistory":[{"data":"!"}]})"), HasSubstr("rawHistory[0]: expected a binary history"));
}

TEST(Loader, DocumentsThatShareLines) {
  const std::string indented = std::string("{\n \"events\": [\n") + kStarted + "\n]}";
  const std::string text = small_history(1) + "\n" + indented + small_history(2) + " " + small_history(3);
  const auto loaded = load_bytes(text, "h.json");
  ASSERT_EQ(loaded->list().size(), 4u);
  EXPECT_EQ(loaded->list()[3].workflow_id, "wf-3");
}

// Twice the lines, twice the time: of the square nothing may be left. Counted in work, not in time: a document that
// is scanned to the end of the text for each line would take minutes here.
TEST(Loader, ManyLinesAreLinear) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += small_history(i) + "\n";
  const auto loaded = load_bytes(text, "h.jsonl");
  ASSERT_EQ(loaded->list().size(), 100'000u);
  EXPECT_EQ(loaded->list()[99'999].workflow_id, "wf-99999");
}

// --- files piece by piece --------------------------------------------------------------------------------------------

class Reading : public testing::Test {
 protected:
  void write(const std::string& content) { std::ofstream(path_, std::ios::binary) << content; }
  std::vector<std::string> names_and_ids() {
    std::vector<std::string> found;
    std::optional<HistoryReader> reader;
    try {
      reader.emplace(path_, "h");
    } catch (const LoadError& error) {
      return {std::string("refused: ") + error.what()};
    }
    parts_ = 0;
    while (true) {
      try {
        const auto part = reader->next();
        if (part == nullptr) return found;
        ++parts_;
        for (const auto& loaded : part->list()) found.push_back(loaded.name + " " + loaded.workflow_id);
      } catch (const LoadError& error) {
        found.push_back(std::string("refused: ") + error.what());
        if (!reader->can_continue()) return found;
      }
    }
  }

  std::string path_ = testing::TempDir() + "/reading." + std::to_string(::getpid());
  int parts_ = 0;
};

TEST_F(Reading, LinesComeInParts) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += small_history(i) + (i % 3 == 0 ? "\r\n\n" : "\n");
  for (const std::string& content : {text, gzipped(text)}) {
    write(content);
    const auto found = names_and_ids();
    ASSERT_EQ(found.size(), 20'000u);
    EXPECT_EQ(found.front(), "h[0] wf-0");
    EXPECT_EQ(found.back(), "h[19999] wf-19999");
    if (content == text) {
      EXPECT_GT(parts_, 3);  // what is compressed this well comes in one piece
    }
  }
}

TEST_F(Reading, AFaultInALateLineNamesThatLineAndWhatCameBeforeIsRead) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += small_history(i) + "\n";
  write(text + "{\"events\": [7]}\n");
  const auto found = names_and_ids();
  EXPECT_GT(found.size(), 10'000u);
  EXPECT_THAT(found.back(), StartsWith("refused: h:20001:13: events[0]: expected an event"));
}

TEST_F(Reading, OneHistoryHasNoNumber) {
  for (const std::string& content : {small_history(7), small_history(7) + "\n\n"}) {
    write(content);
    EXPECT_EQ(names_and_ids(), std::vector<std::string>{"h wf-7"});
  }
}

TEST_F(Reading, AZipArchiveFileByFile) {
  int error = 0;
  std::filesystem::remove(path_);
  zip_t* archive = ::zip_open(path_.c_str(), ZIP_CREATE, &error);
  ASSERT_NE(archive, nullptr);
  const std::string one_history = small_history(1), many = small_history(2) + "\n" + small_history(3), bad = "{";
  const std::string compressed = gzipped(small_history(4)), note = "not a history";
  const auto add = [&](const char* name, const std::string& content) {
    ::zip_file_add(archive, name, ::zip_source_buffer(archive, content.data(), content.size(), 0), 0);
  };
  add("a/one.json", one_history);
  add("bad.json", bad);
  add("README.txt", note);
  add("a/many.jsonl", many);
  add("z.json.gz", compressed);
  ASSERT_EQ(::zip_close(archive), 0);
  const auto found = names_and_ids();
  ASSERT_EQ(found.size(), 5u);
  EXPECT_EQ(found[0], "h/a/one.json wf-1");
  EXPECT_THAT(found[1], StartsWith("refused: h/bad.json:1:2: expected the end of an object"));
  EXPECT_EQ(found[2], "h/a/many.jsonl[0] wf-2");
  EXPECT_EQ(found[3], "h/a/many.jsonl[1] wf-3");
  EXPECT_EQ(found[4], "h/z.json.gz wf-4");
}

TEST_F(Reading, DamagedArchives) {
  write("PK\x03\x04 and nothing that follows");
  EXPECT_THAT(names_and_ids().at(0), StartsWith("refused: h: expected a sound zip archive"));
  const std::string whole = gzipped(small_history(1));
  write(whole.substr(0, whole.size() - 6));
  EXPECT_THAT(names_and_ids().at(0), HasSubstr("expected the end of the gzip stream"));
}

}  // namespace
}  // namespace temporalio::replayer
