// What is installed: berthd, berthctl and berth-certbot-hook in one file, because most of each is the same gRPC. It is
// the one whose name it is called by.
#include <cstdio>
#include <cstdlib>
#include <string_view>

// Each is the main() of a program, under another name: CMakeLists.txt.
int BerthdMain(int argc, char** argv);
int BerthctlMain(int argc, char** argv);
int BerthCertbotHookMain(int argc, char** argv);

int main(int argc, char** argv) {
  const std::string_view path = argc > 0 ? argv[0] : "";
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (name == "berthd") return BerthdMain(argc, argv);
  if (name == "berthctl") return BerthctlMain(argc, argv);
  // A deploy hook may have any name: certbot says by this that it is one.
  if (name == "berth-certbot-hook" || std::getenv("RENEWED_LINEAGE")) return BerthCertbotHookMain(argc, argv);
  std::fputs("This file is three programs: call it by the name berthd, berthctl or berth-certbot-hook.\n", stderr);
  constexpr int kUsage = 2;
  return kUsage;
}
