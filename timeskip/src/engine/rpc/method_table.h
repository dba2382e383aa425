// Which method has which messages and which handler.
#pragma once

#include <string_view>

#include "timeskip/src/engine/rpc/requests.h"

namespace temporalio::timeskip {

struct Method {
  const google::protobuf::Message* request;
  const google::protobuf::Message* response;
  Answer (*handle)(Engine& engine, Call& call);
};

// `path` is "/package.Service/Name"; null when the method is not known.
const Method* find_method(std::string_view path);

}  // namespace temporalio::timeskip
