// What a command works with: the person's wishes, the agent, and where text goes.
#pragma once

#include <string>

#include "cli/exit_code.h"
#include "cli/globals.h"
#include "cli/remote/client.h"
#include "cli/remote/reconnect.h"
#include "cli/text/palette.h"
#include "cli/text/time.h"
#include "cli/world.h"

namespace berth::cli {

class Session {
 public:
  Session(World& world, Globals globals, AgentAddress address);

  World& world() const { return world_; }
  const Globals& globals() const { return globals_; }
  const Client& client() const { return client_; }
  WallTime Now() const { return world_.now(); }
  Reconnect NewReconnect() const { return Reconnect(world_.sleep); }

  // Colours only on a terminal that has them, for a person who wants them.
  Palette OutPalette() const { return PaletteOf(world_.out); }
  Palette ErrPalette() const { return PaletteOf(world_.err); }
  // A terminal on which lines can be written over.
  bool CanRedraw(const Sink& sink) const { return sink.is_terminal && !dumb_; }
  // Of a table on standard output: the terminal's, or kUnlimited.
  int TableWidth() const;

  // Both write at once.
  void Print(const std::string& text) const;
  void PrintError(const std::string& text) const;
  // Describes the error on standard error; the exit code that belongs to it.
  ExitCode Fail(const Error& error) const;

 private:
  Palette PaletteOf(const Sink& sink) const { return Palette(colours_ && sink.is_terminal); }

  World& world_;
  Globals globals_;
  Client client_;
  bool dumb_;
  bool colours_;
};

}  // namespace berth::cli
