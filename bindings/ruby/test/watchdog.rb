# frozen_string_literal: true

# For a test that no exception reaches, as in a function of the library that never returns: names it and ends
# the process. A process of its own, since one thread that holds Ruby's lock stops all others here.
module Watchdog
  SCRIPT = <<~'SHELL'
    trap "" INT
    while read -r name seconds; do
      read -t "$seconds" -r _
      [ $? -gt 128 ] || continue
      echo "HUNG  $name" >&2
      kill -TERM "$1"; sleep 5; kill -KILL "$1" 2> /dev/null
    done
  SHELL

  def self.guard(name, seconds)
    @owner ||= Process.pid
    return yield unless @owner == Process.pid # a child of a test: its parent is watched

    begin
      say("#{name} #{seconds}")
      yield
    ensure
      say("") if @owner == Process.pid
    end
  end

  def self.say(line)
    @pipe ||= IO.popen(["bash", "-c", SCRIPT, "watchdog", Process.pid.to_s], "w")
    @pipe.puts(line)
    @pipe.flush
  end
  private_class_method :say
end
