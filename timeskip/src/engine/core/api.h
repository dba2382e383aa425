// Short names for the generated packages that the whole engine uses. The huge request_response.pb.h is not among them:
// only the files that answer requests include it.
#pragma once

#include "temporal/api/command/v1/message.pb.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/enums/v1/command_type.pb.h"
#include "temporal/api/enums/v1/common.pb.h"
#include "temporal/api/enums/v1/event_type.pb.h"
#include "temporal/api/enums/v1/failed_cause.pb.h"
#include "temporal/api/enums/v1/query.pb.h"
#include "temporal/api/enums/v1/workflow.pb.h"
#include "temporal/api/failure/v1/message.pb.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/query/v1/message.pb.h"
#include "temporal/api/taskqueue/v1/message.pb.h"

namespace temporalio::timeskip {

namespace enums = ::temporal::api::enums::v1;
namespace commonpb = ::temporal::api::common::v1;
namespace commandpb = ::temporal::api::command::v1;
namespace failurepb = ::temporal::api::failure::v1;
namespace historypb = ::temporal::api::history::v1;
namespace querypb = ::temporal::api::query::v1;
namespace taskqueuepb = ::temporal::api::taskqueue::v1;

}  // namespace temporalio::timeskip
