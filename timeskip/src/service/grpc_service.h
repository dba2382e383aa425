// gRPC in, engine, gRPC out: one generic service that takes every unary method by its path. No generated stubs, so a
// method is known as soon as the engine knows it.
#pragma once

#include <grpcpp/generic/async_generic_service.h>

#include "timeskip/src/service/engine_thread.h"

namespace temporalio::timeskip {

class GrpcService final : public grpc::CallbackGenericService {
 public:
  // `engine` must outlive every call of this service.
  explicit GrpcService(EngineThread& engine) : engine_(engine) {}

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override;

 private:
  EngineThread& engine_;
};

}  // namespace temporalio::timeskip
