# frozen_string_literal: true

require_relative "lib/libresponses/version"

# A gem for one platform: it carries the library, which `make gem` puts into lib/libresponses.
Gem::Specification.new do |gem|
  gem.name = "libresponses"
  gem.version = Libresponses::VERSION
  # RubyGems 3.3 calls glibc's platform "x86_64-linux", 3.6 "x86_64-linux-gnu". Both install a gem for the
  # first; one name, wherever it was built.
  gem.platform = ENV["GEM_PLATFORM"] || Gem::Platform.local.to_s.delete_suffix("-gnu")
  gem.summary = "A client of the OpenAI Responses API, on libresponses"
  gem.description = "Streams that cost little, resume by themselves and never end silently; threads, " \
                    "fibers and forks as Ruby programs use them."
  gem.authors = ["The libresponses authors"]
  gem.license = "Apache-2.0"
  gem.required_ruby_version = ">= 3.1"
  gem.files = Dir["lib/**/*.rb", "lib/libresponses/*.so.0", "sig/*.rbs", "README.md", "LICENSE*"]
  gem.add_runtime_dependency "ffi", "~> 1.15"
  gem.metadata["rubygems_mfa_required"] = "true"
end
