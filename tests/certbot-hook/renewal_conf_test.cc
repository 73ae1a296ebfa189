#include "certbot-hook/renewal_conf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::certificates {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RenewalConf, SaysHowItWasObtained) {
  const auto conf = ReadRenewalConf(R"(# renew_before_expiry = 30 days
version = 2.1.0
archive_dir = /etc/letsencrypt/archive/example.org
# Options used in the renewal process
[renewalparams]
account = 0123456789abcdef
authenticator = webroot
webroot_path = /srv/www,
server = https://127.0.0.1:14000/dir
key_type = ecdsa
[[webroot_map]]
example.org = /srv/www
www.example.org = /srv/other
)");
  EXPECT_EQ(conf.authenticator, "webroot");
  EXPECT_EQ(conf.server, "https://127.0.0.1:14000/dir");
  EXPECT_THAT(conf.webroots, ElementsAre("/srv/www", "/srv/other"));
}

TEST(RenewalConf, IsEmptyForAFileThatIsNone) {
  const auto conf = ReadRenewalConf("\xff\xfe = \n[[\n= =\n");
  EXPECT_EQ(conf.authenticator, "");
  EXPECT_THAT(conf.webroots, IsEmpty());
}

}  // namespace
}  // namespace berth::certificates
