#include "agent/rpc/status.h"

#include <string>

#include <gtest/gtest.h>

#include "engine/base/utf8.h"

namespace berth::rpc {
namespace {

const Error kNotFound{Code::kNotFound, "CONTAINER_NOT_FOUND", "there is no container web", {{"container", "web"}}};

v1::Status DetailsOf(const grpc::Status& status) {
  v1::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

v1::ErrorInfo InfoOf(const v1::Status& status) {
  v1::ErrorInfo info;
  EXPECT_EQ(status.details_size(), 1);
  EXPECT_EQ(status.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_TRUE(info.ParseFromString(status.details(0).value()));
  return info;
}

TEST(Status, CarriesTheCodeAndTheSentence) {
  const auto status = ToStatus(kNotFound);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "there is no container web");
  EXPECT_EQ(DetailsOf(status).code(), 5);
  EXPECT_EQ(DetailsOf(status).message(), status.error_message());
}

TEST(Status, CarriesExactlyOneReasonWithItsMetadata) {
  const auto info = InfoOf(DetailsOf(ToStatus(kNotFound)));
  EXPECT_EQ(info.reason(), "CONTAINER_NOT_FOUND");
  EXPECT_EQ(info.domain(), "berth");
  EXPECT_EQ(info.metadata().at("container"), "web");
}

TEST(Status, DoesNotLeaveWithoutAReason) {
  EXPECT_EQ(InfoOf(DetailsOf(ToStatus({Code::kDataLoss, "", "rubbish"}))).reason(), "DATA_LOSS");
}

TEST(Status, DoesNotCarryBytesThatAreNoUtf8) {
  const auto status = ToStatus({Code::kInternal, "ENGINE_ERROR", "bad \xFF byte", {{"output", "\xC3"}}});
  EXPECT_EQ(status.error_message(), "bad \uFFFD byte");
  EXPECT_EQ(InfoOf(DetailsOf(status)).metadata().at("output"), "\uFFFD");
}

// What a peer that wants base64 gets: the most that a message can become on its way.
std::size_t SizeInTrailer(const grpc::Status& status) {
  std::size_t encoded = 0;
  for (const char c : status.error_message()) encoded += c >= ' ' && c <= '~' && c != '%' ? 1 : 3;
  return encoded + status.error_details().size() * 4 / 3;
}

TEST(Status, StaysBelowTheMetadataThatAClientAccepts) {
  Error huge{Code::kInternal, "ENGINE_ERROR", std::string(100'000, 'x')};
  for (int i = 0; i < 20; ++i) huge.metadata["key" + std::to_string(i)] = std::string(10'000, 'y');
  EXPECT_LT(SizeInTrailer(ToStatus(huge)), 7800u);

  huge.message.clear();
  for (int i = 0; i < 10'000; ++i) huge.message += "\u00FC";
  EXPECT_LT(SizeInTrailer(ToStatus(huge)), 7800u);
}

TEST(Status, SaysThatAMessageWasCut) {
  const auto message = ToStatus({Code::kInternal, "ENGINE_ERROR", std::string(100'000, 'x')}).error_message();
  EXPECT_TRUE(message.ends_with("x..."));
  EXPECT_GT(message.size(), 2000u);
}

}  // namespace
}  // namespace berth::rpc
