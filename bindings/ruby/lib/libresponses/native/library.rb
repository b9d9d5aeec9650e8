# frozen_string_literal: true

require "ffi"
require_relative "constants"

module Libresponses
  # Raised by `require "libresponses"` when there is no library to load, or none that fits. The
  # message lists every place that was tried, and why each would not do.
  class LoadError < ::LoadError; end

  module Native
    # Finds libresponses.so: what RESPONSES_LIBRARY names, and then nothing else; the file inside the
    # gem; the system's, by its soname; the build directory of a source checkout.
    module Library
      SONAME = "libresponses.so.0"

      GEM_ROOT = File.expand_path("../../..", __dir__)

      # @return [Array<Array(String, String)>] what to try, in order: a path and what it is
      def self.candidates(environment = privileged? ? {} : ENV)
        named = environment["RESPONSES_LIBRARY"]
        return [[named, "named by RESPONSES_LIBRARY"]] if named && !named.empty?

        [
          [File.join(GEM_ROOT, "lib/libresponses", SONAME), "inside the gem"],
          [SONAME, "the system's"],
          [File.expand_path("../../build/lib/#{SONAME}", GEM_ROOT), "built in a source checkout"]
        ]
      end

      # Whether this program has rights that whoever started it has not (setuid, capabilities). It trusts no
      # environment then; nor does the library, which reads the other variables.
      def self.privileged?
        libc = FFI::DynamicLibrary.open(nil, FFI::DynamicLibrary::RTLD_LAZY)
        FFI::Function.new(:ulong, [:ulong], libc.find_function("getauxval")).call(AT_SECURE) != 0
      end

      AT_SECURE = 23
      private_constant :AT_SECURE

      # @return [String] the path, or the soname, of a library that was loaded and fits
      # @raise [LoadError] when there is none
      def self.find(candidates = self.candidates)
        attempts = candidates.map do |path, what|
          reason = reason_against(path)
          return path unless reason

          "  #{path} (#{what}): #{reason}"
        end
        raise LoadError, "libresponses cannot be loaded. Tried:\n#{attempts.join("\n")}\n" \
                         "Set RESPONSES_LIBRARY to the path of #{SONAME}."
      end

      # @return [String, nil] why this one will not do; nil when it will
      def self.reason_against(path)
        return "no such file" if path.include?("/") && !File.exist?(path)

        # Local, so that its symbols are in nobody's way.
        flags = FFI::DynamicLibrary::RTLD_LAZY | FFI::DynamicLibrary::RTLD_LOCAL
        library = FFI::DynamicLibrary.open(path, flags)
        symbol = library.find_function("responses_abi_version")
        return "it is not libresponses" unless symbol

        abi = FFI::Function.new(:uint, [], symbol).call
        "it has ABI #{abi}, and this gem needs #{ABI_VERSION}" if abi != ABI_VERSION
      rescue ::LoadError => e
        reason = e.message.lines.first.to_s.strip
        reason + advice(reason)
      end
      private_class_method :reason_against

      # @return [String] what helps, when the library is one made for distributions, and what it needs is not there
      def self.advice(reason)
        return "" unless reason.match?(/(\A|\s)lib(curl|jansson)\.so[.\d]*: cannot open shared object file/)

        "; install libcurl4 and libjansson4 (Debian, Ubuntu, SUSE), libcurl and jansson (Fedora, Alpine) " \
          "or curl and jansson (Arch), or use a self-contained gem"
      end
    end
  end
end
