#!/bin/sh
# Installs a gem into an empty GEM_HOME, and asks the sandbox something with it.
#   gem.sh FILE.gem
# ffi comes from the system, as nothing is fetched.
set -eu
gem=$1
root=$(cd "$(dirname "$0")/../../.." && pwd)
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT

GEM_HOME=$home gem install --local --ignore-dependencies --no-document --quiet "$gem"
unset RESPONSES_LIBRARY
cd "$home"
# shellcheck disable=SC2016 # Ruby's own
GEM_HOME=$home "$root/scripts/with-sandbox.sh" ruby -w -e '
  require "libresponses"
  loaded = File.read("/proc/self/maps")[%r{/\S*libresponses\.so\S*}]
  abort "not the one of the gem: #{loaded}" unless loaded.start_with?(File.realpath(ENV["GEM_HOME"]))
  text = Libresponses::Client.open { |c| c.responses.create(model: "sandbox", input: "Hello").output_text }
  abort "it answered #{text}" unless text == "You said: Hello"
  signatures = Dir[File.join(Gem.loaded_specs["libresponses"].gem_dir, "sig/*.rbs")]
  abort "no signatures" if signatures.empty?
  puts "gem: installed and used, #{Libresponses::VERSION}"
'
