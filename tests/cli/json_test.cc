#include "cli/text/json.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "tests/cli/operations_for_tests.h"

namespace berth::test {
namespace {

using boost::json::parse;

TEST(Json, HasTheNamesOfTheContractAndFieldsAtTheirDefault) {
  v1::Container container;
  container.set_name("web");
  container.set_state(v1::CONTAINER_STATE_RUNNING);
  const auto json = parse(cli::ToJson(container)).as_object();
  EXPECT_EQ(json.at("name"), "web");
  EXPECT_EQ(json.at("state"), "CONTAINER_STATE_RUNNING");
  EXPECT_EQ(json.at("image_id"), "");
  EXPECT_TRUE(json.at("labels").as_object().empty());
}

TEST(Json, ShowsTheReasonInsideAnError) {
  const auto json = parse(cli::ToJson(FailedUpgrade())).as_object();
  const auto& detail = json.at("error").at("details").at(0);
  EXPECT_EQ(detail.at("@type"), "type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_EQ(detail.at("reason"), "HEALTH_GATE_FAILED");
}

TEST(Json, IsOneLine) {
  v1::Container container;
  container.set_name("two\nlines \x1b[2J \"quoted\"");
  const std::string json = cli::ToJson(container);
  EXPECT_EQ(json.find('\n'), std::string::npos);
  EXPECT_EQ(json.find('\x1b'), std::string::npos);
  EXPECT_EQ(parse(json).at("name"), "two\nlines \x1b[2J \"quoted\"");
}

TEST(Json, HasStringsAndArrays) {
  EXPECT_EQ(parse(cli::JsonString("a \"b\" \\")), "a \"b\" \\");
  EXPECT_EQ(cli::JsonArray(std::vector<v1::Operation>{}), "[]");
  EXPECT_EQ(parse(cli::JsonArray(std::vector<v1::Operation>(2))).as_array().size(), 2U);
}

}  // namespace
}  // namespace berth::test
