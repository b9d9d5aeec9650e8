# frozen_string_literal: true

require_relative "helper"
require "open3"
require "rbconfig"
require "tmpdir"

# How the library is found.
class TestLoader < TestCase
  def test_a_program_with_more_rights_than_its_user
    loader = Libresponses::Native::Library
    refute_predicate loader, :privileged?
    refute_includes loader.candidates({}).map(&:last), "named by RESPONSES_LIBRARY"
  end

  Library = Libresponses::Native::Library

  def run_ruby(environment, code = "print Libresponses.library_version")
    lib = File.expand_path("../lib", __dir__)
    Open3.capture2e(environment, RbConfig.ruby, "-I#{lib}", "-rlibresponses", "-e", code)
  end

  def loaded
    File.read("/proc/self/maps")[%r{/.*libresponses\.so\S*}]
  end

  def test_the_one_that_is_named_and_no_other
    out, status = run_ruby({ "RESPONSES_LIBRARY" => loaded })
    assert_equal [Libresponses::VERSION, true], [out, status.success?]
    out, status = run_ruby({ "RESPONSES_LIBRARY" => "/nowhere/libresponses.so.0" })
    refute_predicate status, :success?
    assert_match %r{/nowhere/libresponses\.so\.0 \(named by RESPONSES_LIBRARY\): no such file}, out
    refute_match(/inside the gem/, out)
  end

  def test_the_order
    assert_equal ["inside the gem", "the system's", "built in a source checkout"], Library.candidates({}).map(&:last)
    assert_equal [["/x", "named by RESPONSES_LIBRARY"]], Library.candidates({ "RESPONSES_LIBRARY" => "/x" })
  end

  def test_every_attempt_is_listed
    Dir.mktmpdir do |directory|
      other = File.join(directory, "other.so")
      File.write(other, "no library")
      libc = "libc.so.6"
      error = assert_raises(Libresponses::LoadError) do
        Library.find([["/missing.so", "first"], [other, "second"], [libc, "third"]])
      end
      assert_match(%r{/missing\.so \(first\): no such file}, error.message)
      assert_match(/other\.so \(second\): .*(short|invalid|ELF)/, error.message)
      assert_match(/libc\.so\.6 \(third\): it is not libresponses/, error.message)
      assert_kind_of ::LoadError, error
    end
  end

  def test_the_package_of_what_is_missing_is_named
    skip "needs a C compiler" unless system("cc --version", out: File::NULL, err: File::NULL)
    %w[libcurl.so.4711 libjansson.so.4711].each do |lacks|
      Dir.mktmpdir do |directory|
        missing, library = [lacks, "needs_it.so"].map { |name| File.join(directory, name) }
        build = %w[cc -shared -nostdlib -x c /dev/null -o]
        assert system(*build, missing, "-Wl,-soname,#{lacks}")
        assert system(*build, library, "-Wl,--no-as-needed", "-x", "none", missing)
        File.delete(missing)
        error = assert_raises(Libresponses::LoadError) { Library.find([[library, "first"]]) }
        assert_match(/#{lacks}: cannot open shared object file.*; install libcurl4 and libjansson4 /,
                     error.message)
      end
    end
  end

  def test_another_abi_is_refused
    skip "no C compiler" unless system("command -v cc > /dev/null")
    Dir.mktmpdir do |directory|
      path = File.join(directory, "libresponses.so.0")
      source = "unsigned responses_abi_version(void) { return 7; }"
      Open3.capture2e("cc", "-shared", "-x", "c", "-", "-o", path, stdin_data: source)
      out, status = run_ruby({ "RESPONSES_LIBRARY" => path })
      refute_predicate status, :success?
      assert_match(/it has ABI 7, and this gem needs 0/, out)
    end
  end
end
