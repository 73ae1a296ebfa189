// What certbot prints, logs and keeps: people edit it, and so does everything that it calls.
#include "certbot-hook/certbot_output.h"
#include "certbot-hook/renewal_conf.h"
#include "tests/fuzz/expect.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::certificates;
  const auto text = berth::fuzz::AsText(data, size);
  const berth::WallTime now{std::chrono::hours(24 * 365 * 55)};
  for (const int exit_code : {0, 1}) {
    const auto verdict = ReadCertbotOutput(exit_code, false, text, now);
    berth::fuzz::Expect(verdict.sentence.size() <= 1000, "a sentence is short");
    berth::fuzz::Expect(exit_code == 0 || verdict.trouble != Trouble::kNone, "a failure is never taken for success");
    berth::fuzz::Expect(ParseTrouble(Name(verdict.trouble)) == verdict.trouble, "what is kept is read again");
  }
  (void)AnswerInLog(text);
  const auto conf = ReadRenewalConf(std::string(text));
  for (const auto& webroot : conf.webroots) berth::fuzz::Expect(!webroot.empty(), "a webroot has a name");
  return 0;
}
