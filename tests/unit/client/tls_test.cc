// Connecting over TLS, to a gRPC server in this process with certificates made by the openssl command.
#include <gmock/gmock.h>
#include <grpcpp/security/server_credentials.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "temporalio/client.h"
#include "tests/unit/rpc/echo_server.h"

namespace temporalio::client {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct Certificate {
  std::string certificate;
  std::string key;
};

std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// A certificate for `name` that is its own root.
Certificate make_certificate(const std::string& name) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / ("tls_" + name);
  std::filesystem::create_directories(folder);
  const std::string command =
      std::string(OPENSSL_PROGRAM) +
      " req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" + name +
      " -addext subjectAltName=DNS:" + name + " -keyout " + (folder / "key").string() + " -out " +
      (folder / "certificate").string() + " 2>/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return {read(folder / "certificate"), read(folder / "key")};
}

class Tls : public ::testing::Test {
 protected:
  static std::shared_ptr<grpc::ServerCredentials> server_credentials(const std::string& trusted_client = "") {
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({server_certificate().key, server_certificate().certificate});
    if (!trusted_client.empty()) {
      options.pem_root_certs = trusted_client;
      options.client_certificate_request = GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    }
    return grpc::SslServerCredentials(options);
  }
  static const Certificate& server_certificate() {
    static const Certificate made = make_certificate("temporal.test");
    return made;
  }
  // What connect() says, or nothing where it connects.
  static std::string refusal(const rpc::EchoServer& server, const std::optional<TLSConfig>& tls) {
    try {
      Client::connect(server.target(), {.connect_timeout = 1s, .tls = tls});
      return "";
    } catch (const RPCError& error) {
      return error.what();
    }
  }
};

TEST_F(Tls, TrustsTheServerByItsRootAndName) {
  rpc::EchoServer server(server_credentials());
  const std::string& root = server_certificate().certificate;
  EXPECT_EQ(refusal(server, TLSConfig{.server_root_ca_cert = root, .domain = "temporal.test"}), "");
  EXPECT_THAT(refusal(server, TLSConfig{.server_root_ca_cert = root, .domain = "other.test"}),
              HasSubstr("no Temporal service answers at 127.0.0.1:"));
  EXPECT_NE(refusal(server, TLSConfig{.server_root_ca_cert = root}), "");
  EXPECT_NE(refusal(server, TLSConfig{.domain = "temporal.test"}), "");
  EXPECT_NE(refusal(server, std::nullopt), "");
}

TEST_F(Tls, AServerWithoutTlsIsNotTrusted) {
  const rpc::EchoServer server;
  EXPECT_EQ(refusal(server, std::nullopt), "");
  EXPECT_NE(refusal(server, TLSConfig()), "");
}

TEST_F(Tls, ShowsItsOwnCertificate) {
  const Certificate mine = make_certificate("client.test");
  const Certificate other = make_certificate("stranger.test");
  const rpc::EchoServer server(server_credentials(mine.certificate));
  TLSConfig tls{.server_root_ca_cert = server_certificate().certificate, .domain = "temporal.test"};
  EXPECT_NE(refusal(server, tls), "");
  tls.client_cert = other.certificate;
  tls.client_private_key = other.key;
  EXPECT_NE(refusal(server, tls), "");
  tls.client_cert = mine.certificate;
  tls.client_private_key = mine.key;
  EXPECT_EQ(refusal(server, tls), "");
}

TEST_F(Tls, ApiKeyIsSentOverTls) {
  rpc::EchoServer server(server_credentials());
  const TLSConfig tls{.server_root_ca_cert = server_certificate().certificate, .domain = "temporal.test"};
  Client::connect(server.target(), {.tls = tls, .api_key = "k1"});
  const auto metadata = server.last_metadata();
  ASSERT_EQ(metadata.count("authorization"), 1u);
  EXPECT_EQ(metadata.find("authorization")->second, "Bearer k1");

  Client::connect(server.target(), {.rpc_metadata = {{"authorization", "Basic x"}}, .tls = tls, .api_key = "k1"});
  EXPECT_EQ(server.last_metadata().find("authorization")->second, "Basic x");

  // Never in the clear.
  const rpc::EchoServer plain;
  EXPECT_THROW(Client::connect(plain.target(), {.connect_timeout = 200ms, .api_key = "k1"}), RPCError);
}

TEST_F(Tls, WhatIsNoPemIsRefused) {
  const auto refusal_of = [](const TLSConfig& tls) -> std::string {
    try {
      Client::connect("127.0.0.1:1", {.connect_timeout = 100ms, .tls = tls});
      return "nothing";
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  };
  const Certificate& good = server_certificate();
  EXPECT_THAT(refusal_of({.server_root_ca_cert = "/etc/ssl/ca.pem"}),
              HasSubstr("tls.server_root_ca_cert is no certificate in PEM form: expected a text with -----BEGIN"));
  EXPECT_THAT(refusal_of({.client_cert = good.key, .client_private_key = good.key}),
              HasSubstr("tls.client_cert is no certificate in PEM form"));
  EXPECT_THAT(refusal_of({.client_cert = good.certificate, .client_private_key = good.certificate}),
              HasSubstr("tls.client_private_key is no private key in PEM form"));
  EXPECT_THAT(refusal_of({.client_cert = good.certificate}),
              HasSubstr("tls.client_cert and tls.client_private_key go together"));
}

}  // namespace
}  // namespace temporalio::client
