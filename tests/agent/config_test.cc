#include "agent/config.h"

#include <fstream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/config_options.h"
#include "agent/config_text.h"
#include "tests/support/temporary_directory.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> Texts(const std::vector<ConfigError>& errors) {
  std::vector<std::string> texts;
  for (const auto& error : errors) texts.push_back(error.ToString());
  return texts;
}

std::string Slurp(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

class ConfigTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) {
    const auto path = directory / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  LoadedConfig Load() { return LoadConfig(sources); }
  // What is wrong with this text, without the directory.
  std::vector<std::string> ErrorsOf(const std::string& text) {
    Write("berthd.toml", text);
    auto errors = Texts(Load().errors);
    const auto prefix = directory.path().string() + "/";
    for (auto& error : errors) {
      if (error.starts_with(prefix)) error = error.substr(prefix.size());
    }
    return errors;
  }

  test::TemporaryDirectory directory;
  ConfigSources sources{.file = directory / "berthd.toml"};
};

// --- Where options come from ---

TEST_F(ConfigTest, HasDefaultsWithoutAFile) {
  const auto loaded = Load();
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_EQ(loaded.config.SocketPath(), "/run/berth/berthd.sock");
  EXPECT_EQ(loaded.config.engine, "");
  EXPECT_EQ(loaded.config.operations.keep_previous, 1);
  EXPECT_EQ(loaded.config.operations.drain_timeout, 30s);
}

TEST_F(ConfigTest, MissesAFileThatWasAskedFor) {
  sources.file_must_exist = true;
  EXPECT_THAT(Texts(Load().errors), ElementsAre(HasSubstr("there is no such file")));
}

TEST_F(ConfigTest, ReadsEveryKindOfOption) {
  Write("berthd.toml", R"(
    listen = "unix:///srv/berth.sock"
    socket_mode = "0600"
    log_level = "debug"
    [operations]
    keep_previous = 3
    drain_timeout = "1m30s"
    [limits]
    event_queue = 64
  )");
  const auto [config, errors, warnings] = Load();
  EXPECT_THAT(Texts(errors), IsEmpty());
  EXPECT_EQ(config.SocketPath(), "/srv/berth.sock");
  EXPECT_EQ(config.socket_mode, 0600u);
  EXPECT_EQ(config.log_level, log::Level::kDebug);
  EXPECT_EQ(config.operations.keep_previous, 3);
  EXPECT_EQ(config.operations.drain_timeout, 90s);
  EXPECT_EQ(config.limits.event_queue, 64);
}

TEST_F(ConfigTest, LetsWhatComesLaterWin) {
  Write("berthd.toml", "state_dir = \"/a\"\nsocket_group = \"a\"\nlisten = \"unix:///a\"\nlog_level = \"debug\"\n");
  Write("conf.d/20-late.toml", "socket_group = \"c\"\n");
  Write("conf.d/10-early.toml", "socket_group = \"b\"\nlisten = \"unix:///b\"\nlog_level = \"error\"\n");
  Write("conf.d/30.toml.disabled", "state_dir = \"/disabled\"\n");
  sources.environment = {{"BERTH_LISTEN", "unix:///d"}, {"BERTH_LOG_LEVEL", "info"}};
  sources.flags = {{"log_level", "warning"}};
  const auto [config, errors, warnings] = Load();
  EXPECT_THAT(Texts(errors), IsEmpty());
  EXPECT_EQ(config.state_dir, "/a");
  EXPECT_EQ(config.socket_group, "c");
  EXPECT_EQ(config.SocketPath(), "/d");
  EXPECT_EQ(config.log_level, log::Level::kWarning);
}

TEST_F(ConfigTest, TakesEveryOptionFromTheEnvironmentAndFromAFlag) {
  const Config defaults;
  for (const auto& option : ConfigOptions()) {
    auto text = option.show(defaults);
    if (text.starts_with('"') || text.starts_with('[')) text = text.substr(1, text.size() - 2);
    sources.environment = {{option.Variable(), text}};
    sources.flags = {{option.key, text}};
    const auto loaded = Load();
    EXPECT_THAT(Texts(loaded.errors), IsEmpty()) << option.key;
    EXPECT_THAT(Texts(loaded.warnings), IsEmpty()) << option.key;
    EXPECT_EQ(option.show(loaded.config), option.show(defaults));
  }
}

TEST_F(ConfigTest, NamesTheVariableOrTheFlagThatIsWrong) {
  sources.environment = {{"BERTH_OPERATIONS_KEEP_PREVIOUS", "many"}};
  sources.flags = {{"state_dir", "here"}, {"colour", "red"}};
  EXPECT_THAT(
      Texts(Load().errors),
      ElementsAre("BERTH_OPERATIONS_KEEP_PREVIOUS: operations.keep_previous must be a whole number from 0 to 10",
                  HasSubstr("colour: there is no option colour"),
                  HasSubstr("--state-dir: state_dir must be an absolute path")));
}

TEST_F(ConfigTest, WarnsOfAVariableThatLooksLikeASlipAndNoOther) {
  sources.environment = {{"BERTH_LSITEN", "unix:///a"}, {"BERTH_CXX", "clang++"}, {"HOME", "/root"}};
  const auto loaded = Load();
  EXPECT_THAT(Texts(loaded.warnings), ElementsAre("BERTH_LSITEN: is not used; did you mean BERTH_LISTEN?"));
  EXPECT_THAT(loaded.errors, IsEmpty());
}

// --- What is wrong ---

TEST_F(ConfigTest, SaysWhereAnUnknownOptionIsAndWhatWasMeant) {
  EXPECT_THAT(
      ErrorsOf("\nlissten = \"unix:///a\"\n  keep_previous = 2\n[operations]\nhistory_dayz = 3\n"),
      ElementsAre(
          "berthd.toml:2:1: there is no option lissten; did you mean listen?",
          "berthd.toml:3:3: there is no option keep_previous; did you mean keep_previous in [operations]?",
          "berthd.toml:5:1: there is no option operations.history_dayz; did you mean history_days in [operations]?"));
}

TEST_F(ConfigTest, DoesNotGuessWhatNobodyCanHaveMeant) {
  EXPECT_THAT(
      ErrorsOf("colour = \"red\"\n"),
      ElementsAre(
          "berthd.toml:1:1: there is no option colour; berthd --print-default-config shows all that there are"));
}

TEST_F(ConfigTest, SaysWhereItIsNoToml) {
  EXPECT_THAT(
      ErrorsOf("listen = \"unix:///a\"\n  log_level = debug\n"),
      ElementsAre("berthd.toml:2:15: here should be a value: a whole number, true, false, or a text in quotes"));
  EXPECT_THAT(ErrorsOf("log_level \"info\"\n"), ElementsAre("berthd.toml:1:11: behind a name comes = and its value"));
  EXPECT_THAT(ErrorsOf("log_level = \"info\n\""), ElementsAre(HasSubstr("berthd.toml:1:18: this text has no end")));
  EXPECT_THAT(ErrorsOf("log_level = \"info\" \"debug\""),
              ElementsAre(HasSubstr("berthd.toml:1:20: there is something more")));
  EXPECT_THAT(ErrorsOf("[operations\n"), ElementsAre(HasSubstr("berthd.toml:1:12: a section's name ends with ]")));
  EXPECT_THAT(ErrorsOf("[.]\n"), ElementsAre(HasSubstr("berthd.toml:1:2: here should be a name")));
  EXPECT_THAT(ErrorsOf("\u00fcber = 1\n"), ElementsAre(HasSubstr("berthd.toml:1:1: here should be a name")));
  EXPECT_THAT(ErrorsOf("listen = 'unix:///\u00fc\u00fc' \u00fc\n"),
              ElementsAre(HasSubstr("berthd.toml:1:23: there is something")));
}

TEST_F(ConfigTest, RefusesToBeToldTwice) {
  EXPECT_THAT(ErrorsOf("log_level = \"info\"\nlog_level = \"debug\"\n"),
              ElementsAre("berthd.toml:2:1: log_level is set twice"));
  EXPECT_THAT(ErrorsOf("[limits]\n[operations]\n[limits]\n"),
              ElementsAre("berthd.toml:3:1: the section [limits] is there twice"));
}

TEST_F(ConfigTest, RefusesValuesOfTheWrongKind) {
  EXPECT_THAT(ErrorsOf("listen = 80\nsocket_mode = 0o660\n[operations]\nkeep_previous = true\ndrain_timeout = 30\n"),
              ElementsAre(HasSubstr("berthd.toml:1:1: listen must be a text in quotes"),
                          HasSubstr("berthd.toml:2:1: socket_mode must be four octal digits"),
                          HasSubstr("keep_previous must be a whole number from 0 to 10 (this is true or false)"),
                          HasSubstr("drain_timeout must be a duration from 0s to 1h")));
}

TEST_F(ConfigTest, RefusesValuesOutOfRange) {
  EXPECT_THAT(ErrorsOf("[operations]\nkeep_previous = 11\nhistory_days = 0\ndrain_timeout = \"2h\"\n"),
              ElementsAre(HasSubstr("from 0 to 10"), HasSubstr("from 1 to 3650"), HasSubstr("to 1h")));
}

TEST_F(ConfigTest, RefusesAddressesThatItCannotUse) {
  EXPECT_THAT(ErrorsOf("listen = \"tcp://0.0.0.0:7000\"\nengine = \"ftp://engine\"\nlog_level = \"loud\"\n"),
              ElementsAre(HasSubstr("listen must be unix://"), HasSubstr("engine \"ftp://engine\""),
                          HasSubstr("log_level must be")));
}

TEST_F(ConfigTest, TakesPlacesOfThisHostForItsFigures) {
  for (const char* place : {"", "unix:///run/berth/metrics.sock", "127.0.0.1:9477", "[::1]:9477"}) {
    EXPECT_THAT(ErrorsOf(std::string("[metrics]\nlisten = \"") + place + "\"\n"), IsEmpty()) << place;
  }
}

TEST_F(ConfigTest, RefusesToOfferItsFiguresToOtherHosts) {
  EXPECT_THAT(ErrorsOf("[metrics]\nlisten = \"0.0.0.0:9477\"\n"),
              ElementsAre(HasSubstr("berthd.toml:2:1: metrics.listen must be an address that only this host reaches")));
}

TEST_F(ConfigTest, TakesWhereNoticesGo) {
  EXPECT_THAT(ErrorsOf("[notices]\nslack = \"https://hooks.example.org/key\"\nallow_private = true\n"), IsEmpty());
  const auto config = Load().config;
  EXPECT_EQ(config.notices.slack.Reveal(), "https://hooks.example.org/key");
  EXPECT_TRUE(config.notices.ntfy.empty());
  EXPECT_TRUE(config.notices.allow_private);
}

TEST_F(ConfigTest, RefusesAPlaceForNoticesThatIsNone) {
  EXPECT_THAT(ErrorsOf("[notices]\nwebhook = \"example.org\"\n"),
              ElementsAre(HasSubstr("notices.webhook must be a URL")));
  EXPECT_THAT(ErrorsOf("[notices]\nntfy = \"https://ntfy.sh\"\n"), ElementsAre(HasSubstr("must end in a topic")));
}

TEST_F(ConfigTest, DoesNotShowTheSecretsOfNotices) {
  EXPECT_THAT(ErrorsOf("[notices]\nslack = \"https://hooks.example.org:x/key\"\n"),
              ElementsAre(Not(HasSubstr("/key"))));
  EXPECT_THAT(ErrorsOf("[notices]\nslack = \"https://hooks.example.org/key\"\n"), IsEmpty());
  EXPECT_EQ(FindOption("notices.slack")->show(Load().config), "\"\"");
}

TEST_F(ConfigTest, RefusesASocketForEverybody) {
  EXPECT_THAT(ErrorsOf("socket_mode = \"0666\"\n"), ElementsAre(HasSubstr("as good as root")));
}

TEST_F(ConfigTest, RefusesAFileThatItCannotRead) {
  std::filesystem::create_directory(directory / "berthd.toml");
  EXPECT_THAT(Texts(Load().errors), ElementsAre(HasSubstr("berthd.toml: cannot be read")));
}

// --- Durations ---

TEST(ConfigDuration, ReadsNumbersWithUnits) {
  EXPECT_EQ(ParseDuration("250ms"), 250ms);
  EXPECT_EQ(ParseDuration("30s"), 30s);
  EXPECT_EQ(ParseDuration("1h30m"), 90min);
  EXPECT_EQ(ParseDuration("2d"), 48h);
  EXPECT_EQ(ParseDuration("0s"), 0s);
}

TEST(ConfigDuration, DoesNotReadAnythingElse) {
  for (const char* text :
       {"", "30", "s", "-1s", "1.5s", "30 s", "30S", "1h 30m", "30sec", "9223372036854775807d", "1s1"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

TEST(ConfigDuration, WritesWhatItReads) {
  for (const auto duration : {0ms, 1ms, 1500ms, 90'000ms, 86'400'000ms, 90'061'001ms}) {
    EXPECT_EQ(ParseDuration(FormatDuration(duration)), duration) << FormatDuration(duration);
  }
}

TEST(ConfigOption, ShowsAnyTextAsAFileMaySayIt) {
  const auto* listen = FindOption("listen");
  Config config;
  const std::string odd = "unix:///run/\"a\\b\"\n\x7f\xc3\xa9.sock";
  ASSERT_EQ(listen->set(config, odd), std::nullopt);
  const auto parsed = ParseConfigText("listen = " + listen->show(config), "shown");
  ASSERT_EQ(parsed.settings.size(), 1u);
  EXPECT_EQ(std::get<std::string>(parsed.settings[0].value), odd);
}

TEST_F(ConfigTest, TakesASwitchFromAFileAndFromAVariable) {
  EXPECT_THAT(ErrorsOf("[heal]\nenabled = false\n"), IsEmpty());
  EXPECT_FALSE(Load().config.heal.enabled);
  sources.environment["BERTH_HEAL_ENABLED"] = "true";
  EXPECT_TRUE(Load().config.heal.enabled);
}

TEST_F(ConfigTest, TakesNothingElseForASwitch) {
  EXPECT_THAT(ErrorsOf("[heal]\nenabled = 1\nall = \"yes\"\n"),
              ElementsAre("berthd.toml:2:1: heal.enabled must be true or false, without quotes",
                          "berthd.toml:3:1: heal.all must be true or false, without quotes"));
}

TEST_F(ConfigTest, TakesOneOfTheWordsOfAChoice) {
  EXPECT_THAT(ErrorsOf("[heal]\naction = \"notify\"\n"), IsEmpty());
  EXPECT_EQ(Load().config.heal.action, watchdog::Action::kNotify);
}

TEST_F(ConfigTest, DoesNotTakeAnotherWordForAChoice) {
  EXPECT_THAT(ErrorsOf("[heal]\naction = \"reboot\"\n"),
              ElementsAre("berthd.toml:2:1: heal.action must be \"restart\", \"recreate\", \"stop\", \"notify\" or "
                          "\"none\""));
}

// --- What is written about the options ---

TEST_F(ConfigTest, ShipsEveryOptionAtItsDefault) {
  EXPECT_THAT(ErrorsOf(DefaultConfigText()), IsEmpty());
  auto text = DefaultConfigText();
  for (const auto& option : ConfigOptions()) {
    const auto line = "#" + option.Name() + " = ";
    const auto begin = text.find(line);
    ASSERT_NE(begin, text.npos) << option.key;
    text.erase(begin, 1);
  }
  EXPECT_THAT(ErrorsOf(text), IsEmpty());
  const auto config = Load().config;
  for (const auto& option : ConfigOptions()) EXPECT_EQ(option.show(config), option.show(Config())) << option.key;
}

TEST(ConfigFiles, ShipTheDefaultConfiguration) {
  EXPECT_EQ(Slurp(BERTH_SOURCE_DIR "/packaging/berthd.toml"), DefaultConfigText())
      << "make it anew: berthd --print-default-config >packaging/berthd.toml";
}

TEST(ConfigOption, IsReloadedWhenTheManualSaysSoAndNoOther) {
  for (const auto& option : ConfigOptions()) {
    const auto section = option.Section();
    const bool listed =
        option.key == "log_level" || section == "access" || section == "policy" || section == "registry";
    EXPECT_EQ(IsReloaded(option), listed) << option.key;
  }
}

TEST(ConfigFiles, ListEveryOptionInTheManual) {
  const auto manual = Slurp(BERTH_SOURCE_DIR "/docs/configuration.md");
  for (const auto& option : ConfigOptions()) {
    const auto row = "| `" + option.key + "` | `" + option.show(Config()) + "` | " + option.help + " |";
    EXPECT_THAT(manual, HasSubstr(row));
  }
}

// --- The language ---

std::string TextOf(const std::string& value) {
  const auto parsed = ParseConfigText("x = " + value, "text");
  return parsed.settings.empty() ? "nothing" : std::get<std::string>(parsed.settings.front().value);
}

std::optional<std::int64_t> NumberOf(const std::string& value) {
  const auto parsed = ParseConfigText("x = " + value, "text");
  const auto* number = parsed.settings.empty() ? nullptr : std::get_if<std::int64_t>(&parsed.settings.front().value);
  return number ? std::optional(*number) : std::nullopt;
}

TEST(ConfigText, ReadsTexts) {
  EXPECT_EQ(TextOf(R"("a \"b\" \\ \t")"), "a \"b\" \\ \t");
  EXPECT_EQ(TextOf(R"("\u00fc\u20AC\U0001F600")"), "\u00fc\u20ac\U0001f600");
  EXPECT_EQ(TextOf(R"('C:\a "b"')"), R"(C:\a "b")");
  EXPECT_EQ(TextOf("'\u00fc' # \u00fc"), "\u00fc");
  EXPECT_EQ(TextOf("\"\"\r\n"), "");
}

TEST(ConfigText, DoesNotReadWhatIsNoText) {
  for (const char* text : {R"("\x")", R"("\ud800")", R"("\U00110000")", R"("\u12")", R"("\)", "\"a\nb\"", "'''a'''",
                           "\"\"\"a\"\"\"", "\"\x01\"", "'a\nb'"}) {
    EXPECT_EQ(TextOf(text), "nothing") << text;
  }
}

TEST(ConfigText, ReadsNumbers) {
  EXPECT_EQ(NumberOf("0"), 0);
  EXPECT_EQ(NumberOf("-17"), -17);
  EXPECT_EQ(NumberOf("+1_000"), 1000);
  EXPECT_EQ(NumberOf("0xff"), 255);
  EXPECT_EQ(NumberOf("0o660"), 0660);
  EXPECT_EQ(NumberOf("0b101"), 5);
  EXPECT_EQ(NumberOf("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
}

TEST(ConfigText, DoesNotReadWhatIsNoNumber) {
  for (const char* text :
       {"", "-", "01", "1__0", "_1", "1_", "0x", "-0x1", "0x-1", "1.5", "9223372036854775808", "2026-01-02", "one"}) {
    EXPECT_EQ(NumberOf(text), std::nullopt) << text;
  }
}

std::optional<std::vector<std::string>> ListOf(const std::string& value) {
  const auto parsed = ParseConfigText("x = " + value, "text");
  if (parsed.settings.size() != 1) return std::nullopt;
  return std::get<std::vector<std::string>>(parsed.settings.front().value);
}

TEST(ConfigText, ReadsListsOfTexts) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(ListOf("[]"), Texts());
  EXPECT_EQ(ListOf("[ 'a', \"b,\" ] # c"), (Texts{"a", "b,"}));
  EXPECT_EQ(ListOf("[\n  'a',  # one\r\n\n  'b',\n]"), (Texts{"a", "b"}));
}

TEST(ConfigText, DoesNotReadWhatIsNoListOfTexts) {
  for (const char* text : {"[", "['a'", "['a' 'b']", "[,]", "['a',,]", "[1]", "[['a']]", "['a'] ]", "['a\n']"}) {
    EXPECT_EQ(ListOf(text), std::nullopt) << text;
  }
}

// --- Lists ---

ConfigOption Colours() {
  return ListOption(
      "colours", [](Config& config) -> auto& { return config.policy.projects; },
      [](const std::string& text) { return text.empty() ? Complaint("must be a colour") : std::nullopt; }, "Some.");
}

TEST(ConfigList, TakesAListOrATextWithCommas) {
  for (const ConfigValue& value : {ConfigValue(std::vector<std::string>{"red", "blue"}), ConfigValue("red, blue")}) {
    Config config;
    EXPECT_EQ(Colours().set(config, value), std::nullopt);
    EXPECT_EQ(Colours().show(config), "[\"red\", \"blue\"]");
  }
}

TEST(ConfigList, DoesNotTakeAnEntryThatIsNoneOfItsKind) {
  Config config;
  EXPECT_EQ(Colours().set(config, std::vector<std::string>{"red", ""}), "has \"\", which must be a colour");
  EXPECT_EQ(Colours().set(config, "red,"), "has \"\", which must be a colour");
  EXPECT_NE(Colours().set(config, std::int64_t{1}), std::nullopt);
  EXPECT_EQ(Colours().show(config), "[]");
}

TEST(ConfigText, ReadsDottedNamesAndSections) {
  const auto parsed = ParseConfigText("\xef\xbb\xbf a . b = 1 # c\n\n [ c.d ] # e\n\te-f_1=2", "text");
  ASSERT_EQ(parsed.settings.size(), 2u);
  EXPECT_EQ(parsed.settings[0].key, "a.b");
  EXPECT_EQ(parsed.settings[0].where, "text:1:2");
  EXPECT_EQ(parsed.settings[1].key, "c.d.e-f_1");
  EXPECT_EQ(parsed.settings[1].where, "text:4:2");
}

// --- Anything at all ---

// Random bytes, and random pieces of what a configuration is made of: whatever it says, it says it and does not fall
// over.
TEST(ConfigText, SurvivesAnything) {
  const std::vector<std::string> pieces = {
      "listen", "=",          "\"",      "[",  "]",    "operations", ".",
      "\n",     "1",          "'''",     "{",  "}",    ",",          "#",
      "true",   "1979-05-27", "\\u0000", "0x", "\xff", "\xe2\x82",   std::string(1, '\0'),
      " "};
  std::mt19937 random(1);
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    const auto length = random() % 40;
    for (std::size_t i = 0; i < length; ++i) {
      text += round % 2 == 0 ? std::string(1, static_cast<char>(random())) : pieces[random() % pieces.size()];
    }
    Config config;
    for (const auto& setting : ParseConfigText(text, "fuzz").settings) {
      if (const auto* option = FindOption(setting.key)) (void)option->set(config, setting.value);
      (void)GuessOption(setting.key);
    }
  }
}

}  // namespace
}  // namespace berth::agent
